"""Slugs: readable ids made of names, different for different names."""

import re

import pytest
from hypothesis import example, given

from mocktailverse.sources.slugs import MAX_SLUG, slug_of
from strategies.texts import texts


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Piña Colada (No. 2)", "pina-colada-no-2"),
        ("Dark 'n' Stormy", "dark-n-stormy"),
        ("  mai--tai_ ", "mai-tai"),
        ("Gløgg & Æble", "glogg-aeble"),
        ("B-52", "b-52"),
        ("../../etc/passwd", "etc-passwd"),
        ("a\0b", "a-b"),
    ],
)
def test_a_slug_has_the_letters_and_digits_of_a_name(name, slug):
    assert slug_of(name) == slug


@pytest.mark.parametrize("name", ["", " ", "!?", "\u200b", "\U0001f379"])
def test_a_name_without_letters_has_no_slug(name):
    assert slug_of(name) is None


def test_names_that_differ_only_in_other_letters_have_different_slugs():
    assert (
        len({slug_of(name) for name in ("日本酒", "梅酒", "Sake 日本酒", "Sake 梅酒", "Sake")}) == 5
    )


def test_long_names_that_begin_alike_have_different_slugs():
    one, other = (slug_of("a" * 500 + ending) for ending in "bc")
    assert one != other
    assert len(one) == len(other) == MAX_SLUG


@given(texts)
@example("\u00bd")
def test_a_slug_is_short_and_its_own_slug(name):
    slug = slug_of(name)
    if slug is not None:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug)
        assert len(slug) <= MAX_SLUG
        assert slug_of(slug) == slug
