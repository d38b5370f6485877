"""A simulated TheCocktailDB: the responses, caps and quirks of the real API, with other records.

    python -m mocktailverse.local.simulated_source --port 8055 --records data/raw

`create_app` returns the ASGI application, `running` serves it from a thread within a `with`
block, and `read_records` reads files in TheCocktailDB's format.
"""

from mocktailverse.local.simulated_source.record_files import read_records
from mocktailverse.local.simulated_source.server import running
from mocktailverse.local.simulated_source.simulated_api import create_app

__all__ = ["create_app", "read_records", "running"]
