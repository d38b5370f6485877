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
from mocktailverse.sources.thecocktaildb.responses import Request

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
        raise UsageError(f"Unknown strategy {name!r}. Choose one of {', '.join(STRATEGIES)}.")
    takes = {"random": "one number", "search": "one term", "ids": "at least one id"}
    raise UsageError(f"Invalid arguments: `{name}` takes {takes.get(name, 'no arguments')}.")


def sweep() -> Strategy:
    """Return searches by every letter and digit; the free key returns up to 25 drinks for each."""
    pages = (
        FetchPage(f"f-{first}", "answer", (Request("search.php", {"f": first}),))
        for first in ascii_lowercase + digits
    )
    return Strategy("sweep", tuple(pages))


def random(number: int) -> Strategy:
    """Return requests for a number of random drinks; the same drink may occur twice."""
    if not 1 <= number <= MAX_RANDOM:
        raise UsageError(f"`random` takes a number from 1 to {MAX_RANDOM}.")
    return Strategy("random", tuple(batches("random", [Request("random.php")] * number)))


def mocktails() -> Strategy:
    """Return the list of the drinks without alcohol; each of them is then looked up."""
    request = Request("filter.php", {"a": "Non_Alcoholic"})
    return Strategy("mocktails", (FetchPage("a-non-alcoholic", "listing", (request,)),))


def search(term: str) -> Strategy:
    """Return a search by a part of the drink's name."""
    if not term.strip():
        raise UsageError("`search` needs a part of a drink's name, such as `search margarita`.")
    return Strategy("search", (FetchPage("s", "answer", (Request("search.php", {"s": term}),)),))


def look_up(ids: Iterable[str]) -> Strategy:
    """Return look-ups of drinks by TheCocktailDB's ids, each once."""
    unique = list(dict.fromkeys(ids))
    for drink_id in unique:
        if not (drink_id.isascii() and drink_id.isdigit()):
            raise UsageError(f"{drink_id!r} is not an id of TheCocktailDB. An example is 11007.")
    return Strategy("ids", tuple(_look_ups("i", unique)))


def popular(*, premium: bool) -> Strategy:
    """Return a request for the 20 most popular drinks, available with a purchased key only."""
    if not premium:
        raise UsageError(
            "`popular` needs a purchased key of TheCocktailDB: with the free key 1, the source "
            "returns a single drink. Set your own key, or choose `sweep` or `random`."
        )
    return Strategy("popular", (FetchPage("popular", "answer", (Request("popular.php"),)),))


def revealed(page: FetchPage, records: Iterable[object]) -> tuple[FetchPage, ...]:
    """Return look-ups of all drinks that a listing's records name, each once, in their order."""
    ids = (record.get("idDrink") for record in records if isinstance(record, dict))
    named = [str(drink_id) for drink_id in ids if isinstance(drink_id, str | int) and drink_id]
    return tuple(_look_ups(f"{page.part}-i", dict.fromkeys(named)))


def batches(part: str, requests: Sequence[Request]) -> Iterable[FetchPage]:
    """Yield the requests in pages of 25, named `<part>-0001` and so on."""
    for number, start in enumerate(range(0, len(requests), BATCH), 1):
        yield FetchPage(f"{part}-{number:04d}", "batch", tuple(requests[start : start + BATCH]))


def _look_ups(part: str, ids: Iterable[str]) -> Iterable[FetchPage]:
    return batches(part, [Request("lookup.php", {"i": drink_id}) for drink_id in ids])
