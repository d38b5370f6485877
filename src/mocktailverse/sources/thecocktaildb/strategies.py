"""Which requests bring which drinks: a strategy is a sequence of pages, planned without a call.

A page is the unit of work: its requests are fetched together, go into one object of its own
name, and succeed or fail apart from other pages. Pages are plain data, so that a run can stop
between two of them and go on elsewhere. What a listing reveals becomes further pages.
"""

from collections.abc import Iterable, Sequence
from itertools import count
from string import ascii_lowercase, digits
from typing import Literal

from msgspec import Struct

from mocktailverse.errors import UsageError
from mocktailverse.sources.thecocktaildb.responses import Request

BATCH = 25
MAX_RANDOM = 1000
STRATEGIES = ("sweep", "random", "mocktails", "search", "ids", "popular")


class FetchPage(Struct, frozen=True):
    """One unit of work and the name of the object that it fills.

    `kind`: `answer` = one request whose answer holds many drinks; `batch` = up to 25 requests
    of few drinks each; `listing` = one request whose answer names drinks to look up.
    """

    part: str
    kind: Literal["answer", "batch", "listing"]
    requests: tuple[Request, ...]


class Strategy(Struct, frozen=True):
    """A named plan; the same arguments give the same pages with the same parts."""

    name: str
    pages: tuple[FetchPage, ...]


def plan(name: str, arguments: Sequence[str] = (), *, premium: bool = False) -> Strategy:
    """Plan the strategy of this name.

    Args:
        name: one of `STRATEGIES`.
        arguments: `random` takes a number, `search` a term, `ids` one id or more; the others none.
        premium: whether the key is a purchased one.

    Raises:
        UsageError: no such strategy, or not with these arguments, or not with the free key.
    """
    match name, list(arguments):
        case "sweep", []:
            return sweep()
        case "random", [number] if number.isascii() and number.isdigit():
            return random(int(number[:9]))
        case "mocktails", []:
            return mocktails()
        case "search", [term]:
            return search(term)
        case "ids", [_, *_]:
            return look_up(arguments)
        case "popular", []:
            return popular(premium=premium)
    if name not in STRATEGIES:
        raise UsageError(f"No strategy is named {name!r}; choose one of {', '.join(STRATEGIES)}.")
    raise UsageError(
        f"{name} does not take these arguments: random takes a number, search one term, "
        "ids one id or more, and the others nothing."
    )


def sweep() -> Strategy:
    """Search by every letter and digit; the free key gives at most 25 drinks for each."""
    return Strategy(
        "sweep",
        tuple(
            FetchPage(f"f-{first}", "answer", (Request("search.php", {"f": first}),))
            for first in ascii_lowercase + digits
        ),
    )


def random(number: int) -> Strategy:
    """Draw so many random drinks; the same drink may come twice."""
    if not 1 <= number <= MAX_RANDOM:
        raise UsageError(f"random draws between 1 and {MAX_RANDOM} drinks.")
    return Strategy("random", tuple(batches("random", [Request("random.php")] * number)))


def mocktails() -> Strategy:
    """List the drinks without alcohol, then look each of them up."""
    request = Request("filter.php", {"a": "Non_Alcoholic"})
    return Strategy("mocktails", (FetchPage("a-non-alcoholic", "listing", (request,)),))


def search(term: str) -> Strategy:
    """Search by a part of the drink's name."""
    if not term.strip():
        raise UsageError("search needs a part of a drink's name, such as: search margarita.")
    return Strategy("search", (FetchPage("s", "answer", (Request("search.php", {"s": term}),)),))


def look_up(ids: Iterable[str]) -> Strategy:
    """Look up drinks by TheCocktailDB's ids, each once."""
    unique = list(dict.fromkeys(ids))
    for drink_id in unique:
        if not (drink_id.isascii() and drink_id.isdigit()):
            raise UsageError(f"{drink_id!r} is no id of TheCocktailDB; ids look like 11007.")
    return Strategy("ids", tuple(_look_ups("i", unique)))


def popular(*, premium: bool) -> Strategy:
    """Fetch the 20 most popular drinks, which the source gives for purchased keys only."""
    if not premium:
        raise UsageError(
            "popular needs a purchased key of TheCocktailDB: with the free key 1 the source "
            "answers with a single drink. Set your own key, or choose sweep or random."
        )
    return Strategy("popular", (FetchPage("popular", "answer", (Request("popular.php"),)),))


def revealed(page: FetchPage, records: Iterable[object]) -> tuple[FetchPage, ...]:
    """Give the look-ups of all drinks that a listing's records name, each once, in their order."""
    ids = (record.get("idDrink") for record in records if isinstance(record, dict))
    named = [str(drink_id) for drink_id in ids if isinstance(drink_id, str | int) and drink_id]
    return tuple(_look_ups(f"{page.part}-i", dict.fromkeys(named)))


def batches(part: str, requests: Sequence[Request]) -> Iterable[FetchPage]:
    """Cut requests of few drinks each into pages of 25: `<part>-0001` and so on."""
    for number, start in zip(count(1), range(0, len(requests), BATCH), strict=False):
        yield FetchPage(f"{part}-{number:04d}", "batch", tuple(requests[start : start + BATCH]))


def _look_ups(part: str, ids: Iterable[str]) -> Iterable[FetchPage]:
    return batches(part, [Request("lookup.php", {"i": drink_id}) for drink_id in ids])
