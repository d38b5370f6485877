"""The embedded AWS with the deployed stack: one a test process, on ports of its own."""

from collections.abc import Iterator

import pytest

from mocktailverse.local import environment
from mocktailverse.local.environment import LocalStack
from mocktailverse.stores.clients import Clients


@pytest.fixture(scope="session")
def local_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """The stack as users start it, the simulated TheCocktailDB included; shared by all tests."""
    with environment.running(tmp_path_factory.mktemp("stack")) as stack:
        yield stack


@pytest.fixture(scope="session")
def clients(local_stack: LocalStack) -> Clients:
    """AWS clients of the deployer."""
    return local_stack.clients()
