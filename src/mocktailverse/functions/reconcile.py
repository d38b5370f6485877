"""reconcile: on a schedule, send raw objects without a finished load to the queue again."""

from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from aws_lambda_powertools import Logger

from mocktailverse.functions.failure_log import FAILED, failures_logged
from mocktailverse.functions.json_log import json_logger
from mocktailverse.pipeline.reconciliation import reconcile
from mocktailverse.settings import ReconcileSettings
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@failures_logged
def handler(_event: dict[str, Any], _context: "LambdaContext") -> dict[str, Any]:
    """Re-queue lost raw objects; return the report."""
    settings, stores, logger = _runtime()
    report = reconcile(
        stores.bucket,
        stores.loads,
        stores.queue,
        now=now(),
        lost_after_ms=settings.visibility_timeout_s * settings.max_receive_count * 1000,
    )
    result: dict[str, Any] = msgspec.to_builtins(report)
    logger.info("reconciled", **result)
    if report.failed:  # the alarm on function errors counts this line, too
        logger.error(FAILED, failed=report.failed)
    return result


@cache
def _runtime() -> tuple[ReconcileSettings, Stores, Logger]:
    settings = ReconcileSettings.read()
    stores = Stores(Clients(), settings.outputs(), settings.loads_expire_days)
    return settings, stores, json_logger()
