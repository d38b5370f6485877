"""The page of all reason and quality codes."""

from pages.markdown import code, page, table

from mocktailverse.drinks.codes import Code, Quality, Reason


def codes_page() -> str:
    """The page."""
    return page(
        "Codes",
        "Every code that a rejected line or a drink may carry, and what it means.",
        "`src/mocktailverse/drinks/codes.py`",
        "## Reason codes: why a raw record or object is rejected",
        _table(Reason),
        "## Quality codes: what is worth knowing of a drink that did load",
        _table(Quality),
    )


def _table(kind: type[Code]) -> str:
    return table(("code", "meaning"), [(code(one.value), one.explanation) for one in kind])
