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
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from mocktailverse.deployment.canary import DRINK_ID, Canary
from mocktailverse.errors import MocktailverseError, PermanentError, TransientError
from mocktailverse.loads.load_request import FIRST_GENERATION, LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.publishing import PublishResult
from mocktailverse.pipeline.reconciliation import ReconcileReport
from mocktailverse.sources.collection import FetchReport
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.functions import change_notifications

Answer = TypeVar("Answer")

_LOG_LINES = 5
_LOG_LINE_LENGTH = 300
_OK = 200
_RETRY_S = 5.0


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
        return f"\n  {self.function}: {self.error}{excerpt}"


class _ProbeError(PermanentError):
    """A probe that failed, with the end of the function's log."""

    def __init__(self, error: str, log: str) -> None:
        super().__init__(error)
        self.log = log


class Prober(Struct, frozen=True):
    """Invokes versions of an environment's functions."""

    stores: Stores
    versions: Mapping[str, str]
    """The version to invoke of each function, by short name."""
    canary: Canary
    text: str
    """The canary's instructions."""

    def failures(self) -> list[ProbeFailure]:
        """Try all functions; return the failed ones, none if the versions may serve."""
        probes = {"fetch": self._fetch, "reconcile": self._reconcile}
        with ThreadPoolExecutor(len(probes)) as pool:
            others = [pool.submit(self._failure, *probe) for probe in probes.items()]
            # Each needs the one before it. All are tried, so that a deployment finds all errors.
            chain = [self._failure("transform", self._transform)]
            chain.append(self._failure("publish", self._publish))
            api = self._api_without_canary if any(chain) else self._api
            chain.append(self._failure("api", api))
            results = [*chain, *(other.result() for other in others)]
        return [result for result in results if result]

    def _failure(self, function: str, probe: Callable[[], None]) -> ProbeFailure | None:
        for is_last in (False, True):
            try:
                probe()
            except _ProbeError as error:
                return ProbeFailure(function, str(error), error.log)
            except TransientError as error:  # AWS throttled the invocation, not the function failed
                if is_last:
                    return ProbeFailure(function, str(error), "")
                time.sleep(_RETRY_S)
            except MocktailverseError as error:
                return ProbeFailure(function, str(error), "")
            else:
                break
        return None

    def _transform(self) -> None:
        for version in (*self.canary.withdraw(), self.canary.observe(self.text)):
            self._load(version)
        if not self.canary.is_stored(self.text):
            raise _ProbeError("it loaded the canary, but did not write it to the drinks table", "")

    def _load(self, version: ObjectVersion) -> None:
        """Load an object version as a replay: the code that serves loads the first generation."""
        generation = FIRST_GENERATION + 1
        body = msgspec.json.encode(LoadRequest(version, generation)).decode()
        answer, log = self._invoke("transform", _queue_event(body), dict[str, list[Any]])
        load = self.stores.loads.latest(version)
        if load is None or load.generation != generation:
            raise _ProbeError("the canary was not loaded", log)
        if load.status != "done" or load.counts.rejected or not load.counts.read:
            counts = msgspec.to_builtins(load.counts)
            raise _ProbeError(f"the canary's load is {load.status}, with {counts}", log)
        if answer != {"batchItemFailures": []}:
            raise _ProbeError(f"it loaded the canary, but answered {answer}", log)

    def _publish(self) -> None:
        is_stored = self.canary.is_stored(self.text)  # not if transform fails
        event = change_notifications([DRINK_ID], time.time())
        answer, log = self._invoke("publish", event, PublishResult)
        if is_stored and not answer.traces:  # of the raw objects that the drinks come from
            raise _ProbeError("it did not publish the canary", log)

    def _api(self) -> None:
        path = f"/drinks/{DRINK_ID}"
        body, log = self._get(path)
        if self.text not in body:
            raise _ProbeError(f"GET {path} does not show the canary", log)
        self._api_without_canary()

    def _api_without_canary(self) -> None:
        """Try the API although the canary was not published, which is not its fault."""
        self._get("/drinks")
        self._get("/health")

    def _get(self, path: str) -> tuple[str, str]:
        """Return a response's body, a JSON object, and the log's end; else _ProbeError."""
        response, log = self._invoke("api", _http_event(path), dict[str, Any])
        status, body = response.get("statusCode"), str(response.get("body", ""))
        if status != _OK or not body.startswith("{"):
            raise _ProbeError(f"GET {path} answered {status}: {body[:_LOG_LINE_LENGTH]}", log)
        return body, log

    def _fetch(self) -> None:
        self._invoke("fetch", {"dry_run": True}, FetchReport)

    def _reconcile(self) -> None:
        self._invoke("reconcile", {}, ReconcileReport)

    def _invoke(
        self, function: str, event: dict[str, Any], kind: type[Answer]
    ) -> tuple[Answer, str]:
        """Return the answer and the log's end; _ProbeError if the function fails.

        `kind` is what the function answers; more fields do not matter.
        """
        name = f"{self.stores.function_names[function]}:{self.versions[function]}"
        result = self.stores.functions.run(name, msgspec.json.encode(event))
        if result.error is not None:
            payload = result.answer or {}
            error = f"{payload.get('errorType')}: {payload.get('errorMessage')}"
            raise _ProbeError(error, result.log)
        try:
            return msgspec.convert(result.answer, kind), result.log
        except msgspec.ValidationError as error:
            text = str(result.answer)[:_LOG_LINE_LENGTH]
            raise _ProbeError(f"its answer `{text}` is not valid: {error}", result.log) from error


def report(failures: Sequence[ProbeFailure]) -> str:
    """Return the failures as text, each with an excerpt of its log."""
    return "".join(map(str, failures))


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
