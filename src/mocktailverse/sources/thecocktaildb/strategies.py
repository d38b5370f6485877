"""Strategies: which drinks to request. A strategy is a sequence of pages, planned without requests.

A page is the unit of work. Its requests are fetched together, are stored in one object named after
the page, and succeed or fail independently of other pages. Pages are plain data, so a run can stop
between two of them and resume elsewhere. The drinks that a listing reveals become further pages.
"""

from collections.abc import Iterable, Sequence
from string import ascii_lowercase, digits
from typing import Literal

from msgspec import Struct

from mocktailverse.errors import UsageError
from mocktailverse.sources.thecocktaildb.responses import Request, drinks_of

BATCH = 25
"""Maximum requests of a batch page."""
MAX_RANDOM = 1000
STRATEGIES = ("sweep", "random", "mocktails", "search", "ids", "popular")


PageKind = Literal["answer", "batch", "listing"]
"""`answer`: one request whose response has many drinks. `batch`: up to 25 requests for a few drinks
each. `listing`: one request whose response names drinks to look up."""


class FetchPage(Struct, frozen=True):
    """One unit of work."""

    part: str
    """Name of the object that stores the responses, without its extension."""
    kind: PageKind
    requests: tuple[Request, ...]


class Strategy(Struct, frozen=True):
    """A named plan. The same arguments produce the same pages with the same parts."""

    name: str
    pages: tuple[FetchPage, ...]


def plan(name: str, arguments: Sequence[str] = (), *, premium: bool = False) -> Strategy:
    """Return the strategy of this name; `premium` is whether the key is a purchased one.

    `random` takes a number, `search` a term, `ids` at least one id; the others take no arguments.

    Raises:
        UsageError: unknown strategy, invalid arguments, or not available with the free key.
    """
    match name, list(arguments):
        case "sweep", []:
            pages = first_letters()
        case "random", [number] if number.isascii() and number.isdigit():
            pages = _random(int(number[:9]))
        case "mocktails", []:
            request = Request("filter.php", {"a": "Non_Alcoholic"})
            pages = (FetchPage("a-non-alcoholic", "listing", (request,)),)
        case "search", [term]:
            pages = _search(term)
        case "ids", [_, *_]:
            pages = _ids(arguments)
        case "popular", []:
            pages = _popular(premium=premium)
        case _ if name in STRATEGIES:
            takes = {"random": "one number", "search": "one term", "ids": "at least one id"}
            raise UsageError(
                f"Invalid arguments: `{name}` takes {takes.get(name, 'no arguments')}."
            )
        case _:
            raise UsageError(f"Unknown strategy `{name}`. Choose one of {', '.join(STRATEGIES)}.")
    return Strategy(name, pages)


def first_letters() -> tuple[FetchPage, ...]:
    """Return searches by every letter and digit; the free key returns up to 25 drinks for each."""
    return tuple(
        FetchPage(f"f-{first}", "answer", (Request("search.php", {"f": first}),))
        for first in ascii_lowercase + digits
    )


def _random(number: int) -> tuple[FetchPage, ...]:
    """Return requests for a number of random drinks; the same drink may occur twice."""
    if not 1 <= number <= MAX_RANDOM:
        raise UsageError(f"`random` takes a number from 1 to {MAX_RANDOM}.")
    return _batches("random", [Request("random.php")] * number)


def _search(term: str) -> tuple[FetchPage, ...]:
    if not term.strip():
        raise UsageError("`search` needs a part of a drink's name, such as `search margarita`.")
    return (FetchPage("s", "answer", (Request("search.php", {"s": term}),)),)


def _ids(ids: Iterable[str]) -> tuple[FetchPage, ...]:
    unique = list(dict.fromkeys(ids))
    for drink_id in unique:
        if not (drink_id.isascii() and drink_id.isdigit()):
            raise UsageError(f"`{drink_id}` is not an id of TheCocktailDB. An example is 11007.")
    return _look_ups("i", unique)


def _popular(*, premium: bool) -> tuple[FetchPage, ...]:
    if not premium:
        raise UsageError(
            "`popular` needs a purchased key of TheCocktailDB: with the free key 1, the source "
            "returns a single drink. Set your own key, or choose `sweep` or `random`."
        )
    return (FetchPage("popular", "answer", (Request("popular.php"),)),)


def revealed(page: FetchPage, records: Iterable[object]) -> tuple[FetchPage, ...]:
    """Return look-ups of all drinks that a listing's records name, each once, in their order."""
    return _look_ups(f"{page.part}-i", dict(drinks_of(records)))


def _look_ups(part: str, ids: Iterable[str]) -> tuple[FetchPage, ...]:
    return _batches(part, [Request("lookup.php", {"i": drink_id}) for drink_id in ids])


def _batches(part: str, requests: Sequence[Request]) -> tuple[FetchPage, ...]:
    """Return the requests in pages of 25, named `<part>-0001` and so on."""
    return tuple(
        FetchPage(f"{part}-{number:04d}", "batch", tuple(requests[start : start + BATCH]))
        for number, start in enumerate(range(0, len(requests), BATCH), 1)
    )
