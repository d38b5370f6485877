"""How often a schedule starts its function."""

import math
import re

from mocktailverse.cost.running import DAYS, HOURS

_RATES = {"minute": 60 * HOURS, "hour": HOURS, "day": DAYS}


def events_a_month(expression: str) -> float:
    """Return how often a schedule starts in an average month.

    This is an upper bound: a cron expression counts as if it held on every day.

    Raises:
        ValueError: it is not a schedule expression of EventBridge.
    """
    if rate := re.fullmatch(r"rate\(([1-9]\d*) (minute|hour|day)s?\)", expression):
        return _RATES[rate[2]] / int(rate[1])
    if expression.startswith("at("):
        return 1
    try:
        if cron := re.fullmatch(r"cron\((\S+) (\S+)( \S+){4}\)", expression):
            return _matches(cron[1], 60) * _matches(cron[2], 24) * DAYS
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"{expression!r} is not a schedule: {error}.") from error
    raise ValueError(f"{expression!r} is not a schedule.")


def _matches(field: str, size: int) -> int:
    """Return how many values a cron field matches: 3 for `*/20` of 60 minutes, 10 for `8-17`."""
    total = 0
    for part in field.split(","):
        values, _, step = part.partition("/")
        first, _, last = values.partition("-")
        if values == "*" or (step and not last):
            count = size - (int(first) if first != "*" else 0)
        else:
            count = int(last) - int(first) + 1 if last else 1
        total += math.ceil(count / int(step or 1))
    return total
