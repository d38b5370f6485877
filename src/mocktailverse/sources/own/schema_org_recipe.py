"""Read schema.org's `Recipe` (https://schema.org/Recipe), as web pages embed it in JSON-LD.

A property may be a text, an object, or a list of either. Texts may have entities and tags. The
amounts stay as stated, also in a recipe for several servings (`recipeYield`). `nutrition` is not
read.
"""

from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import urljoin

from mocktailverse.drinks.drink import Credit, Image
from mocktailverse.drinks.record import Record
from mocktailverse.sources.own.nested_texts import (
    addresses_in,
    first_of,
    ingredient_lines,
    nested_text,
)
from mocktailverse.sources.own.recipe_text import (
    each,
    page_name,
    plain_text,
    require_name,
    require_recipe,
    tags_of,
    web_address,
)

_AUTHORS = ("creditText", "creator", "author", "copyrightHolder", "copyrightNotice")
_DEFAULT_LANGUAGE = "en"


def schema_org_record(
    recipe_id: str, recipe: Mapping[str, object], origin: str | None = None
) -> Record:
    """Return the record of a recipe; `origin` is the address of its page, if it has one.

    Raises:
        RecordRejectedError: it has no name or no ingredients, or too many of them.
    """
    page = web_address(origin)
    text = nested_text(recipe.get("recipeInstructions"), plain_text)
    categories = tags_of(recipe.get("recipeCategory"), read=page_name)
    return Record(
        id=recipe_id,
        name=require_name(recipe.get("name"), page_name),
        category=categories[0] if categories else None,
        alcoholic=None,
        glass=None,
        iba=None,
        tags=tags_of(recipe.get("keywords"), ",;", page_name),
        instructions={_language(recipe.get("inLanguage")): text} if text else {},
        lines=require_recipe(
            ingredient_lines(first_of(recipe, ("recipeIngredient", "ingredients")), plain_text)
        ),
        image=_image(recipe.get("image"), page),
        video=None,
        quality=(),
        description=nested_text(recipe.get("description"), plain_text),
        credit=Credit.of(
            ", ".join(dict.fromkeys(filter(None, map(page_name, each(recipe.get("author"))))))
            or None,
            _address(first_of(recipe, ("url", "mainEntityOfPage")), page) or page,
            _licence(recipe.get("license")),
        ),
    )


def _language(value: object) -> str:
    """Return the language tag of the instructions; English if the recipe does not state one."""
    value = next(each(value), None)
    if isinstance(value, dict):
        value = value.get("alternateName", value.get("name"))
    tag = value.strip().partition("-")[0].partition("_")[0] if isinstance(value, str) else ""
    is_tag = tag.isascii() and tag.isalpha() and len(tag) in {2, 3}
    return tag.casefold() if is_tag else _DEFAULT_LANGUAGE


def _image(value: object, page: str | None) -> Image | None:
    """Return the first picture with an address."""
    for one in each(value):
        if url := _address(one, page):
            fields = one if isinstance(one, dict) else {}
            author = next(filter(None, (page_name(fields.get(name)) for name in _AUTHORS)), None)
            return Image(url, _licence(fields.get("license")), author)
    return None


def _address(value: object, page: str | None) -> str | None:
    """Return the first address in a value; a relative one is relative to the page."""
    for text in addresses_in(value):
        address = text.strip().replace(" ", "%20")
        with suppress(ValueError):  # such as a port that is not a number
            if url := web_address(urljoin(page, address) if page and address else address):
                return url
    return None


def _licence(value: object) -> str | None:
    return page_name(value) or _address(value, None)
