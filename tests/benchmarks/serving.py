"""CPU time of the API's server for each request, beside a floor and Datasette; prints JSON.

    serving.py --drinks 20000 100000 --requests 500 --rounds 4

floor          a bare ASGI app that sends the same bodies, ready in memory, by the same HTTP parser
Mocktailverse  the API's process of a local stack, with its access log
Datasette      the project's data browser on the same catalogue file; rows as columns, not drinks

Requests come one after the other by one connection, and rotate over many paths: pages in every sort
for `list`, drinks of these pages for `one drink`, shelves of 1 to 40 ingredients for `makeable`.
The CPU time is that of the server's process, user and system, as the system counts it.
"""

import argparse
import http.client
import json
import random
import shutil
import sqlite3
import tempfile
from contextlib import AbstractContextManager, closing
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import psutil
from paired import Case, paired
from seeded_stack import TIMEOUT_S, catalogue_file, seeded_stack
from servers import served

from mocktailverse.local import health, tcp_ports
from mocktailverse.local.browser import datasette
from mocktailverse.local.browser.databases import CATALOGUE, LOADS
from mocktailverse.local.processes import Process
from mocktailverse.local.state import DATA_BROWSER, SERVER, LocalStack
from mocktailverse.local.tcp_ports import HOST

FLOOR, OURS, PEER = "floor: ready JSON", "Mocktailverse", "Datasette"
PAGE = 25
SHARE_OF_MAKEABLE = 5
"""Requests of `list` for each one of `makeable`, which takes longer."""

_TICK_S = 0.01
"""The system counts a process's CPU time in such steps."""

_SORTS = ("name", "-name", "abv", "-abv", "observed", "-observed")
_PAGES_OF_A_SORT = 8
_SHELVES = 50

Figures = dict[str, Any]


class Client:
    """One connection to a server on this machine."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=TIMEOUT_S)

    def text(self, path: str) -> str:
        """Return the body of a successful response."""
        self._connection.request("GET", path)
        with self._connection.getresponse() as response:
            body = response.read()
            assert response.status == http.HTTPStatus.OK, (path, response.status, body)
        return body.decode()

    def json(self, path: str) -> Any:
        """Return the JSON of a successful response."""
        return json.loads(self.text(path))


def measure(counts: list[int], requests: int, rounds: int, folder: Path) -> list[Figures]:
    """Return the figures of each endpoint with a catalogue of each size."""
    figures = []
    for count in counts:
        file = catalogue_file(folder, count)
        with seeded_stack(folder, count) as (stack, _), tempfile.TemporaryDirectory() as scratch:
            figures += _endpoints(stack, file, Path(scratch), requests, rounds)
    return figures


def _endpoints(
    stack: LocalStack, file: Path, folder: Path, requests: int, rounds: int
) -> list[Figures]:
    api = stack.by_name[SERVER]
    paths = _api_paths(Client(api.port))
    client = Client(api.port)
    bodies = folder / "bodies.json"
    texts = {path: client.text(path) for some in paths.values() for path in some}
    bodies.write_text(json.dumps(texts), encoding="utf-8")
    drinks = health.listed_drinks(api)
    figures = []
    with _floor(folder, bodies) as floor, _data_browser(folder, file) as browser:
        peers = _browser_paths(Client(browser.port))
        for name, some in paths.items():
            count = requests // (SHARE_OF_MAKEABLE if name == "makeable" else 1)
            cases = {
                FLOOR: _case(floor, some, count),
                OURS: _case(api, some, count),
                **({PEER: _case(browser, peers[name], count)} if name in peers else {}),
            }
            timings = [figure._asdict() for figure in paired(cases, rounds)]
            case = {"name": name, "drinks": drinks, "requests": count, "figures": timings}
            figures.append(case)
    return figures


def _case(server: Process, paths: list[str], count: int) -> Case:
    """Return a case that sends requests, and returns the server's CPU time in s for all of them."""
    process, rotating = psutil.Process(server.pid), cycle(paths)

    def seconds() -> float:
        client = Client(server.port)  # an idle connection is closed between two rounds
        before = process.cpu_times()
        for path in islice(rotating, count):
            client.text(path)
        after = process.cpu_times()
        return max(_TICK_S, after.user - before.user + after.system - before.system)

    return seconds


def _api_paths(api: Client) -> dict[str, list[str]]:
    """Return the paths of each endpoint, each path once."""
    pages, ids = [], []
    for sort in _SORTS:
        cursor = {}
        for _ in range(_PAGES_OF_A_SORT):
            pages.append(f"/drinks?{urlencode({'sort': sort, 'limit': PAGE, **cursor})}")
            page = api.json(pages[-1])
            ids += [drink["id"] for drink in page["items"]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
    rng = random.Random(1)
    used = [entry["name"] for entry in api.json("/ingredients?limit=100")["items"]]
    shelves = [rng.sample(used, min(len(used), rng.randint(1, 40))) for _ in range(_SHELVES)]
    return {
        "list": pages,
        "one drink": [f"/drinks/{quote(drink_id)}" for drink_id in dict.fromkeys(ids)],
        "makeable": [f"/makeable?{urlencode({'have': have}, doseq=True)}" for have in shelves],
    }


def _browser_paths(browser: Client) -> dict[str, list[str]]:
    """Return Datasette's paths for pages of as many rows, and for one row."""
    table = f"/{Path(CATALOGUE).stem}/drinks"
    page_path = f"{table}.json?_size={PAGE}&_nofacet=1&_nocount=1"  # our list has neither
    pages = [page_path]
    rows: list[str] = []
    for _ in range(len(_SORTS) * _PAGES_OF_A_SORT - 1):
        page = browser.json(pages[-1])
        if not page.get("next"):
            break
        pages.append(f"{page_path}&_next={page['next']}")
        _sort_key, _, row = page["next"].rpartition(",")
        rows.append(f"{table}/{row}.json")
    return {"list": pages, "one drink": rows or [f"{table}/1.json"]}


def _floor(folder: Path, bodies: Path) -> AbstractContextManager[Process]:
    port = tcp_ports.free_port()
    command = ["ready_json", str(bodies), "--port", str(port)]
    return served(folder, SERVER, command, port, {"PYTHONPATH": str(Path(__file__).parent)})


def _data_browser(folder: Path, file: Path) -> AbstractContextManager[Process]:
    shutil.copyfile(file, folder / CATALOGUE)
    with closing(sqlite3.connect(folder / LOADS)) as loads:
        loads.execute("CREATE TABLE loads (load TEXT)")
    port = tcp_ports.free_port()
    return served(folder, DATA_BROWSER, datasette.command(folder, port), port)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--drinks", type=int, nargs="+", default=[20_000, 100_000])
    parser.add_argument("--requests", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--files", type=Path, help="folder that keeps the catalogues' files")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        files = options.files or Path(scratch)
        print(json.dumps(measure(options.drinks, options.requests, options.rounds, files)))
