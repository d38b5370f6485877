"""transform: messages about raw objects in; drinks, loads and rejected lines out.

A message that failed for a passing reason is reported in `batchItemFailures` and comes back
alone; one that is done, or can never be, is acknowledged.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from msgspec import Struct

from mocktailverse.functions.clock import InvocationClock
from mocktailverse.pipeline.load import Loader
from mocktailverse.pipeline.messages import load_requests
from mocktailverse.settings import TransformSettings
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.data_bucket import DataBucket
from mocktailverse.stores.drinks_table import DrinksTable
from mocktailverse.stores.loads_table import LoadsTable
from mocktailverse.stores.queue import Queue

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
    from aws_lambda_powertools.utilities.typing import LambdaContext

    from mocktailverse.drinks.ledger import LoadRequest
    from mocktailverse.pipeline.load import Progress


class Tools(Struct, frozen=True):
    """What is built once and kept between invocations."""

    settings: TransformSettings
    bucket: DataBucket
    drinks: DrinksTable
    loads: LoadsTable
    queue: Queue
    logger: Logger
    metrics: Metrics


def handler(event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Work on a batch of SQS messages; answer which ones are to come back."""
    tools = _tools()
    clock = InvocationClock(context)
    loader = Loader(tools.bucket, tools.drinks, tools.loads, tools.queue, clock)

    def work_on(record: "SQSRecord") -> None:
        received = int(record.attributes.approximate_receive_count)
        for request in load_requests(record.body):
            last_try = received >= tools.settings.max_receive_count
            _report(tools, request, loader.handle(request, last_try=last_try))

    processor = BatchProcessor(EventType.SQS, raise_on_entire_batch_failure=False)
    answer = process_partial_response(
        event=event,
        record_handler=work_on,
        processor=processor,
        context=context,
    )
    for _, error, _ in processor.exceptions:
        tools.logger.error("message comes back", exc_info=error)
    if tools.metrics.metric_set:  # flushing none is a warning
        tools.metrics.flush_metrics()
    return dict(answer)


def _report(tools: Tools, request: "LoadRequest", progress: "Progress | None") -> None:
    """One log line a message, and the metrics of what it loaded."""
    load_id = request.object.load_id(request.generation)
    if progress is None:
        tools.logger.info("nothing to do", load=load_id, key=request.object.key)
        return
    counts = msgspec.to_builtins(progress.counts)
    tools.logger.info("loaded", load=load_id, key=request.object.key, **counts)
    tools.metrics.add_metric("RecordsRead", MetricUnit.Count, counts["read"])
    tools.metrics.add_metric("RecordsRejected", MetricUnit.Count, counts["rejected"])
    if progress.drift:
        drift = msgspec.to_builtins(progress.drift)
        tools.logger.warning("drift", load=load_id, key=request.object.key, drift=drift)
        drifting = sum(kind.count for kind in progress.drift)
        tools.metrics.add_metric("DriftingFields", MetricUnit.Count, drifting)


@cache
def _tools() -> Tools:
    settings = TransformSettings.read()
    clients = Clients()
    return Tools(
        settings,
        DataBucket(clients, settings.data_bucket),
        DrinksTable(clients, settings.drinks_table),
        LoadsTable(clients, settings.loads_table, settings.loads_expire_days),
        Queue(clients, settings.queue_url),
        Logger(),
        Metrics(),
    )
