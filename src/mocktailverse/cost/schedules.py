"""How often a schedule fires."""

import math
import re

from mocktailverse.cost.running import DAYS, HOURS

RATES = {"minute": 60 * HOURS, "hour": HOURS, "day": DAYS}


def events_a_month(expression: str) -> float:
    """How often a schedule fires in an average month; at most, where it skips days.

    Raises:
        ValueError: it is no expression of EventBridge.
    """
    if found := re.fullmatch(r"rate\(([1-9]\d*) (minute|hour|day)s?\)", expression):
        return RATES[found[2]] / int(found[1])
    if expression.startswith("at("):
        return 1
    try:
        if found := re.fullmatch(r"cron\((\S+) (\S+)( \S+){4}\)", expression):
            return _times(found[1], 60) * _times(found[2], 24) * DAYS
    except (ValueError, ZeroDivisionError) as error:
        raise ValueError(f"{expression!r} is no schedule: {error}.") from error
    raise ValueError(f"{expression!r} is no schedule.")


def _times(field: str, most: int) -> int:
    """How many values a field of cron stands for."""
    total = 0
    for part in field.split(","):
        values, _, step = part.partition("/")
        first, _, last = values.partition("-")
        if values == "*" or (step and not last):
            count = most - (int(first) if first != "*" else 0)
        else:
            count = int(last) - int(first) + 1 if last else 1
        total += math.ceil(count / int(step or 1))
    return total
