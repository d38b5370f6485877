"""What can be asked of the catalogue's drinks."""

from typing import Literal

from msgspec import Struct

Sort = Literal["name", "-name", "abv", "-abv", "observed", "-observed", "relevance"]


class DrinkQuery(Struct, frozen=True, kw_only=True):
    """What drinks are looked for. Several values in one field: any of them. Between fields: all.

    Texts compare without case. `sort` "abv" goes by the strength as mixed, the upper end of its
    range; drinks of unknown strength come last in both directions.
    """

    q: str = ""
    """Full text; every word must occur, the last one may be a beginning (see `full_text`)."""
    category: tuple[str, ...] = ()
    alcoholic: tuple[str, ...] = ()
    mocktail: bool | None = None
    glass: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    spirit: tuple[str, ...] = ()
    ingredient: tuple[str, ...] = ()
    """In any spelling; "Rum" finds drinks with White rum, too."""
    match: Literal["all", "any"] = "all"
    """How several ingredients combine."""
    without: tuple[str, ...] = ()
    """None of these ingredients, nor kinds of them."""
    abv_min: float | None = None
    """In % vol, as mixed: the lower end of the drink's range is at least this."""
    abv_max: float | None = None
    """In % vol, as mixed: the upper end of the drink's range is at most this."""
    withdrawn: bool = False
    """Also drinks that the source has withdrawn."""
    sort: Sort | None = None
    """None: relevance where `q` is given, else name."""

    @property
    def order(self) -> Sort:
        """The sort that applies."""
        return self.sort or ("relevance" if self.q.strip() else "name")
