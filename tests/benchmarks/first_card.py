"""The dashboard's first card in Chromium, beside a trivial Streamlit page; prints JSON.

    first_card.py --drinks 600 100000 --rounds 5 --visits 2

In each round the trivial page's server and the dashboard's start by turns. As soon as a server is
healthy, the first visitor comes, and then others, each with a new browser context, so that nothing
is cached in the browser. The dashboard downloads the catalogue from the embedded AWS of a local
stack. Wall-clock time from the request to the visible card, because a user waits for all of it.
"""

import argparse
import json
import shutil
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from paired import compared
from playwright.sync_api import Browser, sync_playwright
from seeded_stack import TIMEOUT_S, seeded_stack
from servers import served

from mocktailverse.checkout import find_checkout
from mocktailverse.local import service_processes, tcp_ports
from mocktailverse.local.state import DASHBOARD, LocalStack
from mocktailverse.local.tcp_ports import HOST

TRIVIAL, OURS = "a trivial Streamlit page", "the dashboard"
VISITORS = ("first visitor", "later visits", "visits after those")
"""The later visits come while a dashboard of many drinks still builds its index."""

CHROMIUM_OPTIONS = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
"""It can reach only this machine: pictures of drinks must not count."""

Figures = dict[str, Any]


class App(NamedTuple):
    """A Streamlit app to visit."""

    command: list[str]
    port: int
    environment: Mapping[str, str]
    card: str
    """The exact text that is visible once the first card is."""


def measure(counts: list[int], rounds: int, visits: int, folder: Path) -> Figures:
    """Return the paired figures for a catalogue of each size, or why there are none."""
    chromium = shutil.which("chromium")
    if chromium is None:
        return {"skipped": "Chromium is not installed."}
    figures = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
        for count in counts:
            with seeded_stack(folder, count) as (stack, _stores):
                apps = {TRIVIAL: _trivial(), OURS: _dashboard(stack)}
                times = _times(browser, apps, rounds, visits)
            compared_times = {
                kind: [figure._asdict() for figure in compared(by_app)]
                for kind, by_app in times.items()
            }
            figures.append({"drinks": count, "rounds": rounds, "visitors": compared_times})
        browser.close()
    return {"visits": visits, "catalogues": figures}


def _trivial() -> App:
    port = tcp_ports.free_port()
    command = service_processes.streamlit_command(find_checkout(), port)
    page = str(Path(__file__).with_name("trivial_page.py"))
    app = [page if word.endswith(".py") else word for word in command]
    return App(app, port, {}, "Trivial drink")


def _dashboard(stack: LocalStack) -> App:
    port = tcp_ports.free_port()
    command = service_processes.streamlit_command(find_checkout(), port)
    with urllib.request.urlopen(f"{stack.urls['api']}/drinks?limit=1") as response:  # noqa: S310 - on the loopback
        (drink,) = json.load(response)["items"]
    environment = service_processes.dashboard_environment(stack)
    return App(command, port, environment, " ".join(drink["name"].split()))


def _times(
    browser: Browser, apps: Mapping[str, App], rounds: int, visits: int
) -> dict[str, dict[str, list[float]]]:
    """Return the times in s of the first visitor and of later ones, by app, one for each round.

    One more round comes before, which fills the caches of the machine.
    """
    times: dict[str, dict[str, list[float]]] = {
        kind: {name: [] for name in apps} for kind in VISITORS
    }
    for number in range(rounds + 1):
        for name, app in apps.items():
            round_times = _visits(browser, app, visits)
            if number:
                for kind, time_s in zip(VISITORS, round_times, strict=True):
                    times[kind][name].append(time_s)
    return times


def _visits(browser: Browser, app: App, visits: int) -> tuple[float, float, float]:
    """Start a server; return the times of its visitors, each kind's median; see `VISITORS`."""
    with tempfile.TemporaryDirectory() as scratch:
        service_processes.place_streamlit_config(find_checkout(), Path(scratch))
        with served(Path(scratch), DASHBOARD, app.command, app.port, app.environment):
            first, *later = (_visit(browser, app) for _ in range(1 + 2 * visits))
    return first, statistics.median(later[:visits]), statistics.median(later[visits:])


def _visit(browser: Browser, app: App) -> float:
    """Return the time in s until a new visitor sees the first card."""
    context = browser.new_context()
    page = context.new_page()
    start = time.perf_counter()
    page.goto(f"http://{HOST}:{app.port}/", wait_until="commit")
    card = page.get_by_text(app.card, exact=True).first
    card.wait_for(state="visible", timeout=1000 * TIMEOUT_S)
    duration_s = time.perf_counter() - start
    context.close()
    return duration_s


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--drinks", type=int, nargs="+", default=[600, 100_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--visits", type=int, default=2)
    parser.add_argument("--files", type=Path, help="folder that keeps the catalogues' files")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        files = options.files or Path(scratch)
        print(json.dumps(measure(options.drinks, options.rounds, options.visits, files)))
