"""The HTTP API: one FastAPI app, which runs on Lambda and on a laptop."""
