"""The labels and headings of recipes in plain text, in several languages: "Glass: Coupe"."""

import re
from typing import NamedTuple

from mocktailverse.drinks.text import word_set
from mocktailverse.sources.own.simple_recipe import COLUMNS

INGREDIENTS, STEPS, REMARKS = "ingredients", "instructions", "description"
SECTIONS = (INGREDIENTS, STEPS, REMARKS)
"""The columns whose labels are headings as well: the lines below belong to them."""

_WORDS = {
    INGREDIENTS: "ingredients|ingredient list|you need|you will need|you'll need|what you need"
    "|what you'll need|zutaten|ingrédients|ingredientes|ingredienti|ingrediënten|ingredienser",
    STEPS: "instructions|instruction|directions|direction|method|methods|preparation|steps"
    "|procedure|how to|how to make|how to make it|to make|make it|zubereitung|anleitung"
    "|préparation|étapes|instrucciones|preparación|elaboración|pasos|preparazione|procedimento"
    "|preparo|modo de preparo|preparação|bereiding|tillagning",
    REMARKS: "description|about|notes|note|tip|tips|variation|variations|story|history|comment"
    "|comments|equipment|tools|utensils|nutrition|storage|notizen|hinweis|tipp|tipps|notas|nota"
    "|conseils|remarques|consejos",
    "name": "name|title|recipe|drink|cocktail|titel|rezept|nom|titre|recette|nombre|título|receta"
    "|nome|ricetta|receita",
    "glass": "glass|glassware|glas|verre|vaso|copa|bicchiere|copo",
    "garnish": "garnish|garnitur|deko|garniture|décoration|guarnición|decoración|guarnizione",
    "tags": "tag|tags|keyword|keywords",
    "category": "category|type|kategorie|catégorie|categoría",
    "author": "author|by|created by|recipe by|creator|bartender|autor|auteur|autore",
    "url": "url|link|source|from|via|website|quelle|fuente|lien",
    "image": "image|picture|photo|bild|imagen|foto",
    "abv_percent": "abv|alcohol by volume|strength",
    "alcoholic": "alcoholic|alkoholisch",
    "licence": "licence|license",
}
_LABELS = {column.replace("_", " "): column for column in COLUMNS} | {
    word: column for column, words in _WORDS.items() for word in words.split("|")
}
_LABEL = re.compile(
    r"([^\W\d][^\d:()]{0,40}?)\s*(?:(?:\(|(?:for|für|para|pour|per)\s)[^:]{0,60})?"
    r"(?:(?::|\s[-\u2013\u2014]\s)\s*(.*))?",
    re.DOTALL | re.IGNORECASE,
)
"""A label, how many it is for, and the value: "Ingredients (serves 2): ...", "Method - ..."."""
_SAME = str.maketrans("_-\u2019", "  '")
"""Characters that are the same in a label: "abv_percent", "image-author"."""

STEP_WORDS = word_set(
    "add blend boil build chill combine dissolve double dry enjoy fill float garnish heat layer mix"
    " muddle place pour put rim rinse roll serve shake stir strain swirl top whip whisk"
    " abseihen auffüllen garnieren geben mixen rühren schütteln servieren verrühren"
    " ajouter ajoutez mélanger mélangez remuer secouer servir servez verser versez"
    " agitar añadir mezclar remover verter agitare mescolare shakerare versare"
)
"""The first words of steps that are short."""


class Label(NamedTuple):
    """A line that begins with a label, or is a heading."""

    column: str
    """The column that it names."""
    value: str
    """What follows the colon; empty for a heading."""


def label_of(line: str) -> Label | None:
    """Return the label of a line without markup; None if it has none that is known.

    >>> label_of("Ingredients (serves 2):")
    Label(column='ingredients', value='')
    >>> label_of("Glass: Coupe")
    Label(column='glass', value='Coupe')
    """
    match = _LABEL.fullmatch(line)
    column = match and _LABELS.get(match[1].casefold().translate(_SAME))
    if match is None or column is None or (match[2] is None and column not in SECTIONS):
        return None
    return Label(column, match[2] or "")
