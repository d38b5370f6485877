"""Whether a server on this machine is well."""

import http.client

from mocktailverse.local.processes import HOST

ANSWER_TIMEOUT_S = 2.0


def answers(port: int, path: str) -> bool:
    """Whether a GET of this path gets the status 200."""
    return get(port, path) is not None


def get(port: int, path: str) -> bytes | None:
    """What a GET of this path gets with the status 200; None where it gets nothing such."""
    connection = http.client.HTTPConnection(HOST, port, timeout=ANSWER_TIMEOUT_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.read() if answer.status == http.HTTPStatus.OK else None
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
