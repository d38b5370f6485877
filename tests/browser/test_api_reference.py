"""The interactive reference in a real browser, without the internet."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import UploadFile
from playwright.sync_api import Page, expect
from starlette.types import Receive, Scope, Send

from mocktailverse.api.dependencies import ApiDependencies
from mocktailverse.api.export_delivery import Streamed
from mocktailverse.catalogue.changes.publication import CatalogueState
from mocktailverse.catalogue.synced_copy import CatalogueCopy
from mocktailverse.local.harness.harness_app import PAGE_PATH, create_harness

pytestmark = pytest.mark.browser

KEY = "the key"
PREFIX = "/_aws/execute-api/0123abcd/$default"
"""The prefix that the embedded AWS adds to the path, and removes again."""


class UnchangingCatalogue:
    """A published catalogue that never changes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def download(
        self, path: Path, *, unless: str | None = None, **_: object
    ) -> CatalogueState | None:
        if unless:
            return None
        shutil.copyfile(self.path, path)
        return CatalogueState("1")


class NoLoads:
    """An empty loads table."""

    def page(self, *_: object) -> tuple[list[object], None]:
        return [], None


async def count_bytes(file: UploadFile) -> dict[str, int]:
    return {"bytes": len(await file.read())}


@pytest.fixture(scope="module")
def url(catalogue_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the API, and the harness with a route that accepts a file."""
    folder = tmp_path_factory.mktemp("copies")
    source = UnchangingCatalogue(catalogue_path)
    app = create_harness(
        ApiDependencies(
            catalogue=CatalogueCopy(source, folder, max_age_s=60),
            loads=NoLoads(),
            bucket=None,
            ops_key=lambda: KEY,
            exports=Streamed(source, folder),
            stage="local",
            max_age_s=0,
        ),
        harness=None,
    )
    app.add_api_route(f"{PAGE_PATH}/upload", count_bytes, methods=["POST"], name="count_bytes")

    async def behind_prefix(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "").removeprefix(PREFIX)
        await app({**scope, "path": path}, receive, send)

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(behind_prefix, log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture
def page(open_page: Callable[..., Page], url: str) -> Page:
    """The open reference page."""
    return open_page(f"{url}/docs")


def try_out(page: Page, operation: str, **parameters: str) -> str:
    """Fill in an operation, execute it, and return the text of the response."""
    block = page.locator(f"[id$='-{operation}']")
    block.locator(".opblock-summary-control").click()
    for name, value in parameters.items():
        block.locator(f"tr[data-param-name='{name}'] input").first.fill(value)
    block.locator("button.execute").click()
    status = block.locator("table.live-responses-table .response-col_status").last
    expect(status).to_contain_text("200")
    return block.locator("table.live-responses-table").inner_text()


def test_drinks_can_be_searched_from_the_page(page):
    assert '"thecocktaildb:' in try_out(page, "search_drinks", q="lime", limit="3")


def test_the_page_works_behind_a_prefix(page, url):
    page.goto(f"{url}{PREFIX}/docs")
    try_out(page, "search_drinks", limit="1")
    expect(page.locator(".request-url")).to_contain_text(f"{url}{PREFIX}/drinks?")


def test_one_drink_can_be_requested_by_its_id(page, url):
    drink = page.request.get(f"{url}/drinks?limit=1").json()["items"][0]
    assert drink["name"] in try_out(page, "one_drink", id=drink["id"])


def test_operators_can_enter_their_key(page):
    page.locator("button.authorize").first.click()
    dialog = page.locator(".modal-ux")
    dialog.locator("input").fill(KEY)
    dialog.locator("button[type=submit]").click()
    dialog.locator("button.btn-done").click()
    assert '"items": []' in try_out(page, "list_loads")


def test_a_file_can_be_uploaded_to_an_added_route(page, tmp_path):
    path = tmp_path / "raw.json"
    path.write_bytes(b"12345")
    block = page.locator("[id$='-count_bytes']")
    block.locator(".opblock-summary-control").click()
    block.locator("input[type=file]").set_input_files(path)
    block.locator("button.execute").click()
    expect(block.locator("table.live-responses-table")).to_contain_text('"bytes": 5')
