"""How much of a raw file has known sugar and acid: `balance_coverage.py [--json] [FILE ...]`.

Counts the lines that carry a volume or are a sweetener and have a composition, the sources of their
usual sugar, and the drinks whose sugar and acid as served are known. Without arguments it reads the
repository's own samples.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from mocktailverse.drinks.balance.composition import composition_of
from mocktailverse.drinks.drink import Drink, IngredientLine
from mocktailverse.drinks.ingredients import family_of, match_ingredient
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.ingest import InputFile
from mocktailverse.pipeline.transformation import transform

_SAMPLES = Path(__file__).parents[2] / "data" / "raw"
_TRACEABLE = frozenset({"usda", "law", "computation"})


class Coverage(NamedTuple):
    """The counts of one file; the lists are names with their number of lines or drinks."""

    file: str
    volume_lines: int
    volume_lines_known: int
    sugar_lines: int
    sugar_lines_known: int
    drinks: int
    drinks_known: int
    source_kinds: dict[str, int]
    """Lines by the source of their usual sugar."""
    unknown_names: dict[str, int]
    unknown_drinks: list[str]

    @property
    def traceable(self) -> int:
        """The lines whose usual sugar is not an estimate."""
        return sum(count for kind, count in self.source_kinds.items() if kind in _TRACEABLE)


def coverage(name: str, drinks: Iterable[Drink]) -> Coverage:
    """Return the counts of these drinks."""
    volume, sugar, kinds, unknown = Counter[bool](), Counter[bool](), Counter[str](), Counter[str]()
    known, unknown_drinks = 0, []
    for drink in drinks:
        for line in drink.ingredients:
            composition = composition_of(line.name)
            is_sugar = _kind_of(line) == "sweetener"
            sugar[composition is not None] += is_sugar
            if line.ml_max and not is_sugar:
                volume[composition is not None] += 1
            if line.ml_max or is_sugar:
                unknown[line.name] += composition is None
                kinds[composition.source_kind if composition else "unknown"] += 1
        derived = drink.derived
        is_complete = None not in (
            derived.sugar_served_g_per_100ml_max,
            derived.acid_served_g_per_100ml_max,
        )
        known += is_complete
        if not is_complete:
            unknown_drinks.append(drink.name)
    return Coverage(
        name,
        volume.total(),
        volume[True],
        sugar.total(),
        sugar[True],
        known + len(unknown_drinks),
        known,
        dict(kinds.most_common()),
        {name: count for name, count in unknown.most_common() if count},
        unknown_drinks,
    )


def _kind_of(line: IngredientLine) -> str | None:
    row = match_ingredient(line.name) or family_of(line.name)
    return row.kind if row else None


def _drinks_of(path: Path, source: str) -> Iterable[Drink]:
    version = ObjectVersion("", f"raw/{source}/{path.name}", "null")
    for result in transform(InputFile(path), version):
        if result.register and result.register.drink:
            yield result.register.drink


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / max(whole, 1):.1%})"


def main() -> None:
    """Print the counts as text or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="raw files")
    parser.add_argument("--source", default="thecocktaildb", help="source of the records")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    files = arguments.files or sorted(path for path in _SAMPLES.iterdir() if path.suffix != ".md")
    counts = [
        coverage(path.name, _drinks_of(path, arguments.source)) for path in files if path.is_file()
    ]
    if arguments.json:
        print(json.dumps({"items": [one._asdict() for one in counts], "next": None}, indent=2))
        return
    for one in counts:
        print(f"{one.file}:")
        print(f"  lines with a volume: {_share(one.volume_lines_known, one.volume_lines)} known")
        print(f"  sugar lines: {_share(one.sugar_lines_known, one.sugar_lines)} known")
        print(f"  drinks: {_share(one.drinks_known, one.drinks)} with sugar and acid as served")
        lines = sum(one.source_kinds.values())
        print(f"  usual sugar from USDA, law or computation: {_share(one.traceable, lines)}")
        for kind, count in one.source_kinds.items():
            print(f"    {kind}: {_share(count, lines)}")
        print("  unknown ingredients:", one.unknown_names or "none")
        print("  unknown drinks:", ", ".join(one.unknown_drinks) or "none")


if __name__ == "__main__":
    main()
