"""Commands of `mocktailverse`, run in the test's process."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from mocktailverse.cli import main


class CommandResult(NamedTuple):
    """The exit code and the output of a command."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The output, parsed as JSON."""
        return json.loads(self.out)


def run(*arguments: object) -> int:
    """Run `mocktailverse ...` without a terminal; return its exit code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["mocktailverse", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main.run()
    return int(ended.value.code or 0)


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Callable[..., CommandResult]:
    """Return a function that runs `mocktailverse ...`, without starting a process."""

    def run_command(*arguments: object) -> CommandResult:
        capfd.readouterr()
        return CommandResult(run(*arguments), *capfd.readouterr())

    return run_command
