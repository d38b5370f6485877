"""Download an archive: conditionally, politely, and without keeping it.

One request, with retries for transient failures. The chunks of the response are consumed while they
arrive, so that an archive of a hundred MiB with pictures needs no more memory than its recipes.
"""

import time
from collections.abc import Callable, Iterator

import httpx2
import stamina
from msgspec import Struct

from mocktailverse.errors import PermanentError, TransientError, UnreachableError, UsageError
from mocktailverse.sources.http_headers import RETRIED_STATUS, retry_after_s, user_agent
from mocktailverse.sources.opendrinks.recipe_files import Recipes, recipes_in

ATTEMPTS = 4
TIMEOUT_S = 20.0
"""Maximum seconds of connecting, and of waiting for a part of the response."""
DOWNLOAD_S = 240.0
"""Maximum seconds of a whole download."""
BACKOFF_MAX_S = 8.0
RETRY_AFTER_MAX_S = 30.0

_CHUNK_BYTES = 256 * 1024
_OK, _NOT_MODIFIED = 200, 304


class Validators(Struct, frozen=True):
    """What a server said about the version that it sent (RFC 9110, 8.8)."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """Return the headers that ask for another version than this one."""
        conditions = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in conditions.items() if value}


class Download(Struct, frozen=True):
    """The result of a download."""

    content: Recipes | None
    """The recipes; None if the archive has not changed."""
    validators: Validators
    requests: int
    """Requests sent, including retries."""


class ArchiveClient:
    """Downloads archives by http and https."""

    def __init__(
        self,
        *,
        transport: httpx2.BaseTransport | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Send nothing yet; tests replace the transport and the clocks."""
        self._transport = transport
        self._clock = clock
        self._sleep = sleep
        self._requests = 0
        self._retrying = stamina.RetryingCaller(
            attempts=ATTEMPTS, timeout=None, wait_initial=0.5, wait_max=BACKOFF_MAX_S
        )

    def download(self, url: str, known: Validators, time_left_s: Callable[[], float]) -> Download:
        """Return the recipes of an archive, unless the version is known.

        Raises:
            UsageError: the address is invalid, or the response is not an archive of recipes.
            TransientError: all attempts were throttled, failed or were too slow.
            PermanentError: the server refused the request.
            UnreachableError: all attempts failed to connect.
        """
        self._requests = 0

        def is_retried(error: Exception) -> bool:
            is_transient = isinstance(error, TransientError | UnreachableError)
            return is_transient and time_left_s() > RETRY_AFTER_MAX_S + BACKOFF_MAX_S

        return self._retrying(is_retried, self._try, url, known, time_left_s)

    def _try(self, url: str, known: Validators, time_left_s: Callable[[], float]) -> Download:
        self._requests += 1
        deadline = self._clock() + min(DOWNLOAD_S, time_left_s())
        headers = {"User-Agent": user_agent(), "Accept-Encoding": "identity", **known.headers()}
        try:
            with (
                httpx2.Client(transport=self._transport, follow_redirects=True) as client,
                client.stream("GET", url, headers=headers, timeout=TIMEOUT_S) as response,
            ):
                if response.status_code == _NOT_MODIFIED:
                    return Download(None, known, self._requests)
                self._check(url, response)
                content = recipes_in(self._chunks(url, response, deadline))
                return Download(content, _validators(response), self._requests)
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise UsageError(f"`{url}` is not a valid http(s) URL.") from error
        except httpx2.TooManyRedirects as error:
            raise PermanentError(f"`{url}` redirects too often.") from error
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.ProxyError) as error:
            raise UnreachableError(f"Could not connect to `{url}`: {error}.") from error
        except httpx2.TransportError as error:
            raise TransientError(
                f"`{url}`: the response was interrupted ({type(error).__name__})."
            ) from error

    def _check(self, url: str, response: httpx2.Response) -> None:
        status = response.status_code
        if status == _OK:
            return
        if status in RETRIED_STATUS:
            pause_s = retry_after_s(response.headers.get("Retry-After"), time.time())
            self._sleep(min(pause_s, RETRY_AFTER_MAX_S))
            raise TransientError(f"`{url}` failed with status {status}.")
        raise PermanentError(f"`{url}` was refused with status {status}.")

    def _chunks(self, url: str, response: httpx2.Response, deadline: float) -> Iterator[bytes]:
        for chunk in response.iter_raw(_CHUNK_BYTES):
            yield chunk
            if self._clock() > deadline:
                raise TransientError(f"`{url}`: the download took too long.")


def _validators(response: httpx2.Response) -> Validators:
    headers = response.headers
    return Validators(headers.get("ETag"), headers.get("Last-Modified"))
