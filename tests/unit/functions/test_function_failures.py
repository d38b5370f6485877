"""A handler that raises says so in its log, and still fails."""

import json

import pytest

from mocktailverse.functions.failure_log import FAILED, failures_logged


def test_what_a_handler_raises_is_logged_and_passes_on(monkeypatch, capsys):
    # A logger writes to the stdout of the test that made it, and one name has one logger.
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "failures")

    @failures_logged
    def handler(_event, _context):
        raise RuntimeError("no such luck")

    with pytest.raises(RuntimeError, match="no such luck"):
        handler({}, None)
    (line,) = [line for line in capsys.readouterr().out.splitlines() if FAILED in line]
    told = json.loads(line)
    assert (told["message"], told["level"]) == (FAILED, "ERROR")
    assert "no such luck" in told["exception"]


def test_what_a_handler_answers_is_its_answer():
    assert failures_logged(lambda event, _context: {**event, "b": 2})({"a": 1}, None) == {
        "a": 1,
        "b": 2,
    }
