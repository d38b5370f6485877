"""Text from data is shown literally: its markup is escaped and its length is bounded."""

import html
import re

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from mocktailverse.dashboard.safe_text import MAX_LENGTH, NO_TEXT, plain, short

JOINER = "\u2060"
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=())),
    st.text("*_`[](){}<>#$:~-=@&;!|\\.+ \n/hwtpsmaxq0", max_size=60),
)


def rendered(markdown: str) -> str:
    return MarkdownIt("commonmark").render(markdown).removeprefix("<p>").removesuffix("</p>\n")


@given(TEXTS)
@example("[a](javascript:alert(1))")
@example("<script>alert(1)</script>")
@example("# head")
@example("1. one")
@example("\\* back\\slash")
@example("- [ ] todo")
@example("&copy; &#58;")
@example("|a|b|\n|-|-|")
def test_markdown_shows_the_characters_unchanged(text):
    shown = rendered(plain(text)).replace(JOINER, "")
    assert html.unescape(shown) == short(text).replace(JOINER, "")
    assert "<" not in shown


@given(TEXTS)
def test_every_markup_character_is_escaped(text):
    without_escapes = re.sub(r"\\[!-/:-@\[-`{-~]", "", plain(text))
    assert not re.search(r"[!-/:-@\[-`{-~]", without_escapes)


@given(TEXTS)
@example(":streamlit:")
@example("www.evil.example")
@example("https://evil.example/x")
@example("me@evil.example")
@example("a -> b <- c -- d >= e")
def test_sequences_that_streamlit_replaces_after_markdown_are_broken_up(text):
    bare = re.sub(r"\\(.)", r"\1", plain(text))
    assert not re.search(r"[:@](?=[^\s⁠])", bare)
    assert not re.search(r"www(?=[^\s⁠])", bare, re.IGNORECASE)
    assert not re.search(r"[-<>=~][-<>=~]", bare)


@given(TEXTS, st.integers(2, 300))
def test_text_is_one_line_of_bounded_length_and_never_empty(text, length):
    line = short(text, length)
    assert 0 < len(line) <= max(length, len(NO_TEXT))
    assert line == " ".join(line.split())
    line.encode()


def test_ten_thousand_characters_end_in_an_ellipsis():
    assert short("x" * 10_000) == "x" * (MAX_LENGTH - 1) + "…"


def test_characters_that_change_the_writing_direction_are_removed():
    assert short("a\u202egnp.exe\u2066b") == "agnp.exeb"


def test_right_to_left_names_and_emoji_stay():
    assert short("שלום 🍸 👩\u200d🍳") == "שלום 🍸 👩\u200d🍳"


def test_invisible_text_is_shown_as_no_text():
    assert [short(text) for text in ("", " \n\t", "\u200b", "\u2060\u00ad", "\ud800")] == [
        NO_TEXT
    ] * 5
