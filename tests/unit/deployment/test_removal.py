"""What goes with an environment: its buckets are emptied first, what is kept is not."""

from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from mocktailverse.deployment import removal
from mocktailverse.deployment.changes import DeploymentError
from mocktailverse.errors import UsageError

BUCKETS = {"DataBucket": "data", "CatalogueBucket": "catalogue"}
VERSIONS = [{"Key": "a", "VersionId": "1"}, {"Key": "a", "VersionId": "2"}]


class FakeAws:
    """A stack in a state, with two buckets, and either may be gone."""

    region = "eu-central-1"

    def __init__(self, state: str = "CREATE_COMPLETE", *, protected: bool = False) -> None:
        self.cloudformation = self.s3 = self
        self.state = state
        self.protected = protected
        self.gone: set[str] = set()
        self.errors: list[Any] = []
        self.deleted: list[str] = []

    def describe_stacks(self, **_: Any) -> Any:
        description = {"StackStatus": self.state, "EnableTerminationProtection": self.protected}
        return {"Stacks": [description]}

    def get_paginator(self, name: str) -> Any:
        def paginate(**given: Any) -> Any:
            if name == "list_stack_resources":
                yield {
                    "StackResourceSummaries": [
                        {
                            "LogicalResourceId": logical_id,
                            "PhysicalResourceId": bucket,
                            "ResourceType": "AWS::S3::Bucket",
                            "ResourceStatus": "CREATE_COMPLETE",
                        }
                        for logical_id, bucket in BUCKETS.items()
                    ]
                }
            elif given["Bucket"] in self.gone:
                raise ClientError({"Error": {"Code": "NoSuchBucket"}}, "ListObjectVersions")
            else:
                marker = [{"Key": "b", "VersionId": "3"}]
                yield from ({"Versions": VERSIONS}, {"DeleteMarkers": marker})

        return SimpleNamespace(paginate=paginate)

    def delete_objects(self, **given: Any) -> Any:
        objects = given["Delete"]["Objects"]
        self.deleted += [f"{given['Bucket']}/{o['Key']}/{o['VersionId']}" for o in objects]
        return {"Errors": self.errors}


@pytest.fixture
def aws() -> Any:
    return FakeAws()


def test_every_version_and_every_marker_goes(aws):
    assert removal.empty(aws, "data") == 3
    assert aws.deleted == ["data/a/1", "data/a/2", "data/b/3"]


def test_a_bucket_that_somebody_has_deleted_holds_nothing_up(aws):
    aws.gone = {"data"}
    assert removal.empty(aws, "data") == 0


def test_an_object_that_s3_keeps_is_an_error(aws):
    aws.errors = [{"Key": "a", "Message": "Access Denied"}]
    with pytest.raises(DeploymentError, match="S3 did not delete `a` in `data`: Access Denied"):
        removal.empty(aws, "data")


def test_of_a_protected_environment_the_catalogue_alone_is_emptied(aws):
    """S3 deletes no bucket that is not empty, and prod's raw objects outlive their stack."""
    assert removal.buckets(aws, "prod", protected=True) == ["catalogue"]
    assert removal.buckets(aws, "dev", protected=False) == ["catalogue", "data"]


@pytest.mark.parametrize("state", ["UPDATE_IN_PROGRESS", "CREATE_IN_PROGRESS"])
def test_nothing_is_emptied_under_a_deployment(state):
    aws: Any = FakeAws(state)
    with pytest.raises(UsageError, match=f"{state}.*start again"):
        removal.require_unprotected(aws, "dev")


@pytest.mark.parametrize("state", ["DELETE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"])
def test_what_is_left_of_a_stack_may_go(state):
    aws: Any = FakeAws(state)
    removal.require_unprotected(aws, "dev")


def test_a_protected_stack_stays(aws):
    aws.protected = True
    with pytest.raises(UsageError, match="--no-enable-termination-protection"):
        removal.require_unprotected(aws, "prod")
