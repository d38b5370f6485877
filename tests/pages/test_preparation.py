"""What the dashboard's server prepares before the first visitor comes."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.web.server.app_discovery import discover_asgi_app

import mocktailverse.dashboard.app
from mocktailverse.dashboard import preparation
from mocktailverse.errors import MissingError, UnreachableError, UsageError


@pytest.fixture
def prepare_with(monkeypatch, fake_context):
    """Return a function that prepares with a catalogue, or with the error of its download.

    It returns the function that creates the context.
    """

    def prepare(catalogue):
        create_context = st.cache_resource(lambda: fake_context(catalogue))
        create_context.clear()
        monkeypatch.setattr(preparation, "create_context", create_context)
        preparation.prepare()
        return create_context

    return prepare


def test_the_index_is_built_before_the_first_visitor_comes(
    prepare_with, make_catalogue, sample_catalogue
):
    catalogue = make_catalogue(sample_catalogue.all_drinks())
    assert not catalogue.is_warm
    create_context = prepare_with(catalogue)
    assert catalogue.is_warm
    assert create_context().catalogue.reads == 1


def test_an_empty_catalogue_is_not_kept_for_the_first_visitor(prepare_with, make_catalogue):
    create_context = prepare_with(make_catalogue([]))
    assert create_context().catalogue.reads == 0


@pytest.mark.parametrize(
    "error", [MissingError("Empty."), UnreachableError("No response."), OSError("disk full")]
)
def test_a_failed_download_is_left_to_the_pages(prepare_with, error):
    prepare_with(error)


def test_missing_settings_are_left_to_the_pages(monkeypatch):
    def refuse():
        raise UsageError("A setting is missing.")

    monkeypatch.setattr(preparation, "create_context", refuse)
    preparation.prepare()


def test_streamlit_runs_the_app_with_its_preparation():
    assert discover_asgi_app(Path(mocktailverse.dashboard.app.__file__)).import_string == "app:app"
