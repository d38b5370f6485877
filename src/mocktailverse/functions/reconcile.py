"""reconcile: on a schedule, send raw objects without a finished load to the queue again."""

from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from aws_lambda_powertools import Logger
from msgspec import Struct

from mocktailverse.functions.failure_log import failures_logged
from mocktailverse.functions.invocation_clock import InvocationClock
from mocktailverse.pipeline.reconciliation import reconcile
from mocktailverse.settings import ReconcileSettings
from mocktailverse.stores.clients import Clients
from mocktailverse.stores.environment import Stores

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


class ReconcileRuntime(Struct, frozen=True):
    """What is built once and kept between invocations."""

    settings: ReconcileSettings
    stores: Stores
    logger: Logger


@failures_logged
def handler(_event: dict[str, Any], context: "LambdaContext") -> dict[str, Any]:
    """Re-queue lost raw objects; return the report."""
    runtime = _runtime()
    settings, stores = runtime.settings, runtime.stores
    report = reconcile(
        stores.bucket,
        stores.loads,
        stores.queue,
        now=InvocationClock(context).now(),
        lost_after_ms=settings.visibility_timeout_s * settings.max_receive_count * 1000,
    )
    result: dict[str, Any] = msgspec.to_builtins(report)
    runtime.logger.info("reconciled", **result)
    return result


@cache
def _runtime() -> ReconcileRuntime:
    settings = ReconcileSettings.read()
    stores = Stores(Clients(), settings.outputs(), settings.loads_expire_days)
    return ReconcileRuntime(settings, stores, Logger())
