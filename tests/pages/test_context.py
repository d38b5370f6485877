"""The context of the dashboard: created once per process from settings, without requests to AWS."""

import tempfile
import tomllib
from pathlib import Path

import msgspec
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import mocktailverse.dashboard.views
from mocktailverse.dashboard import setup_page
from mocktailverse.settings import PREFIX, DashboardSettings, output_name

ROOT = Path(__file__).parents[2]
PAGE = Path(mocktailverse.dashboard.views.__path__[0]) / "cost_page.py"
SETTINGS = {
    "MOCKTAILVERSE_CATALOGUE_BUCKET": "catalogue",
    "MOCKTAILVERSE_DATA_BUCKET": "data",
    "MOCKTAILVERSE_DRINKS_TABLE": "drinks",
    "MOCKTAILVERSE_LOADS_TABLE": "loads",
    "MOCKTAILVERSE_QUEUE_URL": "http://127.0.0.1:9/1/raw",
    "MOCKTAILVERSE_DEAD_LETTER_QUEUE_URL": "http://127.0.0.1:9/1/dead",
    "MOCKTAILVERSE_STAGE": "prod",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}


@pytest.fixture
def environment(monkeypatch):
    """Set the settings of a dashboard and clear the context of other tests."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_PROFILE", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    st.cache_resource.clear()
    yield monkeypatch
    st.cache_resource.clear()


def contexts_of_two_runs():
    """Return the context of a page in each of two runs."""

    def script():
        import streamlit as st  # noqa: PLC0415  a separate script

        from mocktailverse.dashboard.context import dashboard_context  # noqa: PLC0415  Streamlit runs this alone

        st.session_state.setdefault("contexts", []).append(dashboard_context())

    page = AppTest.from_function(script, default_timeout=240).run().run()
    assert not page.exception
    return page.session_state["contexts"]


@pytest.mark.usefixtures("environment")
def test_the_context_is_created_once_without_a_request_to_aws():
    first, again = contexts_of_two_runs()
    assert first is again
    assert (first.stage, first.can_act, first.refresh_s) == ("prod", False, 30)
    assert not first.is_local
    assert first.offers is not None


def test_the_embedded_aws_has_no_free_limits(environment):
    environment.setenv("MOCKTAILVERSE_STAGE", "local")
    environment.setenv("MOCKTAILVERSE_READ_ONLY", "false")
    environment.setenv("MOCKTAILVERSE_REFRESH_S", "2")
    context, _ = contexts_of_two_runs()
    assert context.is_local
    assert (context.can_act, context.refresh_s, context.offers) == (True, 2, None)


@pytest.mark.parametrize("name", [name for name in SETTINGS if name.startswith(PREFIX)])
def test_a_missing_setting_shows_a_page_that_says_what_to_set(environment, name):
    environment.delenv(name)
    page = AppTest.from_file(str(PAGE), default_timeout=240).run()
    assert not page.exception
    assert page.title[0].value == "Setup required"
    field = name.removeprefix(PREFIX).lower()
    assert field in page.code[0].value
    assert any(name in block.value for block in page.code[1:])
    assert [block.value for block in page.metric] == []


def test_a_missing_region_is_reported_on_the_page(environment, tmp_path):
    environment.delenv("AWS_DEFAULT_REGION")
    environment.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    environment.setattr(tempfile, "tempdir", str(tmp_path))
    page = AppTest.from_file(str(PAGE), default_timeout=240).run()
    assert not page.exception
    assert "region" in page.code[0].value
    assert [*tmp_path.glob("mocktailverse-*")] == [], "no folder is left of each run of the page"


def test_the_example_file_of_secrets_matches_the_page():
    text = (ROOT / ".streamlit" / "secrets.toml.example").read_text()
    secrets = tomllib.loads(text)
    assert tomllib.loads(setup_page.SECRETS) == secrets
    values = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in secrets.items()
        if name.startswith(PREFIX)
    }
    required = {f.name for f in msgspec.structs.fields(DashboardSettings) if f.required}
    assert values == {name: f"<{output_name(name)}>" for name in required} | {"stage": "prod"}


def test_the_requirements_of_streamlit_cloud_have_hashes_and_no_index():
    lines = (
        (ROOT / "infrastructure" / "streamlit_cloud" / "requirements.txt").read_text().splitlines()
    )
    packages = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert any(line.startswith("streamlit==") for line in packages)
    assert all(line.endswith("\\") and "==" in line for line in packages)
    assert not any("://" in line for line in lines)
