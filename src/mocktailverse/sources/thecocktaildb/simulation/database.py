"""The drinks of the simulated API, and its queries, without HTTP."""

from collections.abc import Iterable, Iterator

Record = dict[str, object]

INGREDIENT_SLOTS = 15
NO_DETAILS = dict.fromkeys(("strDescription", "strType", "strAlcohol", "strABV"))
LISTED_KEYS = ("strDrink", "strDrinkThumb", "idDrink")


class Database:
    """Records in TheCocktailDB's format, one of each id, in the order given.

    A record without an id or a name is skipped: the real database has none. If an id occurs twice,
    the later record wins. Texts are compared as the source does: ignoring case, with `_` for a
    space.
    """

    def __init__(self, records: Iterable[Record]) -> None:
        by_id = {
            drink_id: {**record, "idDrink": drink_id}
            for record in records
            if (drink_id := _id(record)) and _text(record, "strDrink")
        }
        self.drinks: list[Record] = list(by_id.values())
        self._by_id = by_id

    def drink(self, drink_id: str) -> list[Record]:
        """Return the drink with this id, in a list; an empty list if there is none."""
        return [self._by_id[drink_id]] if drink_id in self._by_id else []

    def named(self, term: str) -> list[Record]:
        """Return the drinks whose name contains the term, short names first; none for no term."""
        term = _folded(term)
        drinks = [d for d in self.drinks if term and term in _folded(_text(d, "strDrink"))]
        return sorted(drinks, key=lambda drink: len(_text(drink, "strDrink")))

    def by_letter(self, letter: str) -> list[Record]:
        """Return the drinks whose name begins with the character."""
        return [d for d in self.drinks if _folded(_text(d, "strDrink")).startswith(letter.lower())]

    def having(self, field: str, value: str) -> list[Record]:
        """Return the drinks whose field has this value."""
        value = _folded(value)
        return [drink for drink in self.drinks if value and _folded(_text(drink, field)) == value]

    def with_ingredients(self, names: Iterable[str]) -> list[Record]:
        """Return the drinks that contain all of these ingredients."""
        required = {_folded(name) for name in names}
        return [d for d in self.drinks if required <= {_folded(name) for name in _ingredients(d)}]

    def values(self, field: str) -> list[str]:
        """Return the field's distinct values, in order of first appearance."""
        texts = (_text(drink, field) for drink in self.drinks)
        return list(dict.fromkeys(text for text in texts if text))

    def ingredients(self) -> list[str]:
        """Return the ingredients' names, each once ignoring case, by first appearance."""
        spellings: dict[str, str] = {}
        for drink in self.drinks:
            for name in _ingredients(drink):
                spellings.setdefault(_folded(name), name)
        return list(spellings.values())

    def ingredient(self, name: str) -> list[Record]:
        """Return the record of an ingredient, in a list."""
        name = _folded(name)
        records = self._ingredient_records()
        return [record for record in records if _folded(_text(record, "strIngredient")) == name]

    def ingredient_by_id(self, number: str) -> list[Record]:
        """Return the record of the ingredient with this id, in a list."""
        return [record for record in self._ingredient_records() if record["idIngredient"] == number]

    def _ingredient_records(self) -> list[Record]:
        """Return a record of each ingredient; its id is its place in the list, from 1."""
        return [
            {"idIngredient": str(number), "strIngredient": name, **NO_DETAILS}
            for number, name in enumerate(self.ingredients(), start=1)
        ]


def listed(drinks: Iterable[Record]) -> list[Record]:
    """Return records with only the three keys of a filter response."""
    return [{key: drink.get(key) for key in LISTED_KEYS} for drink in drinks]


def _ingredients(drink: Record) -> Iterator[str]:
    for slot in range(1, INGREDIENT_SLOTS + 1):
        if name := _text(drink, f"strIngredient{slot}"):
            yield name


def _id(record: Record) -> str:
    value = record.get("idDrink")
    is_id = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value).strip() if is_id else ""


def _text(record: Record, key: str) -> str:
    value = record.get(key)
    return value.strip() if isinstance(value, str) else ""


def _folded(text: str) -> str:
    return text.replace("_", " ").strip().lower()
