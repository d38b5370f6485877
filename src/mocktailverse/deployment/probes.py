"""Probes: direct invocations that try a version of each function before it serves.

transform  loads the canary's raw objects, as a replay
publish    publishes the canary, as for a change notification
api        answers `GET /drinks/{id}` of the canary, `GET /drinks` and `GET /health`
fetch      starts a sweep, reads its state, sends no request and stores nothing
reconcile  makes its usual run

Meanwhile the code that serves loads and publishes the canary, too, as its events reach it. So each
function's answer has to show that the new version did the work: the canary alone proves nothing.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from mocktailverse.deployment.canary import DRINK_ID, Canary, shows
from mocktailverse.errors import MocktailverseError, PermanentError, TransientError
from mocktailverse.loads.load_request import FIRST_GENERATION, LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.publishing import PublishResult
from mocktailverse.pipeline.reconciliation import ReconcileReport
from mocktailverse.sources.collection import FetchReport
from mocktailverse.stores.functions import change_notifications
from mocktailverse.waiting import wait_until

Answer = TypeVar("Answer")

_LOG_LINES = 5
_LOG_LINE_LENGTH = 300
_OK, _MISSING = 200, 404
_RETRY_S = 5.0
_STALE_S, _POLL_S = 75.0, 0.5


class ProbeFailure(Struct, frozen=True):
    """Why a function's new version must not serve."""

    function: str
    """Its short name."""
    error: str
    log: str
    """The end of its log."""

    def __str__(self) -> str:
        """Return the failure as text, with the log's last lines."""
        lines = [line.strip() for line in self.log.splitlines() if line.strip()]
        excerpt = "".join(f"\n      {line[:_LOG_LINE_LENGTH]}" for line in lines[-_LOG_LINES:])
        error = self.error.removeprefix(f"{self.function}: ")  # what the canary says names it, too
        return f"\n  {self.function}: {error}{excerpt}"


class _ProbeError(PermanentError):
    """A probe that failed, with the end of the function's log."""

    def __init__(self, error: str, log: str) -> None:
        super().__init__(error)
        self.log = log


class Prober(Struct, frozen=True):
    """Invokes versions of an environment's functions."""

    versions: Mapping[str, str]
    """The version to invoke of each function, by short name."""
    canary: Canary
    text: str
    """The canary's instructions."""

    def failures(self) -> list[ProbeFailure]:
        """Try all functions; return the failed ones, none if the versions may serve."""
        with ThreadPoolExecutor(1) as pool:
            scheduled = pool.submit(self.scheduled)
            # Each needs the one before it. All are tried, so that a deployment finds all errors.
            results = [self._failure("transform", self._transform)]
            results.append(self._failure("publish", self._publish))
            api = partial(self._api, is_published=not any(results))
            results.append(self._failure("api", api))
            return [result for result in results if result] + scheduled.result()

    def scheduled(self) -> list[ProbeFailure]:
        """Try the functions that only a schedule starts; return the failed ones."""
        results = (
            self._failure(name, partial(self._invoke, name, event, kind))
            for name, event, kind in (
                ("fetch", {"dry_run": True}, FetchReport),
                ("reconcile", {}, ReconcileReport),
            )
        )
        return [result for result in results if result]

    def _failure(
        self, function: str, probe: Callable[[], object], tries: int = 2
    ) -> ProbeFailure | None:
        try:
            probe()
        except MocktailverseError as error:
            if isinstance(error, TransientError) and tries > 1:  # AWS throttled the invocation
                time.sleep(_RETRY_S)
                return self._failure(function, probe, tries - 1)
            return ProbeFailure(function, str(error), getattr(error, "log", ""))
        return None

    def _transform(self) -> None:
        for version in self.canary.withdraw():
            self._load(version)
        self._load(self.canary.observe(self.text))  # only now, or people would see it
        if not self.canary.is_stored(self.text):
            raise _ProbeError(
                "it loaded the canary, but the drinks table does not have it as received", ""
            )

    def _load(self, version: ObjectVersion) -> None:
        """Load an object version as a replay: the code that serves loads the first generation."""
        generation = FIRST_GENERATION + 1
        body = msgspec.json.encode(LoadRequest(version, generation)).decode()
        answer, log = self._invoke("transform", _queue_event(body), dict[str, list[Any]])
        try:
            is_loaded = self.canary.is_loaded(version, generation)
        except PermanentError as error:
            raise _ProbeError(str(error), log) from error
        if not is_loaded:
            raise _ProbeError("it ended, but the canary's load is not done", log)
        if answer != {"batchItemFailures": []}:
            raise _ProbeError(f"it loaded the canary, but answered {answer}", log)

    def _publish(self) -> None:
        is_stored = self.canary.is_stored(self.text)  # not if transform fails
        event = change_notifications([DRINK_ID], time.time())
        answer, log = self._invoke("publish", event, PublishResult)
        if is_stored and not answer.traces:  # of the raw objects that the drinks come from
            raise _ProbeError("it did not publish the canary", log)

    def _api(self, *, is_published: bool) -> None:
        """Try the API; that the canary was not published is not its fault."""
        path = f"/drinks/{DRINK_ID}"

        def is_shown() -> bool:
            return shows(self._get(path, _OK, _MISSING)[0], self.text)

        # An unchanged version serves already, so its copy of the catalogue may be a minute old.
        if is_published and not wait_until(is_shown, _STALE_S, _POLL_S):
            _, log = self._get(path)
            raise _ProbeError(f"GET {path} does not show the canary", log)
        self._get("/drinks")
        self._get("/health")

    def _get(self, path: str, *accepted: int) -> tuple[str, str]:
        """Return a response's body, a JSON object, and the log's end; else _ProbeError."""
        response, log = self._invoke("api", _http_event(path), dict[str, Any])
        status, body = response.get("statusCode"), str(response.get("body", ""))
        if status not in (accepted or (_OK,)) or not body.startswith("{"):
            raise _ProbeError(f"GET {path} answered {status}: {body[:_LOG_LINE_LENGTH]}", log)
        return body, log

    def _invoke(
        self, function: str, event: dict[str, Any], kind: type[Answer]
    ) -> tuple[Answer, str]:
        """Return the answer and the log's end; _ProbeError if the function fails.

        `kind` is what the function answers; more fields do not matter. A field that is added to it
        needs a default, because a rollback tries earlier code.
        """
        name = f"{self.canary.stores.function_names[function]}:{self.versions[function]}"
        result = self.canary.stores.functions.run(name, msgspec.json.encode(event))
        if result.error is not None:
            payload = result.answer or {}
            error = f"{payload.get('errorType')}: {payload.get('errorMessage')}"
            raise _ProbeError(error, result.log)
        try:
            return msgspec.convert(result.answer, kind), result.log
        except msgspec.ValidationError as error:
            text = str(result.answer)[:_LOG_LINE_LENGTH]
            raise _ProbeError(f"its answer `{text}` is not valid: {error}", result.log) from error


def _queue_event(body: str) -> dict[str, Any]:
    record = {
        "messageId": "probe",
        "receiptHandle": "probe",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    }
    return {"Records": [record]}


def _http_event(path: str) -> dict[str, Any]:
    """Return a request of an HTTP API, payload format 2.0."""
    http = {"method": "GET", "path": path, "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1"}
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"host": "probe", "accept": "application/json"},
        "requestContext": {"http": http, "stage": "$default", "requestId": "probe"},
        "isBase64Encoded": False,
    }
