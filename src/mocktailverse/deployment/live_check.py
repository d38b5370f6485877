"""The check of what serves: the canary goes its whole way, and the API is healthy."""

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import suppress

from msgspec import Struct

from mocktailverse.deployment.canary import DRINK_ID, Canary
from mocktailverse.errors import MocktailverseError, TransientError
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.waiting import wait_until

_REQUEST_TIMEOUT_S = 30
_OK, _MISSING = 200, 404


class LiveCheck(Struct, frozen=True):
    """Sends a canary through queue, functions, tables and stream, and looks for it in the API."""

    canary: Canary
    api_url: str
    timeout_s: float
    """The longest wait for each step."""
    poll_s: float

    def run(self, text: str, *, is_new: bool) -> int:
        """Send the drink with a text, wait until the API shows it, and remove it everywhere.

        `is_new` is whether its absences have to be loaded first, so that people do not see it.

        Returns:
            The time from the raw object to the API, in ms.

        Raises:
            TransientError: a step took too long or failed; the message says which one.
        """
        if is_new:
            self._wait_for_loads(self.canary.withdraw())
        started = time.monotonic()
        self._wait_for_loads([self.canary.observe(text)])
        if not self.canary.is_stored(text):
            raise TransientError(
                "transform: the canary was loaded, but is not in the drinks table."
            )
        path = f"/drinks/{DRINK_ID}"
        self._wait_for(path, "publish or api", lambda status, body: status == _OK and text in body)
        elapsed_ms = round(1000 * (time.monotonic() - started))
        self._wait_for("/health", "api", lambda status, _: status == _OK)
        self.canary.remove()
        self._wait_for(path, "publish", lambda status, _: status == _MISSING)
        return elapsed_ms

    def abandon(self) -> None:
        """Remove what is left of the canary after a failure; a next deployment does so as well."""
        with suppress(MocktailverseError):
            self.canary.remove()

    def _wait_for_loads(self, versions: Sequence[ObjectVersion]) -> None:
        loads = self.canary.stores.loads

        def unfinished() -> list[ObjectVersion]:
            pending = []
            for version in versions:
                load = loads.latest(version)
                if load and load.status == "failed":
                    raise TransientError(f"transform: the canary's load failed: {load.error}")
                if load is None or load.status != "done":
                    pending.append(version)
                elif load.counts.rejected or not load.counts.read:
                    raise TransientError(f"transform: the canary was rejected ({load.load_id}).")
            return pending

        if not wait_until(lambda: not unfinished(), self.timeout_s, self.poll_s):
            raise TransientError(
                f"transform: the canary was not loaded within {self.timeout_s:.0f} s."
            )

    def _wait_for(self, path: str, function: str, is_right: Callable[[int, str], bool]) -> None:
        status, body = 0, ""

        def is_answered() -> bool:
            nonlocal status, body
            status, body = self._get(path)
            return is_right(status, body)

        if not wait_until(is_answered, self.timeout_s, self.poll_s):
            raise TransientError(
                f"{function}: GET {path} did not answer as expected within {self.timeout_s:.0f} s;"
                f" the last answer was {status}: {body[:300]}"
            )

    def _get(self, path: str) -> tuple[int, str]:
        """Return the status and the body of a response; status 0 if there is none."""
        try:
            with urllib.request.urlopen(  # noqa: S310  the API's own address, from the stack
                f"{self.api_url}{path}", timeout=_REQUEST_TIMEOUT_S
            ) as response:
                return response.status, response.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            return 0, repr(error)
