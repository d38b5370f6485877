"""publish: the doorbell of the drinks table in; the catalogue that people read, up to date.

The table's stream tells which drinks changed, not how. The drinks of a batch are published
together, each once. Whatever fails raises, so that the stream delivers the batch again.

Its metric, of each batch:

PublishLagMs  from the oldest change to the end of the publishing, also of one that failed

Its log line follows records by:

traces  the trace ids of the raw objects that the drinks of the batch come from
"""

import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from msgspec import Struct

from mocktailverse.functions.failure_log import failures_logged
from mocktailverse.pipeline.publish import Publisher
from mocktailverse.settings import PublishSettings
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


class PublishRuntime(Struct, frozen=True):
    """What is built once and kept between invocations."""

    publisher: Publisher
    logger: Logger
    metrics: Metrics


@failures_logged
def handler(event: dict[str, Any], _context: "LambdaContext") -> dict[str, Any]:
    """Publish the drinks of a batch of stream records; answer what was done.

    Raises:
        MocktailverseError: it could not be published now; the batch has to come again.
    """
    runtime = _runtime()
    changes = [record["dynamodb"] for record in event["Records"]]
    ids = {change["Keys"]["id"]["S"] for change in changes}
    rung_at_ms = round(1000 * min(change["ApproximateCreationDateTime"] for change in changes))
    try:
        published = runtime.publisher.publish(ids)
    finally:  # a lag that lasts is to be seen, too
        lag_ms = max(0, now() - rung_at_ms)
        runtime.metrics.add_metric("PublishLagMs", MetricUnit.Milliseconds, lag_ms)
        runtime.metrics.flush_metrics()
    answer: dict[str, Any] = msgspec.to_builtins(published)
    runtime.logger.info("published", bells=len(changes), ids=len(ids), lag_ms=lag_ms, **answer)
    return answer


@cache
def _runtime() -> PublishRuntime:
    settings = PublishSettings.read()
    stores = Stores(Clients(), settings.outputs())
    publisher = Publisher(
        stores.drinks,
        stores.catalogue,
        Path(tempfile.mkdtemp(prefix="mocktailverse-publish-")),
        now_ms=now,
    )
    return PublishRuntime(publisher, Logger(), Metrics())
