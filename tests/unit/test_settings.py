"""Settings: what a function needs it gets, or says in one sentence what is missing."""

from pathlib import Path

import pytest

from mocktailverse.errors import UsageError
from mocktailverse.settings import (
    CliSettings,
    DashboardSettings,
    FetchSettings,
    PublishSettings,
    ReconcileSettings,
    TransformSettings,
)

TRANSFORM = {
    "MOCKTAILVERSE_DATA_BUCKET": "data",
    "MOCKTAILVERSE_DRINKS_TABLE": "drinks",
    "MOCKTAILVERSE_LOADS_TABLE": "loads",
    "MOCKTAILVERSE_QUEUE_URL": "http://queue",
    "MOCKTAILVERSE_MAX_RECEIVE_COUNT": "5",
}


def test_fields_come_from_variables_of_their_name_and_type():
    assert TransformSettings.read(TRANSFORM | {"OTHER": "x"}) == TransformSettings(
        data_bucket="data",
        drinks_table="drinks",
        loads_table="loads",
        queue_url="http://queue",
        max_receive_count=5,
    )


def test_digits_stay_text_where_text_is_wanted():
    assert TransformSettings.read(TRANSFORM | {"MOCKTAILVERSE_DATA_BUCKET": "1"}).data_bucket == "1"


@pytest.mark.parametrize("name", TRANSFORM)
@pytest.mark.parametrize("is_empty", [False, True])
def test_a_missing_or_empty_variable_is_named(name, is_empty):
    given = {key: value for key, value in TRANSFORM.items() if key != name}
    if is_empty:
        given[name] = ""
    with pytest.raises(UsageError, match=name):
        TransformSettings.read(given)


@pytest.mark.parametrize("text", ["five", "5.5", " ", "5 000", "0x5"])
def test_a_value_of_another_type_is_named(text):
    with pytest.raises(UsageError, match="max_receive_count"):
        TransformSettings.read(TRANSFORM | {"MOCKTAILVERSE_MAX_RECEIVE_COUNT": text})


def test_an_empty_variable_is_as_good_as_none():
    given = TRANSFORM | {"MOCKTAILVERSE_LOADS_EXPIRE_DAYS": ""}
    assert TransformSettings.read(given).loads_expire_days is None


def test_defaults_hold_where_nothing_is_said():
    given = {"MOCKTAILVERSE_DATA_BUCKET": "data", "MOCKTAILVERSE_SOURCE_URL": "http://x"}
    assert FetchSettings.read(given).source_key == "1"
    rate = {"MOCKTAILVERSE_SOURCE_REQUESTS_PER_S": "0.5"}
    assert FetchSettings.read(given | rate).source_requests_per_s == 0.5


def test_reconcile_wants_its_numbers():
    with pytest.raises(UsageError, match="MOCKTAILVERSE_VISIBILITY_TIMEOUT_S"):
        ReconcileSettings.read(TRANSFORM)


def test_the_state_folder_of_the_command_line_is_a_path():
    assert CliSettings.read({}).state_dir is None
    assert CliSettings.read({"MOCKTAILVERSE_STATE_DIR": "a/b"}).state_dir == Path("a/b")


def test_without_an_argument_the_environment_is_read(monkeypatch):
    monkeypatch.setenv("MOCKTAILVERSE_STATE_DIR", "here")
    assert CliSettings.read().state_dir == Path("here")
    monkeypatch.delenv("MOCKTAILVERSE_STATE_DIR")
    assert CliSettings.read().state_dir is None


def test_settings_come_from_a_stacks_outputs_and_from_who_asks():
    outputs = {"CatalogueBucket": "c", "DrinksTable": "d", "Other": "x"}
    settings = PublishSettings.of_outputs(outputs, drinks_table="mine")
    assert settings == PublishSettings(catalogue_bucket="c", drinks_table="mine")


def test_an_output_that_is_missing_asks_for_a_new_deployment():
    with pytest.raises(UsageError, match="Deploy it again"):
        PublishSettings.of_outputs({"DrinksTable": "d"})


def test_another_process_reads_the_same_settings():
    settings = DashboardSettings(
        catalogue_bucket="c",
        data_bucket="b",
        drinks_table="d",
        loads_table="l",
        queue_url="q",
        dead_letter_queue_url="q2",
        stage="local",
        read_only=False,
        refresh_s=2.5,
    )
    assert DashboardSettings.read(settings.variables()) == settings
