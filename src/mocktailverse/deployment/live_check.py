"""The check of what serves: the canary goes its whole way, and the API is healthy."""

import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache

import httpx2
from msgspec import Struct

from mocktailverse.deployment.canary import DRINK_ID, Canary, shows
from mocktailverse.deployment.catalogue_switch import CatalogueSwitch
from mocktailverse.deployment.events import Reporter
from mocktailverse.deployment.target import DeployTarget
from mocktailverse.errors import TransientError
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.stores.environment import Stores
from mocktailverse.waiting import wait_until

_TIMEOUT_S = 300.0
"""For each step. On AWS a copy of the catalogue in the API may be a minute old."""

_EMULATOR_TIMEOUT_S = 90.0
"""If a worker of the embedded AWS dies, its message is delivered again after 45 s."""

_REQUEST_TIMEOUT_S = 30
_OK, _MISSING = 200, 404


class LiveCheck(Struct, frozen=True):
    """Sends a canary through queue, functions, tables and stream, and looks for it in the API."""

    canary: Canary
    catalogue: CatalogueSwitch
    api_url: str
    timeout_s: float
    """The longest wait for each step."""
    poll_s: float

    @classmethod
    def of(
        cls, target: DeployTarget, outputs: Mapping[str, str], number: int, report: Reporter
    ) -> "LiveCheck":
        """Return the check of a release with a catalogue format; UsageError as `Canary.start`."""
        stores = Stores(target.clients, outputs)
        return cls(
            Canary.start(stores),
            CatalogueSwitch(stores, target.env, number, report),
            target.account.api_url(outputs) or "",
            _EMULATOR_TIMEOUT_S if target.account.endpoint else _TIMEOUT_S,
            target.poll_s,
        )

    def run(self, text: str, *, is_new: bool) -> int:
        """Bring the catalogue up to date, then send the drink with a text on its way and back.

        `is_new` is whether its absences have to be loaded first, so that people do not see it.

        Returns:
            The time from the raw object to the API, in ms.

        Raises:
            MocktailverseError: a step took too long or failed; the message says which one.
        """
        compared = self.catalogue.catch_up()
        elapsed_ms = self._send(text, is_new=is_new)
        # The stream has brought the canary, so no invocation of the replaced publish function is
        # left that could publish into its own file.
        self.catalogue.catch_up(compared)
        return elapsed_ms

    def _send(self, text: str, *, is_new: bool) -> int:
        if is_new:
            self._wait_for_loads(self.canary.withdraw())
        started = time.monotonic()
        self._wait_for_loads([self.canary.observe(text)])
        if not self.canary.is_stored(text):
            raise TransientError(
                "transform: the canary was loaded, but the drinks table does not have it as"
                " received."
            )
        path = f"/drinks/{DRINK_ID}"
        self._wait_for(
            path, "publish or api", lambda status, body: status == _OK and shows(body, text)
        )
        elapsed_ms = round(1000 * (time.monotonic() - started))
        self._wait_for("/health", "api", lambda status, _: status == _OK)
        self.canary.remove()
        self._wait_for(path, "publish", lambda status, _: status == _MISSING)
        return elapsed_ms

    def _wait_for_loads(self, versions: Sequence[ObjectVersion]) -> None:
        is_loaded = self.canary.is_loaded
        if not wait_until(lambda: all(map(is_loaded, versions)), self.timeout_s, self.poll_s):
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
            response = httpx2.get(
                f"{self.api_url}{path}", timeout=_REQUEST_TIMEOUT_S, verify=_certificates()
            )
        except httpx2.HTTPError as error:
            return 0, repr(error)
        return response.status_code, response.text


@cache
def _certificates() -> ssl.SSLContext:
    """Return the trusted certificates, read once: it takes longer than most requests."""
    return httpx2.create_ssl_context()
