"""The command `quality`: the data quality of the catalogue."""

from mocktailverse.cli import options
from mocktailverse.cli.connection import connect
from mocktailverse.cli.output import print_json, print_table, say
from mocktailverse.drinks.drift import total_drift
from mocktailverse.operations.quality import MAX_CAUSES, SourceQuality
from mocktailverse.operations.quality import quality as quality_by_source
from mocktailverse.operations.recent_loads import recent_loads


def quality(
    days: options.Days = 7,
    env: options.Env = "local",
    state_dir: options.StateDir = None,
    as_json: options.Json = False,
) -> None:
    """Show the data quality of the drinks, what is unknown and why, and recent schema drift."""
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
        _print_causes(source)
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
        ("strength unknown", source.unknown_strength),
        ("mocktail or not: unknown", source.unknown_mocktail),
        *source.codes.items(),
    ]


def _print_causes(source: SourceQuality) -> None:
    """Print the ingredients that leave most figures unknown."""
    if not source.unknown_because:
        return
    causes = [(cause.ingredient, cause.drinks) for cause in source.unknown_because[:MAX_CAUSES]]
    title = f"Causes of unknown figures in {source.source}"
    print_table(title, ("ingredient", "drinks"), causes, cut="ingredient")
    if more := len(source.unknown_because) - len(causes):
        say(f"{more} more ingredients are a cause; --json lists all.")
