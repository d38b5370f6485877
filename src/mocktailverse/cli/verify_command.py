"""The command `verify`: compare drinks table and catalogue with the raw objects."""

from typing import Any

import msgspec
import typer

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import last_part, print_json, print_table, say
from mocktailverse.cli.progress import progress
from mocktailverse.formatting import counted
from mocktailverse.pipeline.verify import VerifyReport
from mocktailverse.pipeline.verify_catalogue import verify_all
from mocktailverse.stores.environment import LOCAL, Stores

KEEP_RAW = (LOCAL, "prod")
"""The environments whose raw objects never expire."""


def verify(
    env: options.Env = "local", state_dir: options.StateDir = None, as_json: options.Json = False
) -> None:
    """Recompute the drinks from the raw objects; show differences from table and catalogue."""
    report = verify_with_progress(connect(env, state_dir), raw_expires=env not in KEEP_RAW)
    if as_json:
        print_json(verify_fields(report))
    else:
        print_verified(report)
    if not report.ok:
        raise typer.Exit(1)


def verify_with_progress(stores: Stores, *, raw_expires: bool = False) -> VerifyReport:
    """Verify an environment with a progress bar."""
    with progress() as bar:
        task = bar.add_task("verifying raw objects", total=None)
        return verify_all(
            stores.bucket,
            stores.drinks,
            stores.loads,
            stores.catalogue,
            lambda number: bar.update(task, completed=number),
            raw_expires=raw_expires,
        )


def verify_fields(report: VerifyReport) -> dict[str, Any]:
    """Return a report as JSON shows it."""
    fields: dict[str, Any] = msgspec.to_builtins(report)
    return {"ok": report.ok, **fields}


def print_verified(report: VerifyReport) -> None:
    """Print what matches, or the differences as a table."""
    if report.ok:
        objects = counted_objects(report.objects, report.canaries)
        say(f"ok: {counted(report.drinks, 'drink')} and the catalogue match {objects}")
        return
    rows = [(d.kind.replace("_", " "), last_part(d.subject), d.problem) for d in report.differences]
    print_table("Differences", ("kind", "subject", "problem"), rows)
    if any("/" in difference.subject for difference in report.differences):
        say("Raw objects are shown without their folders; --json prints their keys.")


def counted_objects(number: int, health_checks: int) -> str:
    """Return a number of raw objects in words, with how many of them are health checks, if any."""
    checks = f" including {counted(health_checks, 'health check')}" if health_checks else ""
    return f"{counted(number, 'raw object')}{checks}"
