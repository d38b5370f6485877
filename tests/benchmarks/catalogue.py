"""The time of catalogue queries, compared with a scan of the drinks table; prints JSON.

    catalogue.py --drinks 600 100000      the numbers of drinks in the catalogues

Every query runs once, on a catalogue that has run a few others before. CPU time, with the drinks
of the page decoded. `dashboard.py` opens the dashboard's first page with each catalogue.
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
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import ours
from corpus import ndjson_lines, source_records

from mocktailverse.catalogue.changes.row_edits import touched_rows
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.search.query import DrinkQuery
from mocktailverse.catalogue.writer import CatalogueWriter
from mocktailverse.drinks.drink import Drink
from mocktailverse.drinks.substitutions.shelf import Allowance
from mocktailverse.stores.items import Item, from_item, to_item

CHANGES = 100
WARM_UP = 5
PAGE = 25
DEEP_PAGES = 4
"""The maximum number of pages of 500 drinks before a deep page."""

_CHUNK = 5_000
_SORTS = ("name", "-name", "abv", "-abv", "observed", "-observed")
_ALLOWANCES: tuple[Allowance, ...] = ("near", "acceptable", "strict")
_COMMON_WORDS = ("gin", "juice", "the", "ice", "lemon juice", "shake with ice", "rum lime")
_SEALED: dict[str, Any] = {"version": "1-benchmark", "built_at": 1, "table": "drinks"}

Query = Callable[[], object]


def measure(
    records_file: Path | None, counts: list[int], scanned: int, questions: int, visits: int
) -> dict[str, Any]:
    """Return the figures for a catalogue of each size; the last one is also changed."""
    description, records = source_records(records_file)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "catalogue.sqlite")
        catalogues = []
        for count in counts:
            rebuild = _rebuild(path, _drinks(records, count))
            queries, pages = _queries(path, questions), _first_pages(path, visits)
            catalogues.append({"drinks": count, **queries, "dashboard": pages})
        publish = _publish(path, rebuild)
        scan = _scan(path, records, scanned)
    return {"varied_from": description, "catalogues": catalogues, "publish": publish, "scan": scan}


def _drinks(records: list[dict[str, Any]], count: int) -> Iterator[Drink]:
    lines = ndjson_lines(records, count)
    while chunk := b"".join(islice(lines, _CHUNK)):
        for register in ours.registers(ours.InMemory(chunk)):
            assert register.drink
            yield register.drink


def _rebuild(path: Path, drinks: Iterator[Drink]) -> float:
    """Write a catalogue; return its CPU time without that of making the drinks."""
    total_s = 0.0
    with CatalogueWriter.create(path) as writer:
        while chunk := list(islice(drinks, _CHUNK)):
            total_s += _seconds(lambda chunk=chunk: writer.put(chunk))
        return total_s + _seconds(lambda: writer.seal(**_SEALED, most_conversions=None))


def _queries(path: Path, questions: int) -> dict[str, Any]:
    catalogue = Catalogue(path)
    index_seconds = _seconds(catalogue.warm)
    rng = random.Random(1)
    kinds = {
        "list": _list_queries(catalogue, rng, questions),
        "search": _search_queries(catalogue, rng, questions),
        "makeable": _makeable_queries(catalogue, rng, questions),
        "full shelf": _full_shelf_queries(catalogue, rng, questions),
        "facets": _facet_queries(catalogue, rng, questions),
    }
    latencies = [{"name": name, **_latencies(kind)} for name, kind in kinds.items()]
    catalogue.close()
    return {
        "mib": round(path.stat().st_size / 2**20, 1),
        "index_seconds": round(index_seconds, 3),
        "asked": latencies,
    }


def _first_pages(path: Path, visits: int) -> dict[str, Any]:
    """Return the figures of the dashboard's first page, measured in a separate process."""
    script = Path(__file__).with_name("dashboard.py")
    command = [sys.executable, str(script), str(path), "--visits", str(visits)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def _latencies(questions: Iterable[Query]) -> dict[str, Any]:
    times_ms = [1000 * _seconds(query) for query in questions][WARM_UP:]
    return {
        "questions": len(times_ms),
        "p50_ms": round(statistics.median(times_ms), 2),
        "p95_ms": round(statistics.quantiles(times_ms, n=20)[-1], 2),
        "worst_ms": round(max(times_ms), 2),
    }


def _list_queries(catalogue: Catalogue, rng: random.Random, number: int) -> Iterator[Query]:
    """Yield queries with every sort and all kinds of filters, for first pages and deep ones."""
    filters = _filters(catalogue, rng)
    for index in range(number):
        query = DrinkQuery(sort=_SORTS[index % len(_SORTS)], **next(filters))
        after = None
        for _ in range(rng.choice((0, 0, 1, DEEP_PAGES))):
            page = catalogue.search(query, limit=500, after=after)
            after = page.next or after
        yield lambda query=query, after=after: catalogue.search(query, limit=PAGE, after=after)


def _search_queries(catalogue: Catalogue, rng: random.Random, number: int) -> Iterator[Query]:
    """Yield searches for common words, partly typed names and ingredients, some with a filter."""
    names = [drink.name for drink in islice(catalogue.all_drinks(), 0, None, 7)]
    ingredients = [entry.name for entry in catalogue.ingredients(limit=1000).items]
    filters = _filters(catalogue, rng)
    for index in range(number):
        typed = rng.choice(names if index % 2 else ingredients)
        q = rng.choice(
            (
                rng.choice(_COMMON_WORDS),
                rng.choice(typed.split()),
                typed[: rng.randint(1, len(typed))],
            )
        )
        query = DrinkQuery(q=q, **(next(filters) if index % 3 == 0 else {}))
        yield lambda query=query: catalogue.search(query, limit=PAGE)


def _makeable_queries(catalogue: Catalogue, rng: random.Random, number: int) -> Iterator[Query]:
    """Yield queries with shelves of 1 to 40 of the 300 most used ingredients."""
    used = [entry.name for entry in catalogue.ingredients(limit=300).items]
    for index in range(number):
        have = rng.sample(used, min(len(used), rng.randint(1, 40)))
        yield lambda have=have, missing=index % 3: catalogue.makeable(have, missing=missing)


def _full_shelf_queries(catalogue: Catalogue, rng: random.Random, number: int) -> Iterator[Query]:
    """Yield the most expensive queries that the API accepts: with the most used ingredients."""
    used = [entry.name for entry in catalogue.ingredients(limit=200).items]
    for index in range(number):
        have, allowance = used[: rng.randint(140, 200)], _ALLOWANCES[index % 3]
        yield lambda have=have, allowance=allowance: catalogue.makeable(
            have, missing=2, allowance=allowance, limit=100
        )


def _facet_queries(catalogue: Catalogue, rng: random.Random, number: int) -> Iterator[Query]:
    for filters in islice(_filters(catalogue, rng), number):
        query = DrinkQuery(**filters)
        yield lambda query=query: (catalogue.facets(query), catalogue.count(query))


def _filters(catalogue: Catalogue, rng: random.Random) -> Iterator[dict[str, Any]]:
    """Yield no, one and several filters, with rare and common values."""
    values = {
        field: [facet.value for facet in facets]
        for field, facets in msgspec.structs.asdict(catalogue.facets(DrinkQuery())).items()
        if field not in ("mocktail", "more") and facets
    }
    values["ingredient"] += [entry.name for entry in catalogue.ingredients(limit=5000).items]
    values["without"] = values["ingredient"][:50]
    while True:
        fields = rng.sample(sorted(values), rng.choice((0, 1, 1, 2)))
        filters: dict[str, Any] = {field: (rng.choice(values[field]),) for field in fields}
        if rng.random() < 1 / 5:
            filters["abv_min"] = rng.randint(0, 20)
            filters["abv_max"] = filters["abv_min"] + rng.randint(0, 20)
        if rng.random() < 1 / 5:
            filters["mocktail"] = rng.random() < 1 / 2
        yield filters


def _publish(path: Path, rebuild: float) -> dict[str, Any]:
    """Change drinks in a copy of the catalogue, as publish does, and follow it, as readers do."""
    catalogue = Catalogue(path)
    count = catalogue.meta.drinks
    spread = islice(catalogue.all_drinks(), 0, None, max(1, count // CHANGES))
    changed = [
        msgspec.structs.replace(drink, name=f"{drink.name} changed", content_hash="another")
        for drink in islice(spread, CHANGES)
    ]
    edited = path.with_name("edited.sqlite")
    rows: frozenset[int] = frozenset()

    def edit() -> None:
        nonlocal rows
        shutil.copyfile(path, edited)
        with CatalogueWriter.open(edited) as writer:
            assert writer.put(changed) == len(changed)
            writer.seal(**_SEALED)
            rows = touched_rows(writer.edits)

    def follow() -> float:
        with closing(Catalogue(edited)) as following:
            return _seconds(lambda: following.warm(catalogue, rows))

    seconds = min(_seconds(edit) for _ in range(3))
    catalogue.warm()
    update_seconds = min(follow() for _ in range(3))
    catalogue.close()
    return {
        "drinks": count,
        "changes": len(changed),
        "rebuild_seconds": round(rebuild, 3),
        "publish_seconds": round(seconds, 3),
        "update_seconds": round(update_seconds, 3),
        "share": round(seconds / rebuild, 4),
    }


def _scan(path: Path, records: list[dict[str, Any]], count: int) -> dict[str, Any]:
    """Run the same queries on the catalogue, and on all items of the table, which are in memory.

    This is a lower bound for a dashboard that scans the table for each view: no network, no paging.
    """
    registers = list(ours.registers(ours.InMemory(b"".join(ndjson_lines(records, count)))))
    items = [to_item(register) for register in registers]
    _rebuild(path, (register.drink for register in registers if register.drink))
    catalogue = Catalogue(path)
    catalogue.warm()
    timings = []
    for query, matches in _SCANNED:
        scan_s = _seconds(lambda matches=matches: _scan_items(items, matches))
        catalogue_s = min(_seconds(lambda query=query: catalogue.search(query)) for _ in range(3))
        assert bool(_scan_items(items, matches)) == bool(catalogue.count(query)), query
        timings.append((scan_s, catalogue_s))
    catalogue.close()
    ratios = [scan_s / catalogue_s for scan_s, catalogue_s in timings]
    return {
        "drinks": count,
        "questions": len(timings),
        "scan_ms": round(1000 * statistics.median(scan_s for scan_s, _ in timings), 2),
        "catalogue_ms": round(
            1000 * statistics.median(catalogue_s for _, catalogue_s in timings), 3
        ),
        "ratio": round(statistics.median(ratios), 1),
        "least": round(min(ratios), 1),
        "most": round(max(ratios), 1),
    }


Matches = Callable[[Drink], bool]

_SCANNED: tuple[tuple[DrinkQuery, Matches], ...] = (
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


def _scan_items(items: Iterable[Item], matches: Matches) -> list[Drink]:
    drinks = (register.drink for register in map(from_item, items))
    results = [drink for drink in drinks if drink and matches(drink)]
    return sorted(results, key=lambda drink: drink.name.casefold())[:PAGE]


def _seconds(work: Query) -> float:
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
    options = parser.parse_args()
    figures = measure(
        options.records, options.drinks, options.scanned, options.questions, options.visits
    )
    print(json.dumps(figures))
