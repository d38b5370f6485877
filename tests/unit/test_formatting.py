"""Numbers and times in the form that people read."""

import pytest

from mocktailverse.formatting import age, clock_text, duration, quantity

NOON_MS = 1_767_268_800_000  # 2026-01-01 12:00:00 UTC


def test_a_time_of_today_has_no_date_and_any_other_time_has_one():
    assert clock_text(NOON_MS, NOON_MS + 3_600_000) == "12:00 UTC"
    assert clock_text(NOON_MS, NOON_MS + 24 * 3_600_000) == "2026-01-01 12:00 UTC"


@pytest.mark.parametrize(
    ("number", "unit", "text"),
    [
        (6.19, "requests", "6"),
        (0.3, "requests", "1"),
        (0, "alarms", "0"),
        (1_234_567.8, "invocations", "1,234,568"),
        (0.0314159, "GB", "0.0314"),
    ],
)
def test_what_is_counted_is_a_whole_number(number, unit, text):
    assert quantity(number, unit) == text


@pytest.mark.parametrize(
    ("elapsed_s", "text"),
    [
        (-5, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7_199, "119 min"),
        (7_200, "2 h"),
        (200_000, "2 d"),
    ],
)
def test_an_age_is_in_the_largest_unit_that_fits(elapsed_s, text):
    assert age(NOON_MS, NOON_MS + elapsed_s * 1000) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0.0 s"), (9.94, "9.9 s"), (42.4, "42 s"), (600, "10 min"), (7_200, "2 h")],
)
def test_durations_are_rounded_for_reading(seconds, text):
    assert duration(seconds) == text
