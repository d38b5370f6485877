"""The embedded AWS with the deployed stack: one per test process, on separate ports."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec
import pytest

from mocktailverse.checkout import Checkout, find_checkout
from mocktailverse.cli import deploy_target
from mocktailverse.local import lifecycle
from mocktailverse.local.state import LocalStack
from mocktailverse.stores.clients import Clients
from worlds.commands import command
from worlds.deployments import built_zip, embedded_aws
from worlds.other_aws import create_stores

__all__ = ["command"]  # a fixture

OTHER_AWS = os.environ.get("MOCKTAILVERSE_STORES_ENDPOINT")
"""Address of another implementation, on which the tests of the stores run; see worlds.other_aws."""

HANDLER = "def handler(event, context):\n    print('done')\n    return {'batchItemFailures': []}\n"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The real template with stubs for the handlers and for the dashboard."""
    root = tmp_path_factory.mktemp("checkout")
    source = root / "mocktailverse"
    for name in ("transform", "publish", "fetch", "reconcile", "api"):
        path = source / "functions" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HANDLER)
    (source / "__init__.py").touch()
    (source / "functions" / "__init__.py").touch()
    (source / "sources").mkdir()
    (source / "sources" / "__init__.py").write_text("SOURCES = {}\n")
    (source / "dashboard").mkdir()
    (source / "dashboard" / "app.py").write_text("import streamlit\nstreamlit.write('here')\n")
    (root / "functions.lock").touch()
    return msgspec.structs.replace(
        find_checkout(), source=source, lock=root / "functions.lock", cache_dir=root / "cache"
    )


class _Running:
    """The stack that runs in this test process, if any, and the exit stack that stops it."""

    def __init__(self, on_exit: ExitStack) -> None:
        self.on_exit = on_exit
        self.stack: LocalStack | None = None


@pytest.fixture(scope="session")
def _running() -> Iterator[_Running]:
    with ExitStack() as on_exit:
        yield _Running(on_exit)


@pytest.fixture(scope="module")
def local_stack(
    _running: _Running, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalStack]:
    """The stack as users start it, with the simulated TheCocktailDB; all tests share it.

    A new stack replaces it after a module with a failed test, so that no failure causes another.
    """
    if _running.stack is None and OTHER_AWS:
        _running.stack = create_stores(OTHER_AWS)
    elif _running.stack is None:
        home = tmp_path_factory.mktemp("stack")
        _running.stack = _running.on_exit.enter_context(lifecycle.running(home))
    failed_before = request.session.testsfailed
    yield _running.stack
    if request.session.testsfailed > failed_before and not OTHER_AWS:
        _running.stack = None
        _running.on_exit.close()


@pytest.fixture(scope="module")
def clients(local_stack: LocalStack) -> Clients:
    """AWS clients of the deployer."""
    return local_stack.clients()


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """An embedded AWS of the module's own, on which commands deploy environments."""
    with embedded_aws(tmp_path_factory.mktemp("aws")) as running:
        yield running


@pytest.fixture(scope="module")
def built() -> Path:
    """The functions' zip, built once so that all tests use the same one."""
    return built_zip()


@pytest.fixture
def template(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str, str], None]:
    """Return a function that replaces a text in the template that commands deploy."""

    def change(old: str, new: str) -> None:
        checkout = find_checkout()
        text = checkout.template.read_text()
        assert text.count(old) == 1, old
        path = tmp_path / "template.yaml"
        path.write_text(text.replace(old, new))
        changed = msgspec.structs.replace(checkout, template=path)
        monkeypatch.setattr(deploy_target, "find_checkout", lambda: changed)

    return change
