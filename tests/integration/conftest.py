"""The embedded AWS with the deployed stack: one a test process, on ports of its own."""

from collections.abc import Iterator

import msgspec
import pytest

from mocktailverse.deployment.checkout import Checkout, find_checkout
from mocktailverse.local import environment
from mocktailverse.local.environment import LocalStack
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


@pytest.fixture(scope="session")
def local_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The stack as users start it, the simulated TheCocktailDB included; shared by all tests."""
    with environment.running(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture(scope="session")
def clients(local_stack: LocalStack) -> Clients:
    """AWS clients of the deployer."""
    return local_stack.clients()
