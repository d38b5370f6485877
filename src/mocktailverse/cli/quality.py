"""The `quality` command: the catalogue's data quality at a glance."""

import typer

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.ledger import Days
from mocktailverse.cli.output import print_json, print_table
from mocktailverse.drinks.drift import total_drift
from mocktailverse.operations.quality import SourceQuality
from mocktailverse.operations.quality import quality as quality_of
from mocktailverse.operations.recent_loads import recent_loads


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(quality)


def quality(
    days: Days = 7,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Show how much of the catalogue is understood, and the drift of recent loads."""
    stores = connect(env, state_dir)
    found = quality_of(register_.drink for register_ in stores.drinks.all() if register_.drink)
    recent, _ = recent_loads(stores.loads, days)
    drift = total_drift(kind for load in recent for kind in load.drift)
    if as_json:
        print_json({"items": found, "next": None, "drift": drift})
        return
    for of_source in found:
        print_table(f"Quality of {of_source.source}", ("what", "figure"), _quality_rows(of_source))
    kinds = [(kind.field, kind.old, kind.new, kind.count) for kind in drift]
    print_table(f"Drift of the last {days} days", ("field", "old", "new", "records"), kinds)


def _quality_rows(found: SourceQuality) -> list[tuple[str, object]]:
    shares = {
        "measures understood": found.measures,
        "ingredients known": found.ingredients,
        "strength known": found.strength,
        "mocktails": found.mocktails,
    }
    return [
        ("drinks", found.drinks),
        ("withdrawn", found.withdrawn),
        *((name, f"{s.count} of {s.of} ({s.percent} %)") for name, s in shares.items()),
        *found.codes.items(),
    ]
