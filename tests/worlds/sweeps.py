"""A simulated TheCocktailDB to sweep, with a store, a clock and fictional drinks."""

import asyncio
import json
import math
import random
from pathlib import Path

import httpx2

from mocktailverse.sources.thecocktaildb.client import TheCocktailDB
from mocktailverse.sources.thecocktaildb.extract_report import ExtractReport
from mocktailverse.sources.thecocktaildb.extract_sweep import extract_sweep
from mocktailverse.sources.thecocktaildb.simulation.simulated_api import create_app

ROOT = Path(__file__).parents[2]
DAY_S = 24 * 60 * 60
START_MS = 1_767_225_600_000  # 2026-01-01 00:00:00 UTC
PREMIUM = "9premium"


class AsgiTransport(httpx2.BaseTransport):
    """Sends requests to the simulated API without a network."""

    def __init__(self, world: "World") -> None:
        self.world = world

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        query = request.url.query.decode()
        request_text = f"{request.url.path.rpartition('/')[2]}?{query}"
        self.world.requests.append(request_text)
        if (override := self.world.override(request_text)) is not None:
            return override
        scope = {
            "type": "http",
            "method": "GET",
            "path": request.url.path,
            "query_string": query.encode(),
            "headers": [],
        }
        sent = []

        async def receive():
            return {"type": "http.request"}

        async def send(message):
            sent.append(message)

        asyncio.run(self.world.app(scope, receive, send))
        return httpx2.Response(sent[0]["status"], content=sent[1]["body"])


class World:
    """A source with records, a store, and a clock that each request moves by 0.25 s."""

    def __init__(self, records, key="1", seed=0) -> None:
        self.now = 0.0
        self.key = key
        self.seed = seed
        self.override = lambda _request: None
        self.requests: list[str] = []
        self.objects: dict[str, bytes] = {}
        self.metadata: dict[str, dict[str, str]] = {}
        self.content_types: dict[str, str] = {}
        self.runs = 0
        self.serve(records)

    def serve(self, records) -> None:
        self.records = list(records)
        self.app = create_app(self.records, premium_keys=[PREMIUM], seed=self.seed)

    def get(self, key):
        return self.objects.get(key)

    def put(self, key, body, *, metadata, content_type) -> None:
        self.content_types[key] = content_type
        self.objects[key] = body
        self.metadata[key] = dict(metadata)

    def sweep(self, *, seconds=math.inf, cursor=None, **options) -> ExtractReport:
        """Sweep in a new run, or continue at the cursor."""
        self.runs += cursor is None
        self.requests.clear()
        deadline = self.now + seconds
        client = TheCocktailDB(
            "http://drinks.example",
            self.key,
            transport=AsgiTransport(self),
            clock=lambda: self.now,
            sleep=self._sleep,
        )
        with client:
            return extract_sweep(
                client,
                self,
                f"run-{self.runs}",
                now_ms=lambda: START_MS + round(self.now * 1000),
                time_left_s=lambda: deadline - self.now,
                cursor=cursor,
                **options,
            )

    def next_day(self, days=1) -> None:
        self.now += days * DAY_S

    def stored(self, report) -> set[str]:
        """Return the IDs of the drinks whose records are in the report's raw objects."""
        return {drink_id for drink_id, absent in self._lines(report) if not absent}

    def absences(self, report) -> set[str]:
        return {drink_id for drink_id, absent in self._lines(report) if absent}

    def _lines(self, report):
        for key in report.objects:
            if key.startswith("raw/"):
                for line in self.objects[key].splitlines():
                    content = json.loads(line)
                    for record in content.get("drinks", [content]):
                        yield record["idDrink"], record.get("absent", False)

    def _sleep(self, seconds) -> None:
        self.now += seconds


def drink(number, name, **fields):
    return {
        "idDrink": str(number),
        "strDrink": name,
        "strCategory": "Cocktail",
        "strGlass": "Highball glass",
        "strAlcoholic": "Alcoholic",
        "strInstructions": "Stir.",
        "strIngredient1": "Gin",
        **fields,
    }


def ids(records) -> set[str]:
    return {str(record["idDrink"]) for record in records}


def by_chance(seed) -> random.Random:
    return random.Random(seed)


def fictional_drinks(number, seed, *, letters="abcdefghijklmnoprstvwz", density=0.8):
    """Return drinks with fictional names, in four dense ranges of IDs."""
    chance = by_chance(seed)
    syllables = ["ba", "ri", "to", "mon", "sel", "qua", "der", "li", "nu", "gra", "vex", "o", "ti"]
    words = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(400)]
    weights = [1 / (place + 1) for place in range(len(letters))]
    free = [
        number_
        for start in (11000, 12500, 17800, 178300)
        for number_ in range(start, start + round(number / 4 / density))
    ]
    return [
        drink(
            drink_id,
            chance.choices(letters, weights)[0] + " ".join(chance.choices(words, k=2)),
            strCategory=f"Category {min(int(chance.expovariate(0.5)), 8)}",
            strGlass=f"Glass {min(int(chance.expovariate(0.2)), 25)}",
            strAlcoholic=chance.choices(["Alcoholic", "Non alcoholic"], [85, 15])[0],
            strIngredient1=f"Ingredient {int(chance.expovariate(0.02))}",
        )
        for drink_id in chance.sample(free, number)
    ]


def print_reach(label, world, report) -> float:
    """Print the figures and return the share of the source's drinks that the sweep stored."""
    reached = len(world.stored(report)) / len(world.records)
    figures = report.coverage
    print(  # noqa: T201 - shown by pytest -s
        f"{label}: {reached:.2%} of {len(world.records)} drinks by {figures.requests} requests, "
        f"{figures.requests / len(world.records):.3f} a drink; estimate {figures.estimated_total}"
    )
    return reached
