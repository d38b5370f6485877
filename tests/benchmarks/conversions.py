"""Convert the alcoholic drinks of a file, and check each result against the rules.

    python tests/benchmarks/conversions.py FILE [--print N] [--seed S] [--style pantry]

FILE is an envelope of TheCocktailDB. Prints by style the share that converts of the alcoholic
drinks of known strength, the reasons of refusals, the broken rules (there must be none) and the
CPU time of a conversion. `--print` shows N random conversions as text, to be judged by reading.
"""

import argparse
import json
import random
import re
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from mocktailverse.drinks import to_mocktail
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.record import Record
from mocktailverse.sources import SOURCES
from strategies.mocktails import made, violations

STYLES = ("pantry", "bottle")


def alcoholic_drinks(path: Path) -> list[Drink]:
    """Return the file's alcoholic drinks of known strength."""
    reader = SOURCES["thecocktaildb"].records
    records = [reader.from_fields(fields) for fields in json.loads(path.read_bytes())["drinks"]]
    drinks = [made(record) for record in records if isinstance(record, Record)]
    return [
        drink
        for drink in drinks
        if drink.derived.is_mocktail is False and drink.derived.abv_served_percent_max is not None
    ]


def main() -> int:
    """Print the figures; return 1 if a rule is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--print", type=int, default=0, dest="count")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--style", choices=STYLES, default="pantry")
    options = parser.parse_args()
    drinks = alcoholic_drinks(options.file)
    broken = sum(_report(drinks, style) for style in STYLES)
    _print_some(drinks, options.style, options.count, options.seed)
    return 1 if broken else 0


def _report(drinks: list[Drink], style: str) -> int:
    for drink in drinks:
        to_mocktail(drink, style)
    started = time.process_time()
    results = [to_mocktail(drink, style) for drink in drinks]
    took = (time.process_time() - started) / len(drinks)
    times = []
    for drink in drinks:
        started = time.process_time()
        to_mocktail(drink, style)
        times.append(time.process_time() - started)
    converted = sum(result.possible for result in results)
    print(
        f"{style}: {converted} of {len(drinks)} convert, {converted / len(drinks):.1%}; "
        f"{took * 1000:.2f} ms on average, at most {max(times) * 1000:.2f} ms"
    )
    names = re.compile(r"`[^`]*`(?:(?:, | and )`[^`]*`)*")
    reasons = Counter(names.sub("...", r.reason) for r in results if not r.possible)
    for reason, count in reasons.most_common():
        print(f"  {count:4} {reason}")
    broken = [
        (drink.name, rule)
        for drink, result in zip(drinks, results, strict=True)
        for rule in violations(drink, result, style)
    ]
    for name, rule in broken:
        print(f"  BROKEN {name}: {rule}")
    return len(broken)


def _print_some(drinks: list[Drink], style: str, count: int, seed: int) -> None:
    results = [(drink, to_mocktail(drink, style)) for drink in drinks]
    results = [(drink, result) for drink, result in results if result.possible]
    random.Random(seed).shuffle(results)
    for drink, result in results[:count]:
        print(f"\n== {drink.name} ({drink.derived.method}, {drink.glass}; {result.confidence})")
        for one in (drink, result.drink):
            print(
                "  ",
                "; ".join(
                    f"{line.measure_raw or ''} {line.name_raw}".strip() for line in one.ingredients
                ),
            )
            print("     ", " ".join(one.instructions.get("en", "").split())[:500])
        for one in (result.before, result.after):
            print(
                f"   {one.served_ml_usual} ml, sugar {one.sugar_served_g_per_100ml_usual}, "
                f"acid {one.acid_served_g_per_100ml_usual}, {one.abv_served_percent_usual} %"
            )


if __name__ == "__main__":
    sys.exit(main())
