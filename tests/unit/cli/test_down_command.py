"""`down`: what it asks before data is deleted, without a stack."""

from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from mocktailverse.cli import down_command
from mocktailverse.cli.down_command import StackContents, StopResult, stop_stack
from mocktailverse.errors import UsageError
from mocktailverse.local.data_files import DataFiles, KeptObject
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
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
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
    [(StackContents(3, 1), "3 drinks, 1 raw object"), (None, "all data")],
)
def test_data_that_may_be_there_is_asked_about(stack_with, stop, asked, contents, question):
    stack_with(contents, alive=True)
    with pytest.raises(UsageError, match="Nothing was stopped"):
        stop_stack(FOLDER, forget=True, ask=True)
    assert question in asked[0]
    assert not stop.called
    assert stop_stack(FOLDER, forget=True) == StopResult(
        stopped=True, forgotten=True, contents=contents
    )
    assert len(asked) == 1


@pytest.mark.parametrize("forget", [True, False])
def test_without_data_or_without_forgetting_there_is_no_question(stack_with, stop, asked, forget):
    contents = StackContents(0, 0, health_checks=1) if forget else StackContents(3, 1)
    stack_with(contents, alive=True)
    assert stop_stack(FOLDER, forget=forget, ask=True) == StopResult(
        stopped=True, forgotten=forget, contents=contents
    )
    stop.assert_called_once_with(FOLDER, forget=forget)
    assert asked == []


def test_the_data_of_a_stack_that_has_ended_is_counted(stack_with, stop, tmp_path):
    stack_with(None, alive=False)
    data = tmp_path / "data"
    with closing(DataFiles(data)) as files:
        files.put_object(KeptObject("data", "raw/own/a.json", "v1", {}, b"{}"), is_raw=True)
    assert stop_stack(tmp_path).contents == StackContents(0, 1)
    (data / "raw.sqlite").write_bytes(b"damaged" * 1000)
    assert stop_stack(tmp_path).contents is None
    assert stop.call_count == 2


def test_a_stack_of_another_version_is_stopped_uncounted(monkeypatch, stop):
    monkeypatch.setattr(down_command, "read_stack", Mock(side_effect=UsageError("damaged")))
    assert stop_stack(FOLDER, ask=True) == StopResult(stopped=True, forgotten=False, contents=None)
    assert stop.called
