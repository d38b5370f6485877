"""Read schema.org's `Recipe` (https://schema.org/Recipe), as web pages embed it in JSON-LD.

A property may be a text, an object, or a list of either. Texts may have entities and tags. The
amounts stay as stated, also in a recipe for several servings (`recipeYield`). `nutrition` is not
read.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import urljoin

from mocktailverse.drinks.drink import Credit, Image
from mocktailverse.drinks.record import Record
from mocktailverse.sources.own.nested_texts import first_of, ingredient_lines, step_texts
from mocktailverse.sources.own.recipe_text import (
    each,
    page_name,
    plain_text,
    require_name,
    require_recipe,
    tags_of,
    web_address,
)

_DEFAULT_LANGUAGE = "en"


def schema_org_record(
    recipe_id: str, recipe: Mapping[str, object], origin: str | None = None
) -> Record:
    """Return the record of a recipe; `origin` is the address of its page, if it has one.

    Raises:
        RecordRejectedError: it has no name or no ingredients, or too many of them.
    """
    page = web_address(origin)
    text = "\n".join(filter(None, step_texts(recipe.get("recipeInstructions"), plain_text)))
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
        description="\n".join(step_texts(recipe.get("description"), plain_text)) or None,
        credit=Credit.of(
            ", ".join(dict.fromkeys(filter(None, map(page_name, each(recipe.get("author"))))))
            or None,
            _address_of(recipe, page),
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
        if url := next(filter(None, (_absolute(text, page) for text in _addresses(one))), None):
            fields = one if isinstance(one, dict) else {}
            author = next(filter(None, (page_name(fields.get(name)) for name in _AUTHORS)), None)
            return Image(url, _licence(fields.get("license")), author)
    return None


_AUTHORS = ("creditText", "creator", "author", "copyrightHolder", "copyrightNotice")


def _addresses(value: object) -> Iterator[str]:
    """Yield what may be the address of a picture; an `@id` with a `#` is only a reference."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _addresses([value.get("url"), value.get("contentUrl")])
        yield from (text for text in _addresses(value.get("@id")) if "#" not in text)
    elif isinstance(value, list):
        for one in value:
            yield from _addresses(one)


def _absolute(value: object, page: str | None) -> str | None:
    """Return the address of an image; a relative one is relative to the page."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        return web_address(urljoin(page, value.strip()) if page else value)
    except ValueError:  # such as a port that is not a number
        return None


def _address_of(recipe: Mapping[str, object], page: str | None) -> str | None:
    """Return where the recipe was published: what it states, else its page."""
    stated = recipe.get("url", recipe.get("mainEntityOfPage"))
    if isinstance(stated, dict):
        stated = stated.get("@id", stated.get("url"))
    return _absolute(stated, page) or page


def _licence(value: object) -> str | None:
    if isinstance(value, dict):
        return page_name(value) or web_address(value.get("url")) or web_address(value.get("@id"))
    return page_name(value)
