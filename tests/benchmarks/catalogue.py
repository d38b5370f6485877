"""How fast the catalogue answers, beside scanning the drinks table; prints JSON.

    catalogue.py --drinks 600 100000      how many drinks the catalogues have

Every question is asked once, of a catalogue that has answered a few others before. CPU time, with
the drinks of the page decoded. `dashboard.py` opens the dashboard's first page on each catalogue.
"""

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import ours
from corpus import ndjson_lines, source_records

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.catalogue.writer import CatalogueWriter
from mocktailverse.drinks.drink import Drink
from mocktailverse.stores.items import Item, from_item, to_item

CHANGES = 100
WARM_UP = 5
PAGE = 25
DEEP_PAGES = 4
"""Pages of 500 that the deeper of the listed pages stand behind, at most."""

_CHUNK = 5_000
_SORTS = ("name", "-name", "abv", "-abv", "observed", "-observed")
_COMMON_WORDS = ("gin", "juice", "the", "ice", "lemon juice", "shake with ice", "rum lime")
_SEALED: dict[str, Any] = {"version": "1-benchmark", "built_at": 1, "table": "drinks"}

Question = Callable[[], object]


def measure(
    given: Path | None, counts: list[int], scanned: int, questions: int, visits: int
) -> dict[str, Any]:
    """The figures for a catalogue of each size; the last one is changed as well."""
    what, known = source_records(given)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "catalogue.sqlite")
        catalogues = []
        for count in counts:
            rebuild = _rebuild(path, _drinks(known, count))
            answers, pages = _answers(path, questions), _first_pages(path, visits)
            catalogues.append({"drinks": count, **answers, "dashboard": pages})
        publish = _publish(path, rebuild)
        scan = _scan(path, known, scanned)
    return {"varied_from": what, "catalogues": catalogues, "publish": publish, "scan": scan}


def _drinks(known: list[dict[str, Any]], count: int) -> Iterator[Drink]:
    lines = ndjson_lines(known, count)
    while chunk := b"".join(islice(lines, _CHUNK)):
        for register in ours.registers(ours.InMemory(chunk)):
            assert register.drink
            yield register.drink


def _rebuild(path: Path, drinks: Iterator[Drink]) -> float:
    """Write a catalogue; the seconds it took without those that made the drinks."""
    taken = 0.0
    with CatalogueWriter.create(path) as writer:
        while chunk := list(islice(drinks, _CHUNK)):
            taken += _seconds(lambda chunk=chunk: writer.put(chunk))
        return taken + _seconds(lambda: writer.seal(**_SEALED))


def _answers(path: Path, questions: int) -> dict[str, Any]:
    catalogue = Catalogue(path)
    index_seconds = _seconds(catalogue.warm)
    chance = random.Random(1)  # noqa: S311 - no secret
    kinds = {
        "list": _list_questions(catalogue, chance, questions),
        "search": _search_questions(catalogue, chance, questions),
        "makeable": _makeable_questions(catalogue, chance, questions),
        "facets": _facet_questions(catalogue, chance, questions),
    }
    asked = [{"name": name, **_latencies(those)} for name, those in kinds.items()]
    catalogue.close()
    return {
        "mib": round(path.stat().st_size / 2**20, 1),
        "index_seconds": round(index_seconds, 3),
        "asked": asked,
    }


def _first_pages(path: Path, visits: int) -> dict[str, Any]:
    """The dashboard's first page, in a process of its own."""
    script = Path(__file__).with_name("dashboard.py")
    command = [sys.executable, str(script), str(path), "--visits", str(visits)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _latencies(questions: Iterable[Question]) -> dict[str, Any]:
    taken = [1000 * _seconds(question) for question in questions][WARM_UP:]
    return {
        "questions": len(taken),
        "p50_ms": round(statistics.median(taken), 2),
        "p95_ms": round(statistics.quantiles(taken, n=20)[-1], 2),
        "worst_ms": round(max(taken), 2),
    }


def _list_questions(catalogue: Catalogue, chance: random.Random, number: int) -> Iterator[Question]:
    """Every sort with filters of all kinds, first pages and deep ones."""
    filters = _filters(catalogue, chance)
    for place in range(number):
        query = DrinkQuery(sort=_SORTS[place % len(_SORTS)], **next(filters))
        after = None
        for _ in range(chance.choice((0, 0, 1, DEEP_PAGES))):
            page = catalogue.search(query, limit=500, after=after)
            after = page.next or after
        yield lambda query=query, after=after: catalogue.search(query, limit=PAGE, after=after)


def _search_questions(
    catalogue: Catalogue, chance: random.Random, number: int
) -> Iterator[Question]:
    """Common words, a name or an ingredient as it is typed, and words with a filter."""
    names = [drink.name for drink in islice(catalogue.all_drinks(), 0, None, 7)]
    ingredients = [entry.name for entry in catalogue.ingredients(limit=1000).items]
    filters = _filters(catalogue, chance)
    for place in range(number):
        typed = chance.choice(names if place % 2 else ingredients)
        q = chance.choice(
            (
                chance.choice(_COMMON_WORDS),
                chance.choice(typed.split()),
                typed[: chance.randint(1, len(typed))],
            )
        )
        query = DrinkQuery(q=q, **(next(filters) if place % 3 == 0 else {}))
        yield lambda query=query: catalogue.search(query, limit=PAGE)


def _makeable_questions(
    catalogue: Catalogue, chance: random.Random, number: int
) -> Iterator[Question]:
    """Shelves of 1 to 40 of the 300 most used ingredients."""
    used = [entry.name for entry in catalogue.ingredients(limit=300).items]
    for place in range(number):
        have = chance.sample(used, min(len(used), chance.randint(1, 40)))
        yield lambda have=have, missing=place % 3: catalogue.makeable(have, missing=missing)


def _facet_questions(
    catalogue: Catalogue, chance: random.Random, number: int
) -> Iterator[Question]:
    for filters in islice(_filters(catalogue, chance), number):
        query = DrinkQuery(**filters)
        yield lambda query=query: (catalogue.facets(query), catalogue.count(query))


def _filters(catalogue: Catalogue, chance: random.Random) -> Iterator[dict[str, Any]]:
    """None, one and several filters, with values rare and common."""
    values = {
        field: [facet.value for facet in facets]
        for field, facets in msgspec.structs.asdict(catalogue.facets(DrinkQuery())).items()
        if field not in ("mocktail", "more") and facets
    }
    values["ingredient"] += [entry.name for entry in catalogue.ingredients(limit=5000).items]
    values["without"] = values["ingredient"][:50]
    while True:
        chosen = chance.sample(sorted(values), chance.choice((0, 1, 1, 2)))
        filters: dict[str, Any] = {field: (chance.choice(values[field]),) for field in chosen}
        if chance.random() < 1 / 5:
            filters["abv_min"] = chance.randint(0, 20)
            filters["abv_max"] = filters["abv_min"] + chance.randint(0, 20)
        if chance.random() < 1 / 5:
            filters["mocktail"] = chance.random() < 1 / 2
        yield filters


def _publish(path: Path, rebuild: float) -> dict[str, Any]:
    """Change drinks in a copy of the catalogue, as publish does between download and upload."""
    catalogue = Catalogue(path)
    count = catalogue.meta.drinks
    spread = islice(catalogue.all_drinks(), 0, None, max(1, count // CHANGES))
    changed = [
        msgspec.structs.replace(drink, name=f"{drink.name} anew", content_hash="another")
        for drink in islice(spread, CHANGES)
    ]
    catalogue.close()
    edited = path.with_name("edited.sqlite")

    def edit() -> None:
        shutil.copyfile(path, edited)
        with CatalogueWriter.open(edited) as writer:
            assert writer.put(changed) == len(changed)
            writer.seal(**_SEALED)

    seconds = min(_seconds(edit) for _ in range(3))
    return {
        "drinks": count,
        "changes": len(changed),
        "rebuild_seconds": round(rebuild, 3),
        "publish_seconds": round(seconds, 3),
        "share": round(seconds / rebuild, 4),
    }


def _scan(path: Path, known: list[dict[str, Any]], count: int) -> dict[str, Any]:
    """The same questions of the catalogue, and of all items of the table, which are in memory.

    That is the floor of a dashboard that scans the table for each view: no network, no paging.
    """
    registers = list(ours.registers(ours.InMemory(b"".join(ndjson_lines(known, count)))))
    items = [to_item(register) for register in registers]
    _rebuild(path, (register.drink for register in registers if register.drink))
    catalogue = Catalogue(path)
    catalogue.warm()
    timings = []
    for query, fits in _SCANNED:
        scanning = _seconds(lambda fits=fits: _scan_items(items, fits))
        asking = min(_seconds(lambda query=query: catalogue.search(query)) for _ in range(3))
        assert bool(_scan_items(items, fits)) == bool(catalogue.count(query)), query
        timings.append((scanning, asking))
    catalogue.close()
    ratios = [scanning / asking for scanning, asking in timings]
    return {
        "drinks": count,
        "questions": len(timings),
        "scan_ms": round(1000 * statistics.median(scanning for scanning, _ in timings), 2),
        "catalogue_ms": round(1000 * statistics.median(asking for _, asking in timings), 3),
        "ratio": round(statistics.median(ratios), 1),
        "least": round(min(ratios), 1),
        "most": round(max(ratios), 1),
    }


Fits = Callable[[Drink], bool]

_SCANNED: tuple[tuple[DrinkQuery, Fits], ...] = (
    (DrinkQuery(), lambda drink: drink.withdrawn_at is None),
    (DrinkQuery(mocktail=True), lambda drink: drink.derived.is_mocktail is True),
    (DrinkQuery(category=("Cocktail",)), lambda drink: drink.category == "Cocktail"),
    (DrinkQuery(abv_max=0), lambda drink: drink.derived.abv_percent_max == 0),
    (
        DrinkQuery(ingredient=("Lime juice",)),
        lambda drink: any(line.name == "Lime juice" for line in drink.ingredients),
    ),
    (
        DrinkQuery(q="lemon"),
        lambda drink: any(
            "lemon" in text.lower()
            for text in (
                drink.name,
                *drink.instructions.values(),
                *drink.tags,
                *(line.name for line in drink.ingredients),
            )
        ),
    ),
)


def _scan_items(items: Iterable[Item], fits: Fits) -> list[Drink]:
    drinks = (register.drink for register in map(from_item, items))
    found = [drink for drink in drinks if drink and fits(drink)]
    return sorted(found, key=lambda drink: drink.name.casefold())[:PAGE]


def _seconds(work: Question) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--records", type=Path, help="an API envelope to vary the drinks from")
    parser.add_argument("--drinks", type=int, nargs="+", default=[600, 100_000])
    parser.add_argument("--scanned", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--visits", type=int, default=40)
    asked = parser.parse_args()
    figures = measure(asked.records, asked.drinks, asked.scanned, asked.questions, asked.visits)
    print(json.dumps(figures))
