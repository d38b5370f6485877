"""A scripted TheCocktailDB: responses by request, without a network or a clock."""

import json
from collections.abc import Callable, Iterable, Mapping

import httpx2

from mocktailverse.sources.thecocktaildb.client import TheCocktailDB

NO_DRINKS = httpx2.Response(200, content=b'{"drinks":null}')
"""TheCocktailDB's response when it finds nothing."""

Reply = httpx2.Response | Exception | Callable[[str], httpx2.Response]
"""A response, an error of the connection, or a function that makes a response of the request."""


def drinks_response(records: Iterable[Mapping[str, object]]) -> httpx2.Response:
    """Return a response that holds these raw records."""
    return httpx2.Response(200, content=json.dumps({"drinks": list(records)}).encode())


class ScriptedTheCocktailDB:
    """A source that replies by script, and records the requests.

    `replies` maps a request such as `search.php?f=a`, or an endpoint such as `lookup.php`, to its
    reply; the most specific one wins. Any other request gets `default`. When the client waits, the
    clock `now_s` moves, and no time passes.
    """

    def __init__(
        self,
        replies: Mapping[str, Reply] | None = None,
        *,
        default: Reply = NO_DRINKS,
        requests_per_s: float = 4,
    ) -> None:
        self.replies = dict(replies or {})
        self.default = default
        self.requests: list[str] = []
        """All requests so far, such as `search.php?f=a`."""
        self.now_s = 0.0
        self.client = TheCocktailDB(
            "http://drinks.example",
            requests_per_s=requests_per_s,
            transport=httpx2.MockTransport(self._reply),
            clock=lambda: self.now_s,
            sleep=self._sleep,
        )

    def _sleep(self, seconds: float) -> None:
        self.now_s += seconds

    def _reply(self, request: httpx2.Request) -> httpx2.Response:
        endpoint = request.url.path.rpartition("/")[2]
        call = f"{endpoint}?{request.url.query.decode()}"
        self.requests.append(call)
        reply = self.replies.get(call, self.replies.get(endpoint, self.default))
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, httpx2.Response) else reply(call)
