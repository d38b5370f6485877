"""The command `plan`: what this checkout's code would change in an environment's drinks."""

from collections.abc import Sequence
from typing import Annotated

import msgspec
import typer
from typer import Option

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import print_json, print_table, say
from mocktailverse.cli.progress import progress
from mocktailverse.cli.verify_command import KEEP_RAW
from mocktailverse.deployment import release
from mocktailverse.deployment.release import Release
from mocktailverse.deployment.target import DeployTarget
from mocktailverse.drinks.field_differences import FieldDifference
from mocktailverse.errors import MissingError, MocktailverseError, UsageError
from mocktailverse.formatting import counted
from mocktailverse.operations import plan_run
from mocktailverse.pipeline.plan import PlannedDrink, PlanSummary, ReleasePlan
from mocktailverse.pipeline.plan_object import EXCEPTION
from mocktailverse.stores import cloudformation_stack as stack
from mocktailverse.stores.environment import Stores

DEPLOYMENT_SAMPLE = 800
"""Raw objects that a deployment reads: 20,000 records where a fetch stored them."""

_SHOWN = 12
_SHOWN_CHARACTERS = 48

_REMARKS = {
    "expired": "the raw object has expired",
    "in_flight": "a load is not published yet, or has failed",
    "not_sampled": "the raw object is not in the sample",
}
_RECORDS = {
    "Records that would be rejected": "now_rejected",
    "Rejected records that would load": "now_loads",
}


def plan(
    env: options.Env = "local",
    sample: Annotated[
        int | None, Option("--sample", min=1, help="Read this many raw objects only.")
    ] = None,
    drink: Annotated[
        str | None,
        Option("--drink", help="Show this drink only, with all its differences."),
    ] = None,
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Show which drinks this checkout's code would change, before it is deployed.

    Runs the code on the raw objects and compares the published drinks. Changes nothing; exit code 1
    if anything would change.
    """
    planned = plan_with_progress(connect(env, state_dir), env, sample)
    if drink is not None:
        drinks = [planned for planned in planned.drinks if planned.id == drink]
        planned = msgspec.structs.replace(planned, drinks=drinks)
    if as_json:
        print_json(planned)
    elif drink is not None:
        _print_drink(drink, planned.drinks)
    else:
        _print_plan(planned)
    if planned.drinks or (drink is None and not planned.is_empty):
        raise typer.Exit(1)


def plan_with_progress(stores: Stores, env: str, sample: int | None = None) -> ReleasePlan:
    """Return the plan of an environment, with a progress bar.

    Raises:
        UsageError: nothing is published yet.
    """
    with progress() as bar:
        task = bar.add_task("reading raw objects", total=None)
        try:
            return plan_run.plan(
                stores,
                raw_expires=env not in KEEP_RAW,
                sample=sample,
                on_object=lambda number, total: bar.update(task, completed=number, total=total),
            )
        except MissingError as error:
            raise UsageError(
                "No catalogue is published yet, so there is nothing to compare with."
            ) from error


def plan_before_deployment(target: DeployTarget, new: Release) -> PlanSummary | None:
    """Print what a release would change, and return it as evidence.

    A sample, if there are many raw objects. None without a working stack, for a zip with other code
    than this checkout, which is what runs here, and if it fails: a deployment that repairs
    something must not depend on it.
    """
    if stack.status(target.clients, target.stack) not in stack.WORKING:
        return None
    if not release.has_code_of(target.clients, new, target.checkout.source):
        say("Not planned: the zip has other code than this checkout.")
        return None
    stores = Stores(target.clients, stack.outputs(target.clients, target.stack))
    try:
        summary = plan_with_progress(stores, target.env, DEPLOYMENT_SAMPLE).summary
    except MocktailverseError as error:
        say(f"Not planned: {error}")
        return None
    say(f"Plan of this checkout's code: {summary_line(summary)}")
    _say_if_older(summary)
    if not summary.is_empty:
        say(f"See them with `mocktailverse plan --env {target.env}`.")
    return summary


def summary_line(summary: PlanSummary) -> str:
    """Return the plan in a sentence."""
    raises = summary.now_rejected.get(EXCEPTION, 0)
    drinks = {"added": summary.added, "removed": summary.removed}
    records = {
        "newly rejected": sum(summary.now_rejected.values()) - raises,
        "no longer rejected": sum(summary.now_loads.values()),
        "for which this code raises": raises,
    }
    changed = f"{summary.changed} of {counted(summary.changed + summary.unchanged, 'drink')}"
    parts = [f"{number} {what}" for what, number in drinks.items() if number]
    parts += [f"{counted(number, 'record')} {what}" for what, number in records.items() if number]
    read = counted(summary.objects, "raw object")
    if summary.objects < summary.of_objects:
        read = f"a sample of {summary.objects} of {summary.of_objects} raw objects"
    read = f"{counted(summary.records, 'record')} in {read}"
    return f"{', '.join([f'{changed} would change', *parts])} ({read})"


def _print_plan(planned: ReleasePlan) -> None:
    _print_rows("Changed fields", ("field", "drinks"), [*planned.fields.items()])
    rows = [(one.id, *_cells(one.difference), _change(one.difference)) for one in planned.largest]
    _print_rows("Largest differences", ("drink", "field", "old", "new", "change"), rows)
    others = [
        (drink.id, *(_cells(drink.differences[0]) if drink.differences else (drink.change, "", "")))
        for drink in planned.drinks
        if not any(difference.size for difference in drink.differences)
    ]
    _print_rows("Other changes", ("drink", "field", "old", "new"), others)
    for title, name in _RECORDS.items():
        records = [
            (record.code, record.object.key, record.position, record.id or record.message)
            for record in planned.rejected[name]
        ]
        _print_rows(title, ("code", "raw object", "position", ""), records)
    for name, remark in _REMARKS.items():
        if number := getattr(planned, name):
            say(f"{counted(number, 'drink')} not compared: {remark}")
    say(summary_line(planned))
    _say_if_older(planned)
    if planned.drinks:
        say("One drink in full: mocktailverse plan --drink ID. All of them: --json")


def _say_if_older(summary: PlanSummary) -> None:
    """Print that a replay leaves the drinks that newer code has made, if there are any."""
    newest = max(summary.served_transform_versions, default=0)
    if newest > summary.transform_version:
        say(
            f"Served drinks have transform version {newest}, this code {summary.transform_version}."
            " Older code never replaces newer results, so a replay leaves them as they are: see"
            ' "Going back" in docs/how-to/upgrade.md.'
        )


def _print_rows(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print the first rows, if there are any, and how many there are."""
    if rows:
        count = "" if len(rows) <= _SHOWN else f" ({_SHOWN} of {len(rows)})"
        print_table(f"{title}{count}", columns, rows[:_SHOWN])


def _change(difference: FieldDifference) -> str:
    return "from 0" if difference.relative is None else f"{difference.relative:+.1%}"


def _print_drink(drink_id: str, drinks: list[PlannedDrink]) -> None:
    for drink in drinks:
        rows = [_cells(difference, None) for difference in drink.differences]
        print_table(f"{drink.name} ({drink.change})", ("field", "old", "new"), rows)
    if not drinks:
        say(f"`{drink_id}` is not among the drinks that would change.")


def _cells(
    difference: FieldDifference, limit: int | None = _SHOWN_CHARACTERS
) -> tuple[str, str, str]:
    place = f"{difference.field} ({difference.line})" if difference.line else difference.field
    return place, _shown(difference.old, limit), _shown(difference.new, limit)


def _shown(value: object, limit: int | None) -> str:
    """Return a value on one line; a long one is cut."""
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    text = " ".join(text.split())
    return text if limit is None or len(text) <= limit else f"{text[: limit - 1]}…"
