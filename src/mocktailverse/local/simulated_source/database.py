"""The drinks behind the simulated API and the questions that it answers, without HTTP."""

from collections.abc import Iterable, Iterator

Record = dict[str, object]

INGREDIENT_SLOTS = 15
LISTED_KEYS = ("strDrink", "strDrinkThumb", "idDrink")


class Database:
    """Records in TheCocktailDB's format, one of each id, in the order given.

    A record without an id or a name is left out: the real database has none. Of one id given
    twice the later record counts. Texts compare as the source does: without regard to case,
    with `_` for a space.
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
        """Give the drink of this id, if there is one."""
        return [self._by_id[drink_id]] if drink_id in self._by_id else []

    def named(self, term: str) -> list[Record]:
        """Give the drinks whose name holds the term, short names first; none for an empty term."""
        wanted = _folded(term)
        found = [d for d in self.drinks if wanted and wanted in _folded(_text(d, "strDrink"))]
        return sorted(found, key=lambda drink: len(_text(drink, "strDrink")))

    def by_letter(self, letter: str) -> list[Record]:
        """Give the drinks whose name begins with the character."""
        return [d for d in self.drinks if _folded(_text(d, "strDrink")).startswith(letter.lower())]

    def having(self, field: str, value: str) -> list[Record]:
        """Give the drinks whose field has this value."""
        wanted = _folded(value)
        return [drink for drink in self.drinks if wanted and _folded(_text(drink, field)) == wanted]

    def with_ingredients(self, names: Iterable[str]) -> list[Record]:
        """Give the drinks that contain all of these ingredients."""
        wanted = {_folded(name) for name in names}
        return [d for d in self.drinks if wanted <= {_folded(name) for name in _ingredients(d)}]

    def values(self, field: str) -> list[str]:
        """Give the field's distinct values, in order of first appearance."""
        texts = (_text(drink, field) for drink in self.drinks)
        return list(dict.fromkeys(text for text in texts if text))

    def ingredients(self) -> list[str]:
        """Give the ingredients' names, each once without regard to case, by first appearance."""
        spellings: dict[str, str] = {}
        for drink in self.drinks:
            for name in _ingredients(drink):
                spellings.setdefault(_folded(name), name)
        return list(spellings.values())

    def ingredient(self, name: str) -> list[Record]:
        """Give the record of an ingredient; its id is its place in the list, from 1."""
        return [
            _ingredient(number, known)
            for number, known in enumerate(self.ingredients(), start=1)
            if _folded(known) == _folded(name)
        ]

    def ingredient_by_id(self, number: str) -> list[Record]:
        """Give the record of the ingredient with this id."""
        known = dict(enumerate(self.ingredients(), start=1))
        return [_ingredient(n, name) for n, name in known.items() if str(n) == number]


def listed(drinks: Iterable[Record]) -> list[Record]:
    """Cut records down to the three keys that filter answers give."""
    return [{key: drink.get(key) for key in LISTED_KEYS} for drink in drinks]


def _ingredient(number: int, name: str) -> Record:
    return {
        "idIngredient": str(number),
        "strIngredient": name,
        "strDescription": None,
        "strType": None,
        "strAlcohol": None,
        "strABV": None,
    }


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
