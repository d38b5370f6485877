"""Settings: a function gets what it needs, or an error that names the missing variable."""

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


def test_fields_come_from_variables_of_the_same_name_with_the_type_of_the_field():
    assert TransformSettings.read(TRANSFORM | {"OTHER": "x"}) == TransformSettings(
        data_bucket="data",
        drinks_table="drinks",
        loads_table="loads",
        queue_url="http://queue",
        max_receive_count=5,
    )


def test_digits_stay_text_in_a_text_field():
    assert TransformSettings.read(TRANSFORM | {"MOCKTAILVERSE_DATA_BUCKET": "1"}).data_bucket == "1"


@pytest.mark.parametrize("name", TRANSFORM)
@pytest.mark.parametrize("is_empty", [False, True])
def test_a_missing_or_empty_variable_is_named(name, is_empty):
    variables = {key: value for key, value in TRANSFORM.items() if key != name}
    if is_empty:
        variables[name] = ""
    with pytest.raises(UsageError, match=name):
        TransformSettings.read(variables)


@pytest.mark.parametrize("text", ["five", "5.5", " ", "5 000", "0x5"])
def test_a_value_of_another_type_is_named(text):
    with pytest.raises(UsageError, match="max_receive_count"):
        TransformSettings.read(TRANSFORM | {"MOCKTAILVERSE_MAX_RECEIVE_COUNT": text})


def test_an_empty_optional_variable_counts_as_missing():
    variables = TRANSFORM | {"MOCKTAILVERSE_LOADS_EXPIRE_DAYS": ""}
    assert TransformSettings.read(variables).loads_expire_days is None


def test_missing_variables_have_defaults():
    variables = {"MOCKTAILVERSE_DATA_BUCKET": "data"}
    assert FetchSettings.read(variables).urls() == {}
    assert (FetchSettings.read(variables).keys(), FetchSettings.read(variables).rates()) == ({}, {})


def test_each_source_may_have_a_rate_and_a_key_of_its_own():
    text = "4 two=0.5"
    settings = FetchSettings(data_bucket="data", source_requests_per_s=text, source_key="a two=b=")
    assert settings.rates() == {"": 4, "two": 0.5}
    assert settings.keys() == {"": "a", "two": "b="}


def test_a_rate_that_is_not_a_number_is_an_error():
    settings = FetchSettings(data_bucket="data", source_requests_per_s="two=fast")
    with pytest.raises(UsageError, match=r"SOURCE_REQUESTS_PER_S.*fast"):
        settings.rates()


def test_each_source_may_have_an_address_of_its_own():
    urls = "one=http://127.0.0.1:1 two=https://two.example/a.zip?b=c"
    settings = FetchSettings(data_bucket="data", source_urls=urls)
    assert settings.urls() == {"one": "http://127.0.0.1:1", "two": "https://two.example/a.zip?b=c"}


def test_reconcile_requires_its_numbers():
    with pytest.raises(UsageError, match="MOCKTAILVERSE_VISIBILITY_TIMEOUT_S"):
        ReconcileSettings.read(TRANSFORM)


def test_the_state_folder_of_the_command_line_is_a_path():
    assert CliSettings.read({}).state_dir is None
    assert CliSettings.read({"MOCKTAILVERSE_STATE_DIR": "a/b"}).state_dir == Path("a/b")


def test_settings_come_from_the_environment_by_default(monkeypatch):
    monkeypatch.setenv("MOCKTAILVERSE_STATE_DIR", "here")
    assert CliSettings.read().state_dir == Path("here")
    monkeypatch.delenv("MOCKTAILVERSE_STATE_DIR")
    assert CliSettings.read().state_dir is None


def test_settings_come_from_the_outputs_of_a_stack_and_from_the_caller():
    outputs = {"CatalogueBucket": "c", "DrinksTable": "d", "Other": "x"}
    settings = PublishSettings.of_outputs(outputs, drinks_table="mine")
    assert settings == PublishSettings(catalogue_bucket="c", drinks_table="mine")


def test_a_missing_output_gives_an_error_that_says_to_deploy_again():
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
