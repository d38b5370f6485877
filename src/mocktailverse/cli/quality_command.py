"""The command `quality`: the data quality of the catalogue."""

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import print_json, print_table
from mocktailverse.drinks.drift import total_drift
from mocktailverse.operations.quality import SourceQuality
from mocktailverse.operations.quality import quality as quality_by_source
from mocktailverse.operations.recent_loads import recent_loads


def quality(
    days: options.Days = 7,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Show the data quality of the drinks, and the schema drift of recent loads."""
    stores = connect(env, state_dir)
    sources = quality_by_source(
        register.drink for register in stores.drinks.all() if register.drink
    )
    loads, _ = recent_loads(stores.loads, days)
    drift = total_drift(kind for load in loads for kind in load.drift)
    if as_json:
        print_json({"items": sources, "next": None, "drift": drift})
        return
    for source in sources:
        print_table(f"Quality of {source.source}", ("name", "value"), _rows(source))
    kinds = [(kind.field, kind.old, kind.new, kind.count) for kind in drift]
    print_table(f"Drift of the last {days} days", ("field", "old", "new", "records"), kinds)


def _rows(source: SourceQuality) -> list[tuple[str, object]]:
    shares = {
        "measures understood": source.measures,
        "ingredients known": source.ingredients,
        "strength known": source.strength,
        "mocktails": source.mocktails,
    }
    return [
        ("drinks", source.drinks),
        ("withdrawn", source.withdrawn),
        *((name, f"{s.count} of {s.of} ({s.percent} %)") for name, s in shares.items()),
        *source.codes.items(),
    ]
