"""The dashboard without AWS: a catalogue of the sample drinks, and pages run in process."""

import re
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
import pytest
from streamlit.testing.v1 import AppTest

import mocktailverse.dashboard.app
from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.dashboard.context import OVERRIDE, DashboardContext
from mocktailverse.drinks.drink import Drink
from mocktailverse.errors import MissingError

NOW_MS = 1_700_000_060_000
TIMEOUT_S = 240
"""Much longer than a page takes, because the machine may be busy."""

HOSTILE = (
    "**bold** _x_ ~~y~~ `code`",
    "[a](javascript:alert(1)) ![i](http://x.example/y.png)",
    "<script>alert(1)</script><b>b</b> &lt;",
    "$math$ and $$more$$",
    ":material/home: :red[x] :smile: :streamlit:",
    "# head\n\n- item\n> quote",
    "https://evil.example/x www.evil.example me@evil.example",
    "\u202egnp.exe \u2066x",
    "=HYPERLINK(1)",
    "long" * 2500,
    "\u200b",
)


class FakeCopy:
    """A copy of a catalogue, or the error of its first download."""

    def __init__(self, catalogue: Catalogue | Exception, problem: str | None = None) -> None:
        self.catalogue = catalogue
        self.problem = problem
        self.failing_for_s = 90.0 if problem else None
        self.reads = 0
        self.timeouts_s: list[float | None] = []
        self.is_expired = False

    def expire(self) -> None:
        self.is_expired = True

    def current(self, *, timeout_s: float | None = None) -> Catalogue:
        self.reads += 1
        self.timeouts_s.append(timeout_s)
        if isinstance(self.catalogue, Exception):
            raise self.catalogue
        return self.catalogue


@pytest.fixture(scope="session")
def hostile_catalogue(
    sample_catalogue: Catalogue, make_catalogue: Callable[[Iterable[Drink]], Catalogue]
) -> Catalogue:
    """Return drinks with hostile text in every field; their IDs are evil:0, evil:1 and so on."""
    drinks = list(sample_catalogue.all_drinks())[: len(HOSTILE)]
    return make_catalogue(
        hostile_drink(drink, text, number)
        for number, (drink, text) in enumerate(zip(drinks, HOSTILE, strict=True))
    )


def hostile_drink(drink: Drink, text: str, number: int) -> Drink:
    """Return the drink with this text in each free text field."""
    return msgspec.structs.replace(
        drink,
        id=f"evil:{number}",
        name=text,
        category=text,
        glass=text,
        iba=text,
        tags=(text,),
        instructions={"en": text, text: text},
        ingredients=tuple(
            msgspec.structs.replace(line, name=text, name_raw=text, measure_raw=text)
            for line in drink.ingredients
        ),
        quality=("ingredient_unknown", "from_the_future"),
        previous_name=text,
    )


def fake_context(catalogue: Any, stage: str) -> DashboardContext:
    """Return a dashboard context with only a catalogue."""
    none: Any = None
    return DashboardContext(
        catalogue=catalogue, loads=none, bucket=none, queue=none, stage=stage, can_act=False,
        refresh_s=30.0, clock=lambda: NOW_MS,
    )  # fmt: skip


@pytest.fixture(name="fake_context")
def fake_context_of() -> Callable[..., DashboardContext]:
    """Return a function that creates the context of a catalogue, or of its download's error."""
    return lambda catalogue: fake_context(FakeCopy(catalogue), "local")


@pytest.fixture
def open_page(sample_catalogue: Catalogue) -> Callable[..., AppTest]:
    """Return a function that opens a page, such as `open_page("shelf", have=["Gin"])`."""

    def open_(
        name: str = "explore",
        /,
        *,
        catalogue: Catalogue | Exception = sample_catalogue,
        problem: str | None = None,
        stage: str = "local",
        **parameters: str | list[str],
    ) -> AppTest:
        test = AppTest.from_file(mocktailverse.dashboard.app.__file__, default_timeout=TIMEOUT_S)
        if name != "explore":
            # The URL of a page exists after the first run, which is short without a catalogue.
            test.session_state[OVERRIDE] = fake_context(FakeCopy(MissingError("Empty.")), stage)
            test.run().switch_page(f"views/{name}_page.py")
        test.session_state[OVERRIDE] = fake_context(FakeCopy(catalogue, problem), stage)
        for parameter, value in parameters.items():
            test.query_params[parameter] = value
        test.run()
        assert not test.exception, test.exception
        return test

    return open_


@pytest.fixture(scope="session")
def hostile_texts() -> tuple[str, ...]:
    """Return texts that contain markup."""
    return HOSTILE


@pytest.fixture(scope="session")
def texts_of() -> Callable[[AppTest], str]:
    """Return a function that reads all texts of a page as Markdown, one element per line."""

    def read(page: Any) -> str:
        kinds = ("title", "header", "markdown", "caption", "info", "success", "warning")
        return "\n".join(element.value for kind in kinds for element in page.get(kind))

    return read


@pytest.fixture(scope="session")
def markup_of(texts_of: Callable[[AppTest], str]) -> Callable[[AppTest], set[str]]:
    """Return a function that reads the unescaped markup characters of a page, except code."""

    def characters(page: AppTest) -> set[str]:
        tables = " ".join(str(cell) for table in page.table for cell in table.value.values.flat)
        links = " ".join(link.label for link in page.get("page_link"))
        own_code = re.sub(r"(?<!\\)`[a-z_]+`", "", f"{texts_of(page)} {tables} {links}")
        return set(re.sub(r"\\.", "", own_code))

    return characters


@pytest.fixture(scope="session")
def query_of() -> Callable[[AppTest], dict[str, list[str]]]:
    """Return a function that reads the query parameters of a page."""

    def read(page: AppTest) -> dict[str, list[str]]:
        return {
            name: [value] if isinstance(value, str) else list(value)
            for name, value in page.query_params.items()
        }

    return read


@pytest.fixture(scope="session")
def cards() -> Callable[[AppTest], list[str]]:
    """Return a function that reads the names on the cards of a page, as Markdown."""

    def names(page: AppTest) -> list[str]:
        labels = [link.label for link in page.main.get("page_link")]
        return [
            label.removeprefix("**").removesuffix("**") for label in labels if label[:2] == "**"
        ]

    return names


@pytest.fixture(scope="session")
def button_group() -> Callable[[AppTest, str], Any]:
    """Return a function that finds pills or a segmented control of a page by its key."""

    def find(page: AppTest, key: str) -> Any:
        return next(group for group in page.get("button_group") if group.key == key)

    return find
