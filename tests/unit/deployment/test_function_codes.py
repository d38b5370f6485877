"""The code of each function of a stack: replaced alone, deleted manually, built for a machine."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from mocktailverse.deployment import function_code
from mocktailverse.deployment.artifacts import Artifact
from mocktailverse.errors import UsageError

FUNCTIONS = {"FetchFunction": "mocktailverse-fetch-dev", "ApiFunction": "mocktailverse-api-dev"}
STACKS = Artifact("artifacts", f"functions/{'00' * 32}.zip")


class FakeAws:
    """Two functions that run the stack's zip on arm64; some may be deleted, or run other code."""

    def __init__(self) -> None:
        self.cloudformation = self.lambda_ = self
        self.deleted: set[str] = set()
        self.replaced: list[str] = []
        self.other: set[str] = set()

    def describe_stacks(self, **_: Any) -> Any:
        values = {"ArtifactBucket": STACKS.bucket, "FunctionsKey": STACKS.key}
        pairs = [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]
        return {"Stacks": [{"StackStatus": "CREATE_COMPLETE", "Parameters": pairs}]}

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, **_: Any) -> Any:
        return [
            {
                "StackResourceSummaries": [
                    {
                        "LogicalResourceId": logical_id,
                        "PhysicalResourceId": name,
                        "ResourceType": "AWS::Lambda::Function",
                        "ResourceStatus": "CREATE_COMPLETE",
                    }
                    for logical_id, name in FUNCTIONS.items()
                ]
            }
        ]

    def get_function_configuration(self, **given: Any) -> Any:
        if given["FunctionName"] in self.deleted:
            raise ClientError(
                {"Error": {"Code": "ResourceNotFoundException"}}, "GetFunctionConfiguration"
            )
        return {
            "CodeSha256": "other" if given["FunctionName"] in self.other else STACKS.code_sha256,
            "LastModified": "2026-01-01T00:00:00.000+0000",
            "Runtime": "python3.13",
            "Architectures": ["arm64"],
        }

    def update_function_code(self, **given: Any) -> None:
        self.replaced.append(given["FunctionName"])


@pytest.fixture
def aws() -> Any:
    return FakeAws()


def test_a_deleted_function_is_listed_without_code(aws):
    aws.deleted = {"mocktailverse-fetch-dev"}
    codes = function_code.function_codes(aws, "mocktailverse-dev")
    assert [(f.name, bool(f.code_sha256)) for f in codes] == [("api", True), ("fetch", False)]
    with pytest.raises(UsageError, match=r"fetch-dev` was deleted manually.*destroy"):
        function_code.find_function(codes, "fetch")
    with pytest.raises(UsageError, match="fetch-dev` was deleted manually"):
        function_code.restore_latest_code(aws, "mocktailverse-dev")
    assert aws.replaced == []


def test_restoring_replaces_only_functions_with_other_code(aws):
    assert function_code.restore_latest_code(aws, "mocktailverse-dev") == []
    aws.other = {"mocktailverse-api-dev"}
    assert function_code.restore_latest_code(aws, "mocktailverse-dev") == ["api"]
    assert aws.replaced == ["mocktailverse-api-dev"]


def test_a_zip_for_another_machine_is_refused_by_every_function(aws):
    fetch = function_code.find_function(
        function_code.function_codes(aws, "mocktailverse-dev"), "fetch"
    )
    function_code.require_same_machine(fetch, "python3.13", "arm64")
    for machine in (("python3.13", "x86_64"), ("python3.12", "arm64")):
        with pytest.raises(UsageError, match=r"python3\.13 on arm64.*--arch arm64"):
            function_code.require_same_machine(fetch, *machine)


def test_the_hash_of_a_zip_reads_as_in_the_records_of_releases():
    code = function_code.function_codes(FakeAws(), "mocktailverse-dev")[0]
    assert code.code_sha256 == STACKS.code_sha256
    assert code.zip == STACKS.sha256
