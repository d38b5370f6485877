"""Visible text: of control characters only line feeds and tabs stay; invisible text is empty."""

import sys
import unicodedata

import pytest

from mocktailverse.drinks.text import one_line, visible

ZERO_WIDTH_SPACE = "\N{ZERO WIDTH SPACE}"
FAMILY = "\N{MAN}\N{ZERO WIDTH JOINER}\N{WOMAN}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Gin", "Gin"),
        ("", ""),
        ("a\0b\x08c\x0ed\x1fe\x7ff\x9fg", "a b c d e f g"),
        ("a\tb\nc\vd\fe\rf\r\ng", "a\tb\nc\nd\ne\nf\ng"),
        (FAMILY, FAMILY),
        (f"Gin{ZERO_WIDTH_SPACE}", f"Gin{ZERO_WIDTH_SPACE}"),
        (ZERO_WIDTH_SPACE, ""),
        (f" {ZERO_WIDTH_SPACE}\n\N{NO-BREAK SPACE}\0", ""),
    ],
)
def test_visible_text_is_kept(text, shown):
    assert visible(text) == shown


def test_every_control_character_except_white_space_becomes_a_space():
    for char in map(chr, range(sys.maxunicode + 1)):
        if unicodedata.category(char) == "Cc" and not "\t" <= char <= "\r":
            assert visible(f"a{char}b") == "a b"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (None, None),
        ("", None),
        (" \n", None),
        (ZERO_WIDTH_SPACE, None),
        ("  light \n\t rum\0dry ", "light rum dry"),
    ],
)
def test_a_text_on_one_line_has_single_blanks(text, line):
    assert one_line(text) == line
