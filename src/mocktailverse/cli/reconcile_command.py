"""The command `reconcile`: queue raw objects again whose load never finished."""

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import print_result


def reconcile(
    env: options.Env = "local", state_dir: options.StateDir = None, as_json: options.Json = False
) -> None:
    """Queue raw objects again whose load never finished. AWS does the same on a schedule."""
    stores = connect(env, state_dir)
    report = stores.functions.invoke(stores.live_function("ReconcileFunction"), {})
    requeued, failed = len(report["requeued"]), len(report["failed"])
    message = f"{report['checked']} checked, {requeued} queued again, {failed} marked as failed"
    print_result(report, message, as_json=as_json)
