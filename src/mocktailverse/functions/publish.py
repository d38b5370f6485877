"""publish: bring the published catalogue up to date with the drinks table.

The table's stream is KEYS_ONLY: a change notification that says which drinks changed, not how. The
drinks of a batch are published together, each once. A failure raises, so that the stream delivers
the batch again. It never scans the table: without a catalogue of its format it raises, until
`mocktailverse deploy` or `rebuild` has built one.

Its metric, of each batch:

PublishLagMs  from the oldest change to the end of the publishing, also of one that failed

Its log line is found by record with:

traces  the trace ids of the raw objects that the drinks of the batch come from
"""

import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from mocktailverse.functions.failure_log import failures_logged
from mocktailverse.functions.json_log import json_logger
from mocktailverse.pipeline.publishing import Publisher
from mocktailverse.settings import PublishSettings
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@failures_logged
def handler(event: dict[str, Any], _context: "LambdaContext") -> dict[str, Any]:
    """Publish the drinks of a batch of stream records; return what was done.

    Raises:
        MocktailverseError: publishing failed; the stream delivers the batch again.
    """
    publisher, logger, metrics = _runtime()
    changes = [record["dynamodb"] for record in event["Records"]]
    ids = {change["Keys"]["id"]["S"] for change in changes}
    changed_at_ms = round(1000 * min(change["ApproximateCreationDateTime"] for change in changes))
    try:
        published = publisher.publish(ids)
    finally:  # a lasting lag has to be visible
        lag_ms = max(0, now() - changed_at_ms)
        metrics.add_metric("PublishLagMs", MetricUnit.Milliseconds, lag_ms)
        metrics.flush_metrics()
    result: dict[str, Any] = msgspec.to_builtins(published)
    logger.info("published", notifications=len(changes), ids=len(ids), lag_ms=lag_ms, **result)
    return result


@cache
def _runtime() -> tuple[Publisher, Logger, Metrics]:
    settings = PublishSettings.read()
    stores = Stores(Clients(), settings.outputs())
    folder = Path(tempfile.mkdtemp(prefix="mocktailverse-publish-"))
    publisher = Publisher(stores.drinks, stores.catalogue, folder, now_ms=now, env=settings.stage)
    return publisher, json_logger(), Metrics()
