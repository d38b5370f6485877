"""The faults of a trial, which are too few to make a message a dead letter.

A message is received five times. A fault that always fails a receive (a kill, a cut body of an
object) costs one; four failed attempts of the same call in a row cost one. The sum is at most 3.
"""

import random

from .case import Caller, Fault, FaultKind

SKEWS_S = (-600, -120, -7, 0, 5, 60, 600)
POINTS: tuple[tuple[Caller, str, str], ...] = (
    ("transform", "dynamodb", "UpdateItem"),
    ("transform", "dynamodb", "PutItem"),
    ("transform", "dynamodb", "Query"),
    ("transform", "s3", "GetObject"),
    ("transform", "s3", "PutObject"),
    ("transform", "sqs", "SendMessage"),
    ("publish", "dynamodb", "BatchGetItem"),
    ("publish", "s3", "GetObject"),
    ("publish", "s3", "PutObject"),
    ("client", "s3", "PutObject"),
    ("client", "sqs", "SendMessage"),
)
KILL_POINTS: tuple[tuple[Caller, str, str], ...] = (
    ("transform", "dynamodb", "PutItem"),
    ("transform", "dynamodb", "PutItem"),
    ("transform", "dynamodb", "UpdateItem"),
    ("transform", "s3", "GetObject"),
    ("transform", "s3", "PutObject"),
    ("publish", "s3", "PutObject"),
    ("publish", "dynamodb", "BatchGetItem"),
)
POINT_KINDS: tuple[FaultKind, ...] = (
    "throttle", "server_error", "reset_before", "reset_after", "reset_after", "cut", "delay",
)  # fmt: skip
STORM_KINDS: tuple[FaultKind, ...] = (
    "throttle",
    "server_error",
    "reset_before",
    "reset_after",
    "delay",
)


def draw(rng: random.Random, kind: str) -> list[Fault]:
    """Return the faults of a trial of a kind."""
    match kind:
        case "faulty":
            return [_point(rng) for _ in range(rng.choice([1, 1, 2, 3]))]
        case "storm":
            return [_storm(rng) for _ in range(rng.choice([1, 2]))]
        case "kill":
            kills = [_kill(rng) for _ in range(rng.choice([1, 1, 2]))]
            return [*kills, *(_point(rng) for _ in range(rng.choice([0, 0, 1])))]
        case "skew":
            return [_kill(rng) for _ in range(rng.choice([0, 1]))]
        case _:
            return []


def costs(fault: Fault) -> int:
    """Return the number of receives of a message that the fault can cost."""
    if fault.kind.startswith("kill"):
        return 1
    if fault.kind == "cut" and fault.operation == "GetObject":
        return fault.times
    return 0 if fault.rate else -(-fault.times // 4)


def _point(rng: random.Random) -> Fault:
    caller, service, operation = rng.choice(POINTS)
    kind = rng.choice(POINT_KINDS)
    return Fault(
        kind=kind,
        caller=caller,
        service=service,
        operation=operation,
        at=rng.choice([1, 1, 1, 2, 3, 5]),
        times=1 if kind in {"cut", "delay"} else rng.choice([1, 1, 2, 3, 4]),
        delay_ms=rng.choice([100, 500, 2500]) if kind == "delay" else 0,
    )


def _storm(rng: random.Random) -> Fault:
    """Return a fault of a share of all calls of a function, chosen by a hash."""
    kind = rng.choice(STORM_KINDS)
    return Fault(
        kind=kind,
        caller=rng.choice(["transform", "publish"]),
        rate=rng.choice([0.05, 0.1, 0.25]),
        times=rng.choice([6, 12]),
        delay_ms=100,
    )


def _kill(rng: random.Random) -> Fault:
    """Return a fault that kills a worker at a call, before or after the call reaches AWS."""
    caller, service, operation = rng.choice(KILL_POINTS)
    return Fault(
        kind=rng.choice(["kill_before", "kill_after"]),
        caller=caller,
        service=service,
        operation=operation,
        at=rng.choice([1, 1, 2, 3, 4, 6, 9]),
    )
