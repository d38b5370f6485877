"""Options and fixtures of the whole suite."""

import hashlib
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from mocktailverse.catalogue.reader import Catalogue
from mocktailverse.catalogue.writer import CatalogueWriter
from mocktailverse.drinks.drink import Derived, Drink, IngredientLine, Lineage
from mocktailverse.drinks.register import Register, merge
from mocktailverse.errors import MocktailverseError
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.ingest import InputFile
from mocktailverse.pipeline.transformation import transform
from strategies.effort import register_profiles

SAMPLES = Path(__file__).resolve().parents[1] / "data" / "raw"
OBSERVED_AT = 1_700_000_000_000
BUILT_AT = 1_700_000_060_000

register_profiles()
if settings.get_current_profile_name() == "default":  # else mutation testing chose its own
    settings.load_profile("full")

# A shell script starts background processes with these signals ignored, and child processes inherit
# that. Tests send both signals.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--renew-golden`; see tests/unit/drinks/test_normalize.py.

    It also renews tests/unit/repository/create_only_values.json, which `make golden` leaves alone.
    """
    parser.addoption(
        "--renew-golden",
        action="store_true",
        help="Rewrite golden files; after raising TRANSFORM_VERSION, `make golden`.",
    )


@pytest.fixture(autouse=True, scope="session")
def _errors_have_a_text() -> Iterator[None]:
    """Check that every error that a test raises has a message, as its class promises."""

    def check(error: MocktailverseError, *arguments: object) -> None:
        text = arguments[0] if arguments else None
        assert isinstance(text, str), f"{type(error).__name__} has {text!r} instead of a message"
        assert text.strip(), f"{type(error).__name__} has an empty message"
        Exception.__init__(error, *arguments)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MocktailverseError, "__init__", check)
        yield


@pytest.fixture(scope="session")
def catalogue_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a sealed catalogue of all sample records; it has no withdrawn drinks.

    Do not write to it.
    """
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.sqlite"
    with CatalogueWriter.create(path) as writer:
        writer.put(_sample_drinks())
        writer.seal(
            version=f"{OBSERVED_AT}-00000000", built_at=OBSERVED_AT, table="mocktailverse-drinks"
        )
    return path


@pytest.fixture(scope="session")
def sample_catalogue(catalogue_path: Path) -> Catalogue:
    """Return the catalogue of the sample drinks."""
    return Catalogue(catalogue_path)


@pytest.fixture(scope="session")
def make_catalogue(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[Iterable[Drink]], Catalogue]:
    """Return a function that creates a catalogue of drinks."""
    catalogues: list[Catalogue] = []

    def make(drinks: Iterable[Drink]) -> Catalogue:
        path = tmp_path_factory.mktemp("catalogue") / "catalogue.sqlite"
        with CatalogueWriter.create(path) as writer:
            writer.put(drinks)
            writer.seal(
                version=f"{BUILT_AT}-{len(catalogues):08}", built_at=BUILT_AT, table="drinks"
            )
        catalogues.append(Catalogue(path))
        return catalogues[-1]

    return make


@pytest.fixture(scope="session")
def numbered_drink() -> Callable[..., Drink]:
    """Return a function that creates a drink: `numbered_drink("7", "Spritz", ["Prosecco"])`.

    Fields that are not passed are empty. The content hash depends on the passed ones.
    """

    def make(
        number: str = "1", name: str = "Spritz", names: Sequence[str] = (), **fields: object
    ) -> Drink:
        lines = tuple(_line(position, raw) for position, raw in enumerate(names, 1))
        content = f"{name}{lines}{sorted(fields.items())}"
        given = {
            "id": f"thecocktaildb:{number}",
            "source": "thecocktaildb",
            "name": name,
            "ingredients": lines,
            "instructions": {},
            "derived": Derived(),
            "content_hash": hashlib.sha256(content.encode()).hexdigest(),
            "observed_at": OBSERVED_AT,
            "lineage": Lineage("data", "raw/thecocktaildb/1.json", "v1", 0, 1),
            "tags": (),
            "quality": (),
            **fields,
        }
        absent = dict.fromkeys(name for name in Drink.__struct_fields__ if name not in given)
        return Drink(**given, **absent)

    return make


@pytest.fixture(scope="session")
def new_drink(numbered_drink: Callable[..., Drink]) -> Callable[..., Drink]:
    """Return `numbered_drink`; the catalogue's tests override `new_drink`."""
    return numbered_drink


@pytest.fixture(scope="session")
def raw_record() -> Callable[..., dict[str, Any]]:
    """Return a function that creates a raw record of TheCocktailDB; None makes a field null."""

    def make(id_: object = "11007", name: object = "Margarita", **fields: object) -> dict[str, Any]:
        return {
            "idDrink": id_,
            "strDrink": name,
            "strCategory": "Ordinary Drink",
            "strAlcoholic": "Alcoholic",
            "strGlass": "Cocktail glass",
            "strInstructions": "Shake with ice.",
            "strIngredient1": "Tequila",
            "strMeasure1": "1 1/2 oz",
            "strIngredient2": "Lime juice",
            "strMeasure2": "1 oz",
            **fields,
        }

    return make


def _line(position: int, name: str) -> IngredientLine:
    return IngredientLine(
        position, name, name, None, None, None, "none", None, None, "none", "unknown"
    )


def _sample_drinks() -> list[Drink]:
    registers: dict[str, Register] = {}
    for register in _sample_registers():
        registers[register.id] = merge(registers.get(register.id), register)
    return [register.drink for register in registers.values() if register.drink]


def _sample_registers() -> Iterator[Register]:
    files = [path for path in sorted(SAMPLES.rglob("*")) if path.is_file() and path.stat().st_size]
    for day, path in enumerate(files):
        version = ObjectVersion("samples", f"raw/thecocktaildb/{path.name}", "null")
        raw = InputFile(path, OBSERVED_AT + day * 24 * 3600 * 1000)
        for piece in transform(raw, version):
            if piece.register:
                yield piece.register
