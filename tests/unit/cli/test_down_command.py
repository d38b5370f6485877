"""`down`: what it asks before data is dropped, without a stack."""

from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from mocktailverse.cli import down_command
from mocktailverse.cli.down_command import StackContents, stop_stack
from mocktailverse.errors import UsageError
from mocktailverse.local.state import EMULATOR

FOLDER = Path("state")


@pytest.fixture
def stop(monkeypatch):
    """Return the function that stops the stack, which is never called after a refusal."""
    stop = Mock(return_value=True)
    monkeypatch.setattr(down_command.lifecycle, "stop", stop)
    return stop


@pytest.fixture
def asked(monkeypatch):
    """The questions that the command asks; the user declines each."""
    questions = []
    monkeypatch.setattr(
        down_command.typer, "confirm", lambda text, **_: bool(questions.append(text))
    )
    return questions


@pytest.fixture
def stack_with(monkeypatch):
    """Return a function that sets what the folder's stack holds, and whether its AWS is alive."""

    def set_stack(contents, *, alive):
        stack = SimpleNamespace(by_name={EMULATOR: SimpleNamespace(find=lambda: alive)})
        monkeypatch.setattr(down_command, "read_stack", lambda _: stack)
        monkeypatch.setattr(down_command, "count_contents", lambda _: contents)

    return set_stack


@pytest.mark.parametrize(
    ("contents", "question"),
    [(StackContents(3, 1), "3 drinks, 1 raw object"), (None, "does not respond")],
)
def test_data_that_may_be_there_is_asked_about(stack_with, stop, asked, contents, question):
    stack_with(contents, alive=True)
    with pytest.raises(UsageError, match="Nothing was stopped"):
        stop_stack(FOLDER, ask=True)
    assert question in asked[0]
    assert not stop.called
    assert stop_stack(FOLDER) == (True, contents)
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("contents", "alive"), [(StackContents(0, 0, health_checks=1), True), (None, False)]
)
def test_without_data_there_is_no_question(stack_with, stop, asked, contents, alive):
    stack_with(contents, alive=alive)
    assert stop_stack(FOLDER, ask=True) == (True, contents)
    assert stop.called
    assert asked == []


def test_a_stack_of_another_version_is_stopped_uncounted(monkeypatch, stop, asked):
    monkeypatch.setattr(down_command, "read_stack", Mock(side_effect=UsageError("damaged")))
    assert stop_stack(FOLDER, ask=True) == (True, None)
    assert stop.called
    assert asked == []
