"""Take the README's pictures in Chromium, without internet: `make pictures`.

They show the real pages of a local stack with the sample drinks.
"""

import shutil
import sys
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
from mocktailverse.waiting import wait_until

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
SAMPLES = ROOT / "data" / "raw"
GOOD = ("cocktails.ndjson", "mocktails.json", "punches.csv")
LATER = ("winter.ndjson.gz", "bad/records.ndjson", "bad/rows.csv")
MOJITO = "thecocktaildb:90127"

WIDTH, HEIGHT = 1280, 860
MAX_BYTES = 200_000
_TIMEOUT_S = 60

SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
CHART = "[data-testid=stVegaLiteChart] :is(svg, canvas)"


def main() -> None:
    """Start a stack, load the samples, take the pictures, stop the stack."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("Chromium is not installed. Run `apt-get install chromium`.")
    expect.set_options(timeout=_TIMEOUT_S * 1000)
    PICTURES.mkdir(exist_ok=True)
    with lifecycle.running(options=Options(services=True)) as stack, sync_playwright() as started:
        ingest(stack, GOOD)
        browser = started.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        page.set_default_timeout(_TIMEOUT_S * 1000)
        take_all(page, stack)
        browser.close()


def ingest(stack: LocalStack, names: tuple[str, ...]) -> None:
    """Load files and wait until the API shows their drinks, which must be new."""
    stores = Stores(stack.clients(), stack.outputs)
    before = published_drinks(stack)
    files = [InputFile(SAMPLES / name) for name in names]
    versions = put_files(stores.bucket, files, "thecocktaildb", now=now())

    def is_published() -> bool:
        loads = [load for version in versions if (load := stores.loads.latest(version))]
        loaded = sum(load.counts.loaded for load in loads if load.status == "done")
        are_done = [load.status for load in loads] == ["done"] * len(versions)
        return are_done and published_drinks(stack) == before + loaded

    if not wait_until(is_published, _TIMEOUT_S, poll_s=0.2):
        sys.exit(f"Timed out after {_TIMEOUT_S} s waiting for: drinks of {', '.join(names)}.")


def published_drinks(stack: LocalStack) -> int:
    """Return the number of drinks that the API shows; 0 before the first catalogue."""
    response = httpx2.get(f"{stack.urls['api']}/stats")
    return int(response.json()["drinks"]) if response.is_success else 0


def take_all(page: Page, stack: LocalStack) -> None:
    """Take one picture after the other."""
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
    page.get_by_role("button", name="Insert valid record").click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("article").locator("li.done")).to_have_count(4)
    take(page, "harness")


def show(page: Page, url: str) -> None:
    """Open a page and wait until it is complete."""
    page.goto(url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(SETTLED)).to_be_attached()
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)


def take(page: Page, name: str) -> None:
    """Take a picture; exit if it is too large for the repository."""
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path, animations="disabled")
    size = path.stat().st_size
    if size > MAX_BYTES:
        sys.exit(f"{path.name} has {size:,} bytes. The maximum is {MAX_BYTES:,}.")
    print(f"{path.relative_to(ROOT)}: {size:,} bytes")


if __name__ == "__main__":
    main()
