"""Read schema.org's `Recipe` (https://schema.org/Recipe), as web pages embed it in JSON-LD.

A property may be a text, an object, or a list of either. Texts may have entities and tags. The
amounts stay as stated, also in a recipe for several servings (`recipeYield`). `nutrition` is not
read.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import urljoin

from mocktailverse.drinks.drink import Credit, Image
from mocktailverse.drinks.record import Record
from mocktailverse.sources.own.recipe_text import (
    each,
    page_name,
    plain_text,
    require_name,
    require_recipe,
    tags_of,
    web_address,
    whole_lines,
)

_MAX_DEPTH = 10
_DEFAULT_LANGUAGE = "en"


def schema_org_record(
    recipe_id: str, recipe: Mapping[str, object], origin: str | None = None
) -> Record:
    """Return the record of a recipe; `origin` is the address of its page, if it has one.

    Raises:
        RecordRejectedError: it has no name or no ingredients, or too many of them.
    """
    page = web_address(origin)
    text = "\n".join(_steps(recipe.get("recipeInstructions"))).strip()
    categories = tags_of(recipe.get("recipeCategory"), read=page_name)
    description = recipe.get("description")
    return Record(
        id=recipe_id,
        name=require_name(recipe.get("name") or recipe.get("headline"), page_name),
        category=categories[0] if categories else None,
        alcoholic=None,
        glass=None,
        iba=None,
        tags=tags_of(recipe.get("keywords"), ",;", page_name),
        instructions={_language(recipe.get("inLanguage")): text} if text else {},
        lines=require_recipe(whole_lines(_ingredients(recipe))),
        image=next((one for x in each(recipe.get("image")) if (one := _image(x, page))), None),
        video=None,
        quality=(),
        description=plain_text(description) or None if isinstance(description, str) else None,
        credit=Credit.of(
            ", ".join(dict.fromkeys(filter(None, map(page_name, each(recipe.get("author"))))))
            or None,
            _address_of(recipe, page),
            _licence(recipe.get("license")),
        ),
    )


def _ingredients(recipe: Mapping[str, object]) -> Iterator[object]:
    """Yield the lines; `ingredients` is the older name of the property."""
    for item in each(recipe.get("recipeIngredient", recipe.get("ingredients"))):
        if isinstance(item, dict):
            yield _line_of(item)
        elif isinstance(item, str):
            yield from plain_text(item).split("\n")


def _line_of(item: Mapping[str, object]) -> str:
    """Return an ingredient that is an object, such as a PropertyValue, as a line."""
    amount = item.get("amount", item.get("value", item.get("requiredQuantity")))
    if isinstance(amount, dict):
        amount = " ".join(filter(None, (page_name(amount.get("value")), _unit(amount))))
    return " ".join(filter(None, (page_name(amount), _unit(item), page_name(item.get("name")))))


def _unit(item: Mapping[str, object]) -> str | None:
    return page_name(item.get("unitText", item.get("unit")))


def _steps(value: object, depth: int = 0) -> Iterator[str]:
    """Yield the lines of the instructions: texts, HowToStep, HowToSection, ItemList."""
    if depth > _MAX_DEPTH:
        return
    for item in each(value):
        if isinstance(item, str):
            if text := plain_text(item):
                yield text
        elif isinstance(item, list):
            yield from _steps(item, depth + 1)
        elif isinstance(item, dict):
            yield from _step(item, depth + 1)


def _step(item: Mapping[str, object], depth: int) -> Iterator[str]:
    inner = item.get("itemListElement", item.get("steps", item.get("item")))
    text, name = item.get("text"), item.get("name")
    if inner is not None:
        if isinstance(name, str) and (heading := plain_text(name)):
            yield heading if heading.endswith(":") else f"{heading}:"
        yield from _steps(inner, depth)
    else:
        yield from _steps(text or name or item.get("description"), depth)


def _language(value: object) -> str:
    """Return the language tag of the instructions; English if the recipe does not state one."""
    if isinstance(value, dict):
        value = value.get("alternateName", value.get("name"))
    tag = value.strip().partition("-")[0].partition("_")[0] if isinstance(value, str) else ""
    is_tag = tag.isascii() and tag.isalpha() and len(tag) in {2, 3}
    return tag.casefold() if is_tag else _DEFAULT_LANGUAGE


def _image(value: object, page: str | None) -> Image | None:
    if isinstance(value, str):
        url = _absolute(value, page)
        return Image(url, None, None) if url else None
    if not isinstance(value, dict):
        return None
    url = next(filter(None, (_absolute(value.get(name), page) for name in _URL_FIELDS)), None)
    author = next(filter(None, (page_name(value.get(name)) for name in _AUTHOR_FIELDS)), None)
    return Image(url, _licence(value.get("license")), author) if url else None


_URL_FIELDS = ("url", "contentUrl", "@id")
_AUTHOR_FIELDS = ("creditText", "creator", "author", "copyrightHolder", "copyrightNotice")


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
