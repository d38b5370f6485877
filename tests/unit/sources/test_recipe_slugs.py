"""Slugs: the ids of own recipes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mocktailverse.drinks.text import one_line
from mocktailverse.sources.own.own_reader import stated_id
from mocktailverse.sources.slugs import MAX_SLUG, free_slug, is_slug


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Margarita", "margarita"),
        ("Piña Colada (No. 2)", "pina-colada-no-2"),
        ("Tom & Jerry's", "tom-jerrys"),
        ("Große Weiße", "grosse-weisse"),
        ("../../etc/passwd", "etc-passwd"),
        ("=1+1", "1-1"),
        ("<b>Bold</b>", "bold"),
        ("a\x00b", "a-b"),
        ("\u202eright", "right"),
    ],
)
def test_a_name_has_a_readable_slug(name, slug):
    assert stated_id({"name": name}) == slug
    assert is_slug(slug)


@given(st.text(min_size=1).filter(lambda name: one_line(name) is not None))
def test_any_name_has_a_valid_slug(name):
    assert is_slug(stated_id({"name": name}))
    assert stated_id({"name": name}) == stated_id({"name": name})


def test_names_without_latin_letters_differ():
    assert stated_id({"name": "マルガリータ"}) != stated_id({"name": "モヒート"})
    assert stated_id({"name": "\N{TROPICAL DRINK}"}).startswith("recipe-")


@pytest.mark.parametrize(
    "text", ["", "A", "a b", "-a", "a-", "a--b", "ä", "a/b", "x" * (MAX_SLUG + 1), "a\n"]
)
def test_other_texts_are_not_slugs(text):
    assert not is_slug(text)


def test_a_taken_slug_gets_the_next_free_number():
    assert free_slug("fizz", set()) == "fizz"
    assert free_slug("fizz", {"fizz"}) == "fizz-2"
    assert free_slug("fizz", {"fizz", "fizz-2", "fizz-3"}) == "fizz-4"
    long = "x" * MAX_SLUG
    assert free_slug(long, {long}) == "x" * (MAX_SLUG - 2) + "-2"
