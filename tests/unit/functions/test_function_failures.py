"""A handler that raises an error logs it and still fails."""

import json
import re

import pytest

from mocktailverse.functions.failure_log import FAILED, failures_logged


def test_an_error_of_a_handler_is_logged_and_raised_again(monkeypatch, capsys):
    # A logger writes to the stdout of the test that created it, and each name has one logger.
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "failures")
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-2-3;Sampled=1")

    @failures_logged
    def handler(_event, _context):
        raise RuntimeError("disk full")

    with pytest.raises(RuntimeError, match="disk full"):
        handler({}, None)
    (line,) = [line for line in capsys.readouterr().out.splitlines() if FAILED in line]
    entry = json.loads(line)
    assert (entry["message"], entry["level"]) == (FAILED, "ERROR")
    assert "disk full" in entry["exception"]
    # Lambda reads a level only beside a time in RFC 3339; clients can set the trace id.
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+[+-]\d\d:\d\d", entry["timestamp"])
    assert "xray_trace_id" not in entry


def test_the_result_of_a_handler_is_returned_unchanged():
    assert failures_logged(lambda event, _context: {**event, "b": 2})({"a": 1}, None) == {
        "a": 1,
        "b": 2,
    }
