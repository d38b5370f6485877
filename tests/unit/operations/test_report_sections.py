"""The pages of a report show any text literally."""

import re

from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.operations.markdown import LONGEST, Link, Section, markdown, percent

COLUMNS = ("what", "figure")


def row_of(page):
    return page.splitlines()[-1]


def test_a_section_is_a_table_under_its_title():
    section = Section("Loads", COLUMNS, [("done", "3"), ("more", Link("here", "../x.md"))], "Why.")
    assert markdown(section).splitlines() == [
        "## Loads", "", "Why.", "", "| what | figure |", "| --- | --- |", "| done | 3 |",
        "| more | [here](../x.md) |",
    ]  # fmt: skip


def test_a_section_without_rows_shows_its_empty_text():
    assert markdown(Section("Loads", COLUMNS, [], "Why.", "None.")) == "## Loads\n\nNone."


@given(st.text())
def test_no_text_leaves_its_cell(text):
    page = markdown(Section("Loads", COLUMNS, [(text, "end")]))

    assert len(page.splitlines()) == 5
    assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", row_of(page))) == 3
    assert row_of(page).endswith(" | end |")


@given(st.text(alphabet="<>[]`*_!&$#|\\~ab", max_size=30))
def test_no_text_is_markup(text):
    row = row_of(markdown(Section("Loads", COLUMNS, [(text, "end")])))

    bare = re.sub(r"\\.", "", row)
    assert not set("<>[]`*!&$#~\\") & set(bare)


def test_names_with_underscores_stay_readable():
    row = row_of(markdown(Section("Codes", COLUMNS, [("id_missing", "_1_")])))
    assert row == r"| id_missing | \_1\_ |"


def test_long_texts_are_truncated():
    row = row_of(markdown(Section("Loads", COLUMNS, [("x" * 999, "end")])))
    assert row == f"| {'x' * (LONGEST - 1)}… | end |"


def test_the_share_of_nothing_is_blank():
    assert (percent(1, 8), percent(0, 0)) == ("12.5%", "")
