"""Take the README's pictures: the real pages on the sample drinks, in a browser without internet.

Run it by `make pictures`; it needs Chromium.
"""

import shutil
import sys
import time
from pathlib import Path
from urllib.parse import urlencode

import httpx2
from playwright.sync_api import Page, expect, sync_playwright

from mocktailverse.dashboard.shelves import BASICS, STARTERS
from mocktailverse.local import lifecycle
from mocktailverse.local.lifecycle import Options
from mocktailverse.local.state import LocalStack
from mocktailverse.pipeline.ingest import InputFile, put_files
from mocktailverse.stores.environment import Stores
from mocktailverse.times import now

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
SAMPLES = ROOT / "data" / "raw"
GOOD = ("cocktails.ndjson", "mocktails.json", "punches.csv")
LATER = ("winter.ndjson.gz", "bad/records.ndjson", "bad/rows.csv")
MOJITO = "thecocktaildb:90127"

WIDTH, HEIGHT = 1280, 860
MOST_BYTES = 200_000
_TIMEOUT_MS = 60_000
PAUSE_S = 0.2

SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
CHART = "[data-testid=stVegaLiteChart] :is(svg, canvas)"


def main() -> None:
    """Start a stack, show it the samples, take the pictures, stop it."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("This needs Chromium: apt-get install chromium")
    expect.set_options(timeout=_TIMEOUT_MS)
    PICTURES.mkdir(exist_ok=True)
    with lifecycle.running(options=Options(services=True)) as stack, sync_playwright() as started:
        ingest(stack, GOOD)
        browser = started.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.set_default_timeout(_TIMEOUT_MS)
        take_all(page, stack)
        browser.close()


def ingest(stack: LocalStack, names: tuple[str, ...]) -> None:
    """Load files and wait until their drinks, which must be new ones, are published."""
    connection = Stores(stack.clients(), stack.outputs)
    files = [InputFile(SAMPLES / name) for name in names]
    before = published(stack)
    versions = put_files(connection.bucket, files, "thecocktaildb", now=now())
    loads = [connection.loads.latest(version) for version in versions]
    while not all(load and load.status == "done" for load in loads):
        time.sleep(PAUSE_S)
        loads = [connection.loads.latest(version) for version in versions]
    loaded = sum(load.counts.loaded for load in loads if load)
    while published(stack) != before + loaded:
        time.sleep(PAUSE_S)


def published(stack: LocalStack) -> int:
    """How many drinks the published catalogue has."""
    answer = httpx2.get(f"{stack.urls['api']}/stats")
    return int(answer.json()["drinks"]) if answer.is_success else 0


def take_all(page: Page, stack: LocalStack) -> None:
    """One picture after the other."""
    dashboard = stack.urls["dashboard"]
    have = (*STARTERS["Home bar"], *BASICS, "Mint", "Grenadine")
    show(page, f"{dashboard}/pipeline")
    ingest(stack, LATER)
    expect(page.locator("td").get_by_text("00003-rows.csv", exact=True)).to_be_attached()
    show(page, f"{dashboard}/pipeline")
    expect(page.locator(CHART)).to_have_count(2)
    stages = page.get_by_role("heading", name="Stage by stage")
    stages.evaluate("heading => heading.scrollIntoView()")
    take(page, "pipeline")
    show(page, f"{dashboard}/?q=lime")
    take(page, "explore")
    show(page, f"{dashboard}/?drink={MOJITO}")
    expect(page.locator(CHART)).to_have_count(1)
    take(page, "drink")
    show(page, f"{dashboard}/shelf?{urlencode({'have': have}, doseq=True)}")
    take(page, "what-can-i-make")
    show(page, f"{dashboard}/insights")
    expect(page.locator(CHART)).to_have_count(9)
    take(page, "insights")
    page.goto(stack.urls["harness"])
    page.get_by_role("button", name="A good record").click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("article").locator("li.done")).to_have_count(4)
    take(page, "harness")


def show(page: Page, url: str) -> None:
    """Open a page and wait until it is drawn to the end."""
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(SETTLED)).to_be_attached()
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)


def take(page: Page, name: str) -> None:
    """Take a picture that is small enough for the repository."""
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    size = path.stat().st_size
    if size > MOST_BYTES:
        sys.exit(f"{path.name} has {size:,} bytes; it may have {MOST_BYTES:,}.")
    print(f"{path.relative_to(ROOT)}: {size:,} bytes")


if __name__ == "__main__":
    main()
