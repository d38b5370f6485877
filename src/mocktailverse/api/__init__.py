"""The HTTP API: the same app on Lambda and on a laptop."""
