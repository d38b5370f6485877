"""transform: load the raw objects that a batch of messages asks for.

Partial batch response: a message that failed is reported in `batchItemFailures` and redelivered
alone. One that is done, or whose raw object no longer exists, is acknowledged.

Its metrics, of each message:

RecordsRead      records that were read
RejectedPercent  percentage of them that were rejected
DriftingFields   new, missing or retyped fields and replaced words, by record
"""

from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from msgspec.structs import replace

from mocktailverse.errors import MocktailverseError
from mocktailverse.functions.failure_log import failures_logged
from mocktailverse.functions.invocation_clock import InvocationClock
from mocktailverse.functions.json_log import json_logger
from mocktailverse.loads.load_request import load_requests
from mocktailverse.pipeline.load import Loader, Postponed
from mocktailverse.settings import TransformSettings
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.environment import Stores

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from mocktailverse.loads.load_request import LoadRequest
    from mocktailverse.pipeline.load_run import LoadResult


@failures_logged
def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Process a batch of SQS messages; return the ones to be redelivered."""
    settings, stores, logger, metrics = _runtime()
    clock = InvocationClock(context)
    max_tries = settings.max_receive_count
    loader = Loader(stores.bucket, stores.drinks, stores.loads, stores.queue, clock, max_tries)
    _fail_in_advance(loader, event)
    failed = []
    for message in event["Records"]:
        names: dict[str, Any] = {}
        try:
            for request in _requests(message):
                names = _names(request)
                _report(logger, metrics, request, loader.handle(request))
        except Exception as error:  # whatever fails, the other messages go on
            logger.warning("message comes back", **names, exc_info=error)
            failed.append({"itemIdentifier": message["messageId"]})
    if metrics.metric_set:  # flushing without metrics warns
        metrics.flush_metrics()
        metrics.clear_metrics()  # if metrics are disabled, flushing does not
    return {"batchItemFailures": failed}


def _requests(message: dict[str, Any]) -> "list[LoadRequest]":
    """Return the loads that a message asks for, with its unsuccessful deliveries counted."""
    earlier = int(message["attributes"]["ApproximateReceiveCount"]) - 1
    requests = load_requests(message["body"])
    return [replace(request, tries=request.tries + earlier) for request in requests]


def _fail_in_advance(loader: Loader, event: dict[str, Any]) -> None:
    """Mark the loads whose last try this is: one message may kill the process for all others."""
    for message in event["Records"]:
        with suppress(
            MocktailverseError
        ):  # occurs again, and is logged, when the message is processed
            for request in _requests(message):
                loader.fail_in_advance(request)


def _report(
    logger: Logger,
    metrics: Metrics,
    request: "LoadRequest",
    progress: "LoadResult | Postponed | None",
) -> None:
    """Write one log line for a message, and the metrics of what it loaded."""
    names = _names(request)
    if progress is None:
        logger.info("nothing to do", **names)
        return
    if isinstance(progress, Postponed):
        logger.info("postponed", **names, delay_s=progress.delay_s)
        return
    counts = progress.counts
    logger.info("loaded", **names, done=progress.done, **msgspec.to_builtins(counts))
    metrics.add_metric("RecordsRead", MetricUnit.Count, counts.read)
    if counts.read:
        rejected_percent = 100 * counts.rejected / counts.read
        metrics.add_metric("RejectedPercent", MetricUnit.Percent, rejected_percent)
    if progress.drift:
        logger.warning("drift", **names, drift=msgspec.to_builtins(progress.drift))
        drifting = sum(kind.count for kind in progress.drift)
        metrics.add_metric("DriftingFields", MetricUnit.Count, drifting)


def _names(request: "LoadRequest") -> dict[str, Any]:
    """Return the load's ids for the logs; `trace` is the same in every stage."""
    version = request.object
    load_id = version.load_id(request.generation)
    return {"trace": version.trace_id, "load": load_id, "key": version.key}


@cache
def _runtime() -> tuple[TransformSettings, Stores, Logger, Metrics]:
    settings = TransformSettings.read()
    stores = Stores(Clients(), settings.outputs(), settings.loads_expire_days)
    return settings, stores, json_logger(), Metrics()
