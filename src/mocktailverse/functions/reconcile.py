"""reconcile: on a schedule, raw objects without a finished load go back to the queue."""

from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from aws_lambda_powertools import Logger

from mocktailverse.functions.clock import InvocationClock
from mocktailverse.functions.failures import failures_logged
from mocktailverse.pipeline.reconcile import reconcile
from mocktailverse.settings import ReconcileSettings
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.data_bucket import DataBucket
from mocktailverse.stores.loads_table import LoadsTable
from mocktailverse.stores.queue import Queue

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@failures_logged
def handler(_event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Re-queue what was lost; answer the report."""
    settings, clients, logger = _tools()
    report = reconcile(
        DataBucket(clients, settings.data_bucket),
        LoadsTable(clients, settings.loads_table, settings.loads_expire_days),
        Queue(clients, settings.queue_url),
        now=InvocationClock(context).now(),
        lost_after_ms=settings.visibility_timeout_s * settings.max_receive_count * 1000,
    )
    answer: dict[str, Any] = msgspec.to_builtins(report)
    logger.info("reconciled", **answer)
    return answer


@cache
def _tools() -> tuple[ReconcileSettings, Clients, Logger]:
    return ReconcileSettings.read(), Clients(), Logger()
