"""A real browser on a running local stack: no page may fail, or call another machine."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Route,
    expect,
    sync_playwright,
)

from mocktailverse.loads.load_record import Load
from mocktailverse.local import lifecycle
from mocktailverse.local.lifecycle import Options
from mocktailverse.local.state import LocalStack
from mocktailverse.stores.environment import Stores
from mocktailverse.waiting import wait_until

SAMPLES = Path(__file__).parents[2] / "data" / "raw"
VALID_FILES = ("cocktails.ndjson", "mocktails.json", "punches.csv", "winter.ndjson.gz")
INVALID_FILES = ("bad/records.ndjson", "bad/rows.csv")

TIMEOUT_MS = 30_000
POLL_S = 0.1

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}

DRAWN = "[data-testid=stApp][data-test-script-state=notRunning]"
"""The dashboard's page once it is completely drawn."""

PICTURES = re.compile(r"https://([a-z]+\.)?example\.com/")
"""The addresses of pictures in the sample records, which do not exist."""

PIXEL = b"<svg xmlns='http://www.w3.org/2000/svg' width='4' height='3'/>"

_STREAMLIT_PROBE = re.compile(r"/[a-z]+/_stcore/(health|host-config)$")
"""Streamlit first requests these below the page's own path, where they do not exist."""

NAMES = {
    "960101": "<img src=x onerror='window.executed=1'><script>window.executed=1</script>",
    "960102": '=HYPERLINK("https://example.net","free drinks")',
    "960103": "@SUM(1+1)*cmd|' /C calc'!A0",
    "960104": "\N{RIGHT-TO-LEFT OVERRIDE}liatkcoM \N{ARABIC LETTER MEEM}\N{ARABIC LETTER ALEF}",
    "960105": "\N{TROPICAL DRINK}\N{WOMAN}\N{ZERO WIDTH JOINER}\N{WOMAN} Zi\N{ZERO WIDTH SPACE}ng",
    "960106": "[free](javascript:window.executed=1) ![x](https://example.net/x.png) :red[x] $x^2$",
    "960107": "W" * 10_000,
    "960108": "../../?drink=1&have=x#%2e%2e",
}
"""Hostile names of drinks (markup, formulas, scripts), by number."""

Json = Any
Visit = Callable[..., Page]


class Site:
    """A running stack with its services, seen from outside."""

    def __init__(self, stack: LocalStack, home: Path) -> None:
        self.stack = stack
        self.home = home
        self.api = stack.urls["api"]
        self.dashboard = stack.urls["dashboard"]
        self.stores = Stores(stack.clients(), stack.outputs)

    def ingest(self, *files: Path) -> int:
        """Ingest files as users do, and wait; return the number of drinks loaded."""
        result = self.command("ingest", *files, "--wait")
        return sum(load["loaded"] for load in result["loads"])

    def get(self, path: str) -> Json:
        """Return a response of the API."""
        return httpx2.get(self.api + path).raise_for_status().json()

    def is_published(self, drinks: int) -> bool:
        """Return whether the published catalogue has this number of drinks."""
        response = httpx2.get(f"{self.api}/stats")
        return response.is_success and response.json()["drinks"] == drinks

    def command(self, *arguments: object) -> Json:
        """Run `mocktailverse ...` on this stack."""
        done = subprocess.run(
            [
                *(sys.executable, "-m", "mocktailverse.cli", *map(str, arguments)),
                *("--json", "--state-dir", str(self.home)),
            ],
            stdout=subprocess.PIPE,
            check=True,
        )
        return json.loads(done.stdout)

    def put(self, body: bytes, part: str) -> Callable[[], Load | None]:
        """Store a raw object; return a function that reads its latest load."""
        version = self.stores.bucket.put(
            f"raw/thecocktaildb/tests/{part}",
            body,
            metadata={},
            content_type="application/octet-stream",
        )
        return lambda: self.stores.loads.latest(version)

    def until(self, condition: Callable[[], object], within_s: float = TIMEOUT_MS / 1000) -> None:
        """Wait until a condition is true; fail once the time is up."""
        assert wait_until(condition, within_s, POLL_S), f"timed out after {within_s} s"


class WatchedWindow:
    """A browser window that records errors, and requests to other machines."""

    def __init__(self, context: BrowserContext) -> None:
        self.problems: list[str] = []
        context.set_default_timeout(TIMEOUT_MS)
        context.route(PICTURES, self._serve_picture)
        context.on("request", self._check_request)
        context.on("console", self._check_console)
        context.on("weberror", lambda error: self.problems.append(str(error.error)))
        context.on("dialog", self._dismiss_dialog)
        self.page = context.new_page()
        self.page.on("websocket", lambda socket: self._check_url(socket.url))

    def _serve_picture(self, route: Route) -> None:
        if route.request.resource_type == "image":
            route.fulfill(body=PIXEL, content_type="image/svg+xml")
        else:
            self.problems.append(f"requested {route.request.url}")
            route.abort()

    def _check_request(self, request: Request) -> None:
        if not PICTURES.match(request.url):
            self._check_url(request.url)

    def _check_url(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob"} and parts.hostname != "127.0.0.1":
            self.problems.append(f"requested {url}")

    def _check_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not _STREAMLIT_PROBE.search(message.location["url"]):
            self.problems.append(f"{message.text} ({message.location['url']})")

    def _dismiss_dialog(self, dialog: Any) -> None:
        self.problems.append(f"a dialog: {dialog.message}")
        dialog.dismiss()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, which can reach only this machine."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("These tests need Chromium: apt-get install chromium", pytrace=False)
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens an address: `open_page(url, dark=True, phone=True)`.

    The test fails if a page had a problem.
    """
    windows: list[WatchedWindow] = []

    def open_page(url: str, *, dark: bool = False, phone: bool = False) -> Page:
        context = chromium.new_context(
            color_scheme="dark" if dark else "light", viewport=PHONE if phone else DESKTOP
        )
        windows.append(WatchedWindow(context))
        page = windows[-1].page
        page.goto(url)
        return page

    yield open_page
    for window in windows:
        window.page.context.close()
    assert [problem for window in windows for problem in window.problems] == []


@pytest.fixture(scope="session")
def hostile_names() -> dict[str, str]:
    """Hostile names of drinks, by the drink's id."""
    return {f"thecocktaildb:{number}": name for number, name in NAMES.items()}


def hostile_record(number: str, name: str) -> dict[str, str]:
    """Return a record with a hostile text in every field that pages show."""
    return {
        "idDrink": number,
        "strDrink": name,
        "strCategory": name,
        "strGlass": name,
        "strTags": name,
        "strAlcoholic": "Alcoholic",
        "strInstructions": f"Shake {name}",
        "strIngredient1": name,
        "strMeasure1": f"1 {name}",
        "strIngredient2": "Gin",
        "strMeasure2": "2 oz",
    }


@contextmanager
def running_site(home: Path) -> Iterator[Site]:
    with lifecycle.running(home, Options(services=True)) as stack:
        yield Site(stack, home)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A stack with the valid, invalid and hostile sample drinks; one per test process."""
    files = [SAMPLES / name for name in (*VALID_FILES, *INVALID_FILES)]
    files.append(tmp_path_factory.mktemp("raw") / "hostile.json")
    records = [hostile_record(number, name) for number, name in NAMES.items()]
    files[-1].write_text(json.dumps({"drinks": records}))
    with running_site(tmp_path_factory.mktemp("site")) as site:
        loaded = site.ingest(*files)
        site.until(lambda: site.is_published(loaded))
        yield site


@pytest.fixture
def new_site(tmp_path: Path) -> Iterator[Site]:
    """A stack without drinks, for tests that fill or break it."""
    with running_site(tmp_path / "site") as site:
        yield site


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of the sample records."""
    return SAMPLES


@pytest.fixture
def visit(open_page: Callable[..., Page], site: Site) -> Visit:
    """Return a function that opens a page of the dashboard and waits until it is drawn.

    Example: `visit("shelf?have=Gin")`.
    """

    def visit(path: str = "", **options: bool) -> Page:
        page = open_page(f"{site.dashboard}/{path}", **options)
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator(DRAWN)).to_be_attached()
        expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
        return page

    return visit
