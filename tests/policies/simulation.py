"""Decides as IAM does: an explicit Deny wins, then an Allow, and nothing is allowed otherwise.

Only the operators that our policies use are known; another one is an error, not a guess. The
order is that of the *IAM User Guide*, "Policy evaluation logic", within one account.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Literal, NamedTuple

Decision = Literal["allowed", "denied", "not allowed"]
Statement = Mapping[str, Any]


class Request(NamedTuple):
    """A call: its action, the ARN that it names (`*` for none), and the keys of its context."""

    action: str
    arn: str
    context: Mapping[str, str | list[str]] = {}
    """A list is the value of a key with several values."""


def decide(statements: Sequence[Statement], request: Request) -> Decision:
    """Return whether a policy's statements allow a call."""
    effects = {s["Effect"] for s in statements if applies(s, request)}
    if "Deny" in effects:
        return "denied"
    return "allowed" if "Allow" in effects else "not allowed"


def applies(statement: Statement, request: Request) -> bool:
    """Return whether a statement is about a call."""
    assert not {"NotAction", "NotResource", "NotPrincipal"} & statement.keys()
    return (
        any(matches(action.lower(), request.action.lower()) for action in actions(statement))
        and any(matches(pattern, request.arn) for pattern in resources(statement))
        and _holds(statement.get("Condition", {}), request.context)
    )


def actions(statement: Statement) -> list[str]:
    """Return the actions of a statement."""
    return _as_list(statement["Action"])


def resources(statement: Statement) -> list[str]:
    """Return the patterns of the resources of a statement."""
    return _as_list(statement["Resource"])


def matches(pattern: str, text: str) -> bool:
    """Return whether a text matches a pattern of IAM: only `*` and `?` have a meaning."""
    return _regex(pattern).fullmatch(text) is not None


@cache
def _regex(pattern: str) -> re.Pattern[str]:
    wild = {"*": ".*", "?": "."}
    parts = re.split(r"([*?])", pattern)
    return re.compile("".join(wild.get(part, re.escape(part)) for part in parts), re.DOTALL)


def _holds(condition: Mapping[str, Mapping[str, Any]], context: Mapping[str, Any]) -> bool:
    return all(_tests(condition, context))


def _tests(
    condition: Mapping[str, Mapping[str, Any]], context: Mapping[str, Any]
) -> Iterator[bool]:
    for operator, keys in condition.items():
        for key, expected in keys.items():
            values, actual = _as_list(expected), context.get(key)
            if operator == "Null":
                yield values == [str(actual is None).lower()]
            elif operator == "StringEquals":
                yield actual in values
            elif operator in ("StringLike", "ArnLike", "ArnEquals"):
                yield actual is not None and any(matches(value, actual) for value in values)
            elif operator == "ForAllValues:StringEquals":  # also without any value
                yield all(each in values for each in _as_list(actual or []))
            elif operator == "ForAllValues:StringLike":
                yield all(
                    any(matches(value, each) for value in values) for each in _as_list(actual or [])
                )
            else:
                raise NotImplementedError(operator)


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
