"""Leave out the sizes of pieces, whose words and numbers are not amounts: "quarter-sized"."""

from mocktailverse.drinks.measures import words
from mocktailverse.drinks.measures.tokens import Token


def without_sizes(tokens: list[Token]) -> list[Token]:
    """Return the tokens without "thumb-sized", "quarter size", and "-thick" after a length."""
    if words.SIZES.isdisjoint([token.text for token in tokens]):
        return tokens
    kept: list[Token] = []
    for token in tokens:
        if token.text not in words.SIZES or token.kind != "word":
            kept.append(token)
            continue
        has_hyphen = bool(kept) and kept[-1].text == "-"
        has_length = bool(kept) and kept[-1].text in words.LENGTHS
        if not (has_hyphen or has_length or token.text.startswith("size")):
            kept.append(token)  # "1 long strip"
            continue
        if has_hyphen:
            kept.pop()
        if kept and kept[-1].kind == "word" and kept[-1].text not in words.LENGTHS:
            kept.pop()
    return kept
