"""Observation times as text."""

import time

import pytest

from mocktailverse import times as moments
from mocktailverse.errors import UsageError
from mocktailverse.times import now, parse_past_time, utc

DAY_S = 24 * 3600


def test_now_is_the_time_in_milliseconds():
    before = time.time()
    assert before * 1000 - 1 <= now() <= time.time() * 1000 + 1


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.0019Z", 1),
        ("1970-01-01T01:00:00+01:00", 0),
        ("2026-01-01T12:00Z", 1_767_268_800_000),
        ("20260101T120000.5Z", 1_767_268_800_500),
    ],
)
def test_a_time_with_an_offset_is_milliseconds_since_1970(text, at):
    assert parse_past_time(text) == at


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("yesterday", "^`yesterday` is not a valid ISO 8601 time .* such as 2026-"),
        ("2026-13-01T00:00Z", "is not a valid ISO 8601 time"),
        ("2026-01-01T12:00", "with a time zone"),
        ("1969-12-31T23:59:59.999Z", "not between 1970 and now"),
    ],
)
def test_any_other_text_is_refused(text, problem):
    with pytest.raises(UsageError, match=problem):
        parse_past_time(text)


def test_the_sender_s_clock_may_be_five_minutes_ahead(monkeypatch):
    monkeypatch.setattr(moments, "now", lambda: DAY_S * 1000)
    assert parse_past_time("1970-01-02T00:05:00Z") == (DAY_S + 300) * 1000
    with pytest.raises(UsageError, match="not between 1970 and now"):
        parse_past_time("1970-01-02T00:05:00.001Z")


def test_a_time_becomes_a_datetime_in_utc():
    assert utc(1_767_268_800_000).isoformat() == "2026-01-01T12:00:00+00:00"
