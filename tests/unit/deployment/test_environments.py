"""infrastructure/environments.toml: strict parsing, and the mapping in the template."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.template import Template
from mocktailverse.deployment import environments, stage_mapping
from mocktailverse.errors import UsageError

ALL = ("local", *environments.DEPLOYED)


class TemplateLoader(yaml.SafeLoader):
    """Loads YAML and replaces the short forms of CloudFormation functions by None."""


TemplateLoader.add_multi_constructor("!", lambda *_: None)


@pytest.fixture(scope="module")
def file() -> Path:
    return find_checkout().environments


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    return yaml.load(find_checkout().template.read_text(), TemplateLoader)  # noqa: S506  a SafeLoader


@pytest.fixture
def changed(file, tmp_path):
    """Return a function that copies environments.toml with one text replaced."""

    def change(old: str, new: str) -> Path:
        text = file.read_text()
        assert old in text
        copy = tmp_path / "environments.toml"
        copy.write_text(text.replace(old, new, 1))
        return copy

    return change


def test_the_committed_mapping_is_the_one_generated_from_the_file(file):
    """After a change of environments.toml, run `make docs` to write the mapping of the template."""
    text = find_checkout().template.read_text()
    assert stage_mapping.with_all_stages(text, environments.read(file)) == text


@pytest.mark.parametrize("env", ALL)
def test_the_generated_mapping_has_the_values_of_the_file(file, template, env):
    stages = template["Mappings"]["Stages"]
    values = {name: by_stage[env] for name, by_stage in stages.items()}
    assert values == getattr(environments.read(file), env).mapping()


def test_every_environment_is_a_stage_of_the_template(template):
    assert template["Parameters"]["Stage"]["AllowedValues"] == list(ALL)
    assert set(environments.Environments.__struct_fields__) == set(ALL)


@pytest.mark.parametrize("env", ALL)
def test_the_parameters_of_the_file_exist_in_the_template(file, template, env):
    given = getattr(environments.read(file), env).parameters()
    assert set(given) <= set(template["Parameters"])
    for name, value in given.items():
        assert value in template["Parameters"][name].get("AllowedValues", [value])


def test_parameters_missing_in_the_file_have_a_default_in_the_template(file, template):
    given = set(environments.read(file).dev.parameters())
    without = {name for name, p in template["Parameters"].items() if "Default" not in p}
    assert without - given == {"ArtifactBucket", "FunctionsKey"}


def test_only_prod_is_protected(file):
    settings = environments.read(file)
    assert [env for env in ALL if getattr(settings, env).protected] == ["prod"]


def test_together_the_deployed_environments_stay_within_the_always_free_capacity(file):
    settings = environments.read(file)
    units = [getattr(settings, env).capacity_units for env in environments.DEPLOYED]
    assert sum(u.drinks + u.loads + u.loads_by_day for u in units) <= 25


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("protected = false", "protekted = false", r"protekted.*\[local\]"),
        ("protected = true", "protected = 1", r"bool.*\[prod\.protected\]"),
        ("memory_mb = {transform = 1024}", "memory_mb = {transform = 64}", r">= 512.*\[local\.mem"),
        ("memory_mb = {transform = 1024}", "", r"missing.*memory_mb.*\[local\]"),
        ("logs = 14", "logs = 15", r"15.*\[staging\.days\.logs\]"),
        ('"cron(0 4 * * ? *)"', '"0 4 * * *"', r"cron.*\[local\.fetch\[...\]\.schedule\]"),
        ("fetch.opendrinks", "fetch.opendrink", r"no source `opendrink`.*\[local\.fetch\].*Fix"),
        ("source_urls = {}", 'source_urls = {own = "https://a.example"}', r"`own`.*Fix"),
        ('capacity = "provisioned"', 'capacity = "on demand"', r"on demand.*\[local\.capacity\]"),
        ('alarm_email = ""', 'alarm_email = "me"', r"\[local\.alarm_email\]"),
        ("[staging]", "[test]", r"unknown field `test`"),
        ("[prod]", "[prod", "is not valid TOML"),
    ],
)
def test_an_invalid_or_unknown_key_is_an_error_with_its_location(changed, old, new, message):
    path = changed(old, new)
    with pytest.raises(UsageError, match=message) as error:
        environments.read(path)
    assert str(path) in str(error.value)
    assert "Fix" in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "advice"),
    [
        ("logs = 14", "logs = 15", "Write one of 1, 3, 5, 7, 14, "),
        (
            '"rate(6 hours)"',
            '"every hour"',
            "Write an EventBridge expression: cron(...), rate(...) or at(...)",
        ),
        ('alarm_email = ""', 'alarm_email = "me"', 'Write an e-mail address, or "nobody".'),
        ('capacity = "provisioned"', 'capacity = "no"', '"provisioned" or "on-demand"'),
    ],
)
def test_an_error_says_what_to_write_instead(changed, old, new, advice):
    with pytest.raises(UsageError) as error:
        environments.read(changed(old, new))
    assert advice in str(error.value)


@pytest.mark.parametrize(
    ("written", "sent"),
    [("me@example.org", "me@example.org"), ("nobody", ""), ("rehearsal", ""), ("", "")],
)
def test_only_an_address_is_subscribed_to_the_alarms(changed, written, sent):
    path = changed('alarm_email = ""', f'alarm_email = "{written}"')
    assert environments.read(path).local.parameters()["AlarmEmail"] == sent


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(UsageError, match="missing"):
        environments.read(tmp_path / "none.toml")


def test_an_unknown_environment_is_an_error_with_the_possible_ones(file):
    with pytest.raises(UsageError, match="dev, staging, prod"):
        environments.environment(file, "qa")
    with pytest.raises(UsageError, match="mocktailverse up"):
        environments.environment(file, "local")


def test_a_change_of_the_file_applies_at_the_next_deployment(changed):
    """The template itself does not change, except for that line of the mapping."""
    text = find_checkout().template.read_text()
    for env in ALL:
        as_committed = getattr(environments.read(find_checkout().environments), env)
        assert stage_mapping.with_stage(text, env, as_committed) == text
    staging = environments.environment(changed("logs = 14", "logs = 60"), "staging")
    sent = stage_mapping.with_stage(text, "staging", staging)
    before, after = (yaml.load(t, TemplateLoader)["Mappings"]["Stages"] for t in (text, sent))  # noqa: S506  a SafeLoader
    assert after == {**before, "LogDays": {**before["LogDays"], "staging": 60}}
    assert sent.count("\n") == text.count("\n")


def test_a_template_without_the_mapping_is_an_error(file):
    dev = environments.environment(file, "dev")
    with pytest.raises(UsageError, match="no mapping `Stages`"):
        stage_mapping.with_stage("Mappings:\n  Stages: {}\n", "dev", dev)


RETENTION = {
    "raw objects": ("logs = 30, data = 0", "logs = 30, data = 90", "DataBucket"),
    "loads": (
        "data = 0, loads = 0}\ncapacity_units = {drinks = 12",
        "data = 0, loads = 90}\ncapacity_units = {drinks = 12",
        "LoadsTable",
    ),
    "protection": ("protected = true", "protected = false", "DrinksTable"),
}


@pytest.mark.parametrize("what", RETENTION)
def test_retention_and_protection_follow_the_file_not_the_name_of_the_stage(changed, what):
    old, new, resource = RETENTION[what]
    text = find_checkout().template.read_text()

    def resource_of(path: Path) -> Any:
        prod = environments.environment(path, "prod")
        template = Template.parse(stage_mapping.with_stage(text, "prod", prod))
        resources = template.resources({"Stage": "prod", "Target": "aws"})
        return next(r.properties for r in resources if r.name == resource)

    kept = resource_of(find_checkout().environments)
    not_kept = resource_of(changed(old, new))
    if what == "raw objects":
        expiring = [
            r["Prefix"] for r in not_kept["LifecycleConfiguration"]["Rules"] if "Prefix" in r
        ]
        assert {"raw/", "rejected/"} <= set(expiring)
        assert "raw/" not in str(kept["LifecycleConfiguration"])
    elif what == "loads":
        assert "TimeToLiveSpecification" not in kept
        assert not_kept["TimeToLiveSpecification"]["Enabled"] is True
    else:
        assert (kept["DeletionProtectionEnabled"], not_kept["DeletionProtectionEnabled"]) == (
            True,
            False,
        )
