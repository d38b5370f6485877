"""A smaller case that still fails: objects are dropped first, then events, then faults."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from msgspec.structs import replace

from .case import Case, Event

T = TypeVar("T")


def shrunk(case: Case, fails: Callable[[Case], bool], attempts: int) -> Case:
    """Return the smallest failing case within a number of attempts; `fails` plays a case."""
    remaining = attempts
    progress = True
    while progress and remaining > 0:
        progress = False
        for smaller in _smaller(case):
            if remaining <= 0:
                break
            remaining -= 1
            if fails(smaller):
                case, progress = smaller, True
                break
    return case


def _smaller(case: Case) -> Iterator[Case]:
    for objects in _without_parts(case.objects):
        if objects:
            names = {file.name for file in objects}
            yield replace(case, objects=objects, events=tuple(_events_of(case.events, names)))
    extras = tuple(event for event in case.events if event.kind != "put")
    puts = tuple(event for event in case.events if event.kind == "put")
    if not case.held:  # of held objects the messages are the only events
        for events in _without_parts(extras):
            yield replace(case, events=(*puts, *events))
    for faults in _without_parts(case.faults):
        yield replace(case, faults=faults)
    if case.skews_s:
        yield replace(case, skews_s=())
    for index, file in enumerate(case.objects):
        for entries in _without_parts(file.entries[1:]):  # the format is detected from the first
            smaller = replace(file, entries=(file.entries[0], *entries))
            yield replace(
                case, objects=(*case.objects[:index], smaller, *case.objects[index + 1 :])
            )


def _events_of(events: Sequence[Event], names: set[str]) -> Iterator[Event]:
    """Yield the events, with only these objects."""
    for event in events:
        left = tuple(name for name in event.objects if name in names)
        if left or not event.objects:
            yield replace(event, objects=left)


def _without_parts(items: tuple[T, ...]) -> Iterator[tuple[T, ...]]:
    """Yield the items without their halves, quarters and so on, down to single ones."""
    size = len(items)
    while size > 1:
        size = -(-size // 2)
        for start in range(0, len(items), size):
            yield items[:start] + items[start + size :]
    if len(items) == 1:
        yield ()
