"""Removal of an environment: its buckets are emptied first, except those that are kept."""

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
    """A stack in a given state with two buckets; either may be deleted."""

    region = "eu-central-1"

    def __init__(self, state: str = "CREATE_COMPLETE", *, protected: bool = False) -> None:
        self.cloudformation = self.s3 = self
        self.state = state
        self.protected = protected
        self.missing: set[str] = set()
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
            elif given["Bucket"] in self.missing:
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


def test_every_version_and_every_delete_marker_is_deleted(aws):
    assert removal.empty(aws, "data") == 3
    assert aws.deleted == ["data/a/1", "data/a/2", "data/b/3"]


def test_a_bucket_that_is_already_deleted_is_skipped(aws):
    aws.missing = {"data"}
    assert removal.empty(aws, "data") == 0


def test_an_object_that_s3_does_not_delete_is_an_error(aws):
    aws.errors = [{"Key": "a", "Message": "Access Denied"}]
    with pytest.raises(DeploymentError, match="S3 did not delete `a` in `data`: Access Denied"):
        removal.empty(aws, "data")


def test_only_the_catalogue_of_a_protected_environment_is_emptied(aws):
    """S3 deletes only empty buckets, and the raw objects of prod outlive their stack."""
    assert removal.buckets(aws, "mocktailverse-prod", protected=True) == ["catalogue"]
    assert removal.buckets(aws, "mocktailverse-dev", protected=False) == ["catalogue", "data"]


@pytest.mark.parametrize("state", ["UPDATE_IN_PROGRESS", "CREATE_IN_PROGRESS"])
def test_nothing_is_emptied_during_a_deployment(state):
    aws: Any = FakeAws(state)
    with pytest.raises(UsageError, match=f"{state}.*start again"):
        removal.require_unprotected(aws, "dev")


@pytest.mark.parametrize("state", ["DELETE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"])
def test_the_rest_of_a_failed_stack_may_be_removed(state):
    aws: Any = FakeAws(state)
    removal.require_unprotected(aws, "dev")


def test_a_protected_stack_is_not_removed(aws):
    aws.protected = True
    with pytest.raises(UsageError, match="--no-enable-termination-protection"):
        removal.require_unprotected(aws, "prod")
