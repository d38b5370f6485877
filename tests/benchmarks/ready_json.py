"""A bare ASGI app that responds with ready bodies: the floor of an API; see `serving.py`.

python -m ready_json FILE --port PORT       FILE has a JSON object: the body for each path
"""

import argparse
import json
from pathlib import Path
from typing import Any

import uvicorn

_HEADERS = [(b"content-type", b"application/json")]


class ReadyJson:
    """Responds to a path, query included, with its body, and to any other one with an empty one."""

    def __init__(self, bodies: dict[bytes, bytes]) -> None:
        self._bodies = bodies

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        body = self._bodies.get(scope["raw_path"] + b"?" + scope["query_string"], b"")
        length = (b"content-length", str(len(body)).encode())
        head = {"type": "http.response.start", "status": 200, "headers": [*_HEADERS, length]}
        await send(head)
        await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    texts = json.loads(options.file.read_bytes())
    ready = {
        (path if "?" in path else f"{path}?").encode(): text.encode()
        for path, text in texts.items()
    }
    uvicorn.run(
        ReadyJson(ready),
        port=options.port,
        http="httptools",  # as the API's server
        lifespan="off",
        ws="none",
        log_level="warning",
        access_log=False,
    )
