"""Updates that CloudFormation must refuse are refused before anything is sent."""

import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.deployment import create_only
from mocktailverse.deployment.artifacts import Artifact
from mocktailverse.deployment.candidate import StackState, candidate
from mocktailverse.deployment.release import Release
from mocktailverse.errors import UsageError

PARAMETERS = {"Stage": "dev", "Target": "aws"}


@pytest.fixture(scope="module")
def text() -> str:
    return find_checkout().template.read_text()


def require(before: str, after: str) -> None:
    release = Release(Artifact("bucket", "key"), "python3.13", "arm64", None)
    create_only.require_possible(
        StackState(before, PARAMETERS, {}), candidate(release, after, PARAMETERS)
    )


def test_an_unchanged_template_is_possible(text):
    require(text, text)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        (
            "KeySchema: [{AttributeName: id, KeyType: HASH}]",
            "KeySchema: [{AttributeName: key, KeyType: HASH}]",
            "DrinksTable (AWS::DynamoDB::Table): KeySchema",
        ),
        (
            "      QueueName: !Sub mocktailverse-raw-${Stage}\n",
            "      QueueName: !Sub mocktailverse-raw-${Stage}\n      FifoQueue: true\n",
            "Queue (AWS::SQS::Queue): FifoQueue",
        ),
        (
            "StartingPosition: TRIM_HORIZON",
            "StartingPosition: LATEST",
            "PublishChangedDrinks (AWS::Lambda::EventSourceMapping): StartingPosition",
        ),
    ],
)
def test_a_create_only_property_of_a_named_resource_cannot_change(text, old, new, named):
    assert text.count(old) == 1
    with pytest.raises(UsageError) as refused:
        require(text, text.replace(old, new))
    assert f"\n  {named}\n" in str(refused.value)


def test_a_table_beside_the_old_one_can_have_another_key(text):
    migrated = text.replace("DrinksTable", "DrinksTable2")
    require(text, migrated.replace("mocktailverse-drinks-${Stage}", "mocktailverse-drinks-2-dev"))


@pytest.mark.parametrize("kind", ["drinks", "loads", "data"])
def test_what_holds_data_cannot_get_another_name(text, kind):
    name = f"mocktailverse-{kind}-${{Stage}}"
    with pytest.raises(UsageError, match="Nothing was changed"):
        require(text, text.replace(name, f"mocktailverse-{kind}-2-${{Stage}}"))


def test_a_resource_that_aws_names_can_be_replaced(text):
    old = "      Bucket: !Ref DataBucket\n"
    assert text.count(old) == 1
    require(text, text.replace(old, "      Bucket: other\n"))


def test_a_resource_cannot_get_another_logical_id_and_keep_its_name(text):
    with pytest.raises(UsageError, match=r"Drinks \(AWS::DynamoDB::Table\): .*DrinksTable\n"):
        require(text, text.replace("DrinksTable", "Drinks"))


def test_properties_that_are_not_create_only_are_changed_in_place():
    assert create_only.is_changed_in_place("AWS::Lambda::Alias", "FunctionVersion")
    assert not create_only.is_changed_in_place("AWS::Lambda::Alias", "Name")
    assert not create_only.is_changed_in_place("AWS::Budgets::Budget", "Budget")
    assert not create_only.is_changed_in_place("AWS::Unknown::Type", "Anything")
