"""The HTTP API: one Starlette app, which runs on Lambda and on a laptop."""
