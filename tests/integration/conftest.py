"""The embedded AWS with the deployed stack: one a test process, on ports of its own."""

from collections.abc import Iterator
from contextlib import ExitStack

import msgspec
import pytest

from mocktailverse.checkout import Checkout, find_checkout
from mocktailverse.local import lifecycle
from mocktailverse.local.state import LocalStack
from mocktailverse.stores.clients import Clients

HANDLER = "def handler(event, context):\n    print('done')\n    return {'batchItemFailures': []}\n"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """The real template with stand-ins for the handlers and for the dashboard."""
    root = tmp_path_factory.mktemp("checkout")
    source = root / "mocktailverse"
    for name in ("transform", "publish", "fetch", "reconcile", "api"):
        place = source / "functions" / f"{name}.py"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(HANDLER)
    (source / "__init__.py").touch()
    (source / "functions" / "__init__.py").touch()
    (source / "dashboard").mkdir()
    (source / "dashboard" / "app.py").write_text("import streamlit\nstreamlit.write('here')\n")
    (root / "functions.lock").touch()
    return msgspec.structs.replace(
        find_checkout(), source=source, lock=root / "functions.lock", cache_dir=root / "cache"
    )


class _Running:
    """The stack that runs in this process, if any, and what ends it."""

    def __init__(self, end: ExitStack) -> None:
        self.end = end
        self.stack: LocalStack | None = None


@pytest.fixture(scope="session")
def _running() -> Iterator[_Running]:
    with ExitStack() as end:
        yield _Running(end)


@pytest.fixture(scope="module")
def local_stack(
    _running: _Running, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalStack]:
    """The stack as users start it, the simulated TheCocktailDB included; shared by all tests.

    After a module in which a test failed it is replaced: no failure is a consequence of another.
    """
    if _running.stack is None:
        home = tmp_path_factory.mktemp("stack")
        _running.stack = _running.end.enter_context(lifecycle.running(home))
    failed_before = request.session.testsfailed
    yield _running.stack
    if request.session.testsfailed > failed_before:
        _running.stack = None
        _running.end.close()


@pytest.fixture(scope="module")
def clients(local_stack: LocalStack) -> Clients:
    """AWS clients of the deployer."""
    return local_stack.clients()
