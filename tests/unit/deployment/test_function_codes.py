"""Which code each function of a stack runs: replaced alone, deleted by hand, for one machine."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from mocktailverse.deployment import code
from mocktailverse.deployment.artifacts import Artifact
from mocktailverse.errors import UsageError

FUNCTIONS = {"FetchFunction": "mocktailverse-fetch-dev", "ApiFunction": "mocktailverse-api-dev"}
STACKS = Artifact("artifacts", f"functions/{'00' * 32}.zip")


class FakeAws:
    """Two functions that run the stack's zip on arm64; some may be gone."""

    def __init__(self) -> None:
        self.cloudformation = self.lambda_ = self
        self.gone: set[str] = set()
        self.replaced: list[str] = []

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
        if given["FunctionName"] in self.gone:
            raise ClientError(
                {"Error": {"Code": "ResourceNotFoundException"}}, "GetFunctionConfiguration"
            )
        return {
            "CodeSha256": STACKS.code_sha256,
            "LastModified": "2026-01-01T00:00:00.000+0000",
            "Runtime": "python3.13",
            "Architectures": ["arm64"],
        }

    def update_function_code(self, **given: Any) -> None:
        self.replaced.append(given["FunctionName"])


@pytest.fixture
def aws() -> Any:
    return FakeAws()


def test_a_function_that_somebody_deleted_is_told_as_one_without_code(aws):
    aws.gone = {"mocktailverse-fetch-dev"}
    found = code.codes(aws, "mocktailverse-dev")
    assert [(f.name, bool(f.code_sha256)) for f in found] == [("api", True), ("fetch", False)]
    with pytest.raises(UsageError, match=r"fetch-dev was deleted by hand.*destroy"):
        code.choose(found, "fetch")
    with pytest.raises(UsageError, match="fetch-dev was deleted by hand"):
        code.level(aws, "mocktailverse-dev", STACKS)
    assert aws.replaced == []


def test_levelling_replaces_what_is_not_the_stacks_code_alone(aws):
    assert code.level(aws, "mocktailverse-dev", STACKS) == []
    other = Artifact("artifacts", f"functions/{'11' * 32}.zip")
    assert code.level(aws, "mocktailverse-dev", other) == ["api", "fetch"]
    assert sorted(aws.replaced) == sorted(FUNCTIONS.values())


def test_a_zip_for_another_machine_goes_to_no_function(aws):
    fetch = code.choose(code.codes(aws, "mocktailverse-dev"), "fetch")
    code.require_fit(fetch, "python3.13", "arm64")
    for machine in (("python3.13", "x86_64"), ("python3.12", "arm64")):
        with pytest.raises(UsageError, match=r"python3\.13 on arm64.*--arch arm64"):
            code.require_fit(fetch, *machine)
