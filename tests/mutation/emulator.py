"""One embedded AWS for all mutants, with separate tables and buckets for each."""

import os
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from typing import Any

import pytest

_KEEP = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
_KEEP_OF_INDEX = ("IndexName", "KeySchema", "Projection")


class SharedStack:
    """A pytest plugin: the fixture `local_stack` returns a stack that already runs.

    Its tables and buckets are new, trigger nothing and are used by nothing else.
    """

    def __init__(self) -> None:
        self._stack: Any = None
        self._numbers = count(1)

    def start(self, folder: Path, cleanup: ExitStack) -> None:
        """Start the stack, unless it runs."""
        if self._stack is None:
            from mocktailverse.local import lifecycle  # noqa: PLC0415 - imported by the tests

            self._stack = cleanup.enter_context(lifecycle.running(folder))

    @pytest.hookimpl(tryfirst=True)
    def pytest_fixture_setup(
        self, fixturedef: Any, request: pytest.FixtureRequest
    ) -> object | None:
        """Return the running stack."""
        if fixturedef.argname != "local_stack":
            return None
        from mocktailverse.local.state import LocalStack  # noqa: PLC0415 - perhaps a mutated one

        fields = {name: getattr(self._stack, name) for name in self._stack.__struct_fields__}
        stack = LocalStack(**fields | {"outputs": self._resources()})
        fixturedef.cached_result = stack, fixturedef.cache_key(request), None
        return stack

    def _resources(self) -> dict[str, str]:
        clients, outputs = self._stack.clients(), dict(self._stack.outputs)
        suffix = f"-{os.getpid()}-{next(self._numbers)}"
        for output in ("DrinksTable", "LoadsTable"):
            table = clients.dynamodb.describe_table(TableName=outputs[output])["Table"]
            fields = {name: table[name] for name in _KEEP if name in table}
            for index in fields.get("GlobalSecondaryIndexes", ()):
                for name in index.keys() - set(_KEEP_OF_INDEX):
                    del index[name]
            outputs[output] += suffix
            clients.dynamodb.create_table(
                TableName=outputs[output], BillingMode="PAY_PER_REQUEST", **fields
            )
        for output in ("DataBucket", "CatalogueBucket"):
            outputs[output] += suffix
            clients.s3.create_bucket(Bucket=outputs[output])
            clients.s3.put_bucket_versioning(
                Bucket=outputs[output], VersioningConfiguration={"Status": "Enabled"}
            )
        return outputs
