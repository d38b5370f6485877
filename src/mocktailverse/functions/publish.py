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

from mocktailverse.functions.clock import now_ms
from mocktailverse.functions.failures import failures_logged
from mocktailverse.pipeline.publish import Publisher
from mocktailverse.settings import PublishSettings
from mocktailverse.stores.catalogue_object import CatalogueObject
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.drinks_table import DrinksTable

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


class Tools(Struct, frozen=True):
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
    tools = _tools()
    changes = [record["dynamodb"] for record in event["Records"]]
    ids = {change["Keys"]["id"]["S"] for change in changes}
    rung_at_ms = round(1000 * min(change["ApproximateCreationDateTime"] for change in changes))
    try:
        published = tools.publisher.publish(ids)
    finally:  # a lag that lasts is to be seen, too
        lag_ms = max(0, now_ms() - rung_at_ms)
        tools.metrics.add_metric("PublishLagMs", MetricUnit.Milliseconds, lag_ms)
        tools.metrics.flush_metrics()
    answer: dict[str, Any] = msgspec.to_builtins(published)
    tools.logger.info("published", bells=len(changes), ids=len(ids), lag_ms=lag_ms, **answer)
    return answer


@cache
def _tools() -> Tools:
    settings = PublishSettings.read()
    clients = Clients()
    publisher = Publisher(
        DrinksTable(clients, settings.drinks_table),
        CatalogueObject(clients, settings.catalogue_bucket),
        Path(tempfile.mkdtemp(prefix="mocktailverse-publish-")),
        now_ms=now_ms,
    )
    return Tools(publisher, Logger(), Metrics())
