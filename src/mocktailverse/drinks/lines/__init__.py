"""Recipe lines: parse "2 oz fresh lime juice, strained" into its amount and ingredient."""

from mocktailverse.drinks.lines.joined_lines import lines_in, names_several
from mocktailverse.drinks.lines.recipe_line import RecipeLine, parse_line

__all__ = ["RecipeLine", "lines_in", "names_several", "parse_line"]
