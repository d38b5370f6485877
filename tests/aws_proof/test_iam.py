"""Each call of the functions under an independent IAM engine, and each permission by a call.

The functions run in Lambda's runtime interface client, and their calls are recorded. The engine
decides each with the policies of the function's role and its permissions boundary. The other way
round, a permission that no call uses fails, unless a table has a reason.
"""

import json
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

import pytest

from aws_proof import policies as policy_documents
from aws_proof import set_up
from aws_proof.functions_under_test import Functions
from aws_proof.iam_engine import decisions
from aws_proof.iam_requests import Account, IamRequest, iam_requests
from aws_proof.recorded_events import (
    HTTP_REQUESTS,
    event_of,
    http_event,
    with_objects,
)

POLLED = "Lambda's event source mapping reads with the function's role"
MISSING = "without it S3 answers 403 instead of 404 for a key that is missing"
LOGGED = "Lambda writes the log with the function's role"

UNRECORDED = {
    ("transform", "sqs:ReceiveMessage"): POLLED,
    ("transform", "sqs:DeleteMessage"): POLLED,
    ("transform", "sqs:GetQueueAttributes"): POLLED,
    ("publish", "dynamodb:DescribeStream"): POLLED,
    ("publish", "dynamodb:GetRecords"): POLLED,
    ("publish", "dynamodb:GetShardIterator"): POLLED,
    ("publish", "dynamodb:ListStreams"): POLLED,
    ("publish", "sqs:SendMessage"): "Lambda reports failed batches with the function's role",
    ("publish", "s3:DeleteObject"): "parts of the catalogue that were superseded an hour before",
    ("*", "s3:ListBucket"): MISSING,
    ("*", "logs:*"): LOGGED,
}
"""Permissions that no recorded call uses, by function and action."""

pytestmark = [
    pytest.mark.aws_proof,
    pytest.mark.xdist_group("runtime"),
    pytest.mark.parametrize("functions", [set_up.LATEST], indirect=True),
]


class Permission(NamedTuple):
    """One action on one resource that a statement allows to a function."""

    function: str
    action: str
    resource: str
    sid: str

    def allows(self, function: str, request: IamRequest) -> bool:
        return (
            function == self.function
            and fnmatchcase(request.action.lower(), self.action.lower())
            and fnmatchcase(request.resource, self.resource)
        )


@pytest.fixture
def requests(
    functions: Functions, raw_record: Callable[..., dict[str, Any]]
) -> set[tuple[str, IamRequest]]:
    """Use every path of every function once; return what they asked IAM for."""
    work(functions, raw_record)
    account = Account(functions.stack.region, account_of(functions))
    return {
        (call.function, request)
        for call in functions.calls()
        for request in iam_requests(call, account)
    }


@pytest.fixture
def policies(functions: Functions) -> dict[str, list[dict[str, Any]]]:
    """The policies of each function's role, as they are deployed."""
    clients = functions.stack.clients()
    policies: dict[str, list[dict[str, Any]]] = {}
    for name, function in functions.stores.function_names.items():
        configuration = clients.lambda_.get_function_configuration(FunctionName=function)
        role = configuration["Role"].rpartition("/")[2]
        names = clients.iam.list_role_policies(RoleName=role)["PolicyNames"]
        policies[name] = [
            clients.iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            for policy in names
        ]
    return policies


def work(functions: Functions, raw_record: Callable[..., dict[str, Any]]) -> None:
    """Make every function do all that it can do."""
    created = "sqs_s3_object_created.json"
    rejected = raw_record(id_="none")
    lines = b"\n".join(json.dumps(raw_record(number)).encode() for number in range(1_000, 2_500))
    long, _ = with_objects(functions, event_of(created), lines)
    for time_left_s in (0, 3.3, 4, 5):  # too little: it continues in a new message
        functions.invoke("transform", long, time_left_s=time_left_s)
    functions.invoke("transform", event_of_unversioned(functions))
    for record in (raw_record(), raw_record(name="Daisy"), rejected):
        event, (version,) = with_objects(functions, event_of(created), record)
        functions.invoke("transform", event)
    functions.put("raw/thecocktaildb/lost.json", json.dumps(raw_record()).encode())
    functions.invoke("publish", event_of("dynamodb_stream_keys_only.json"))
    functions.invoke("reconcile", {})
    for event in (
        {"strategy": "sweep", "max_requests": 30},
        {"strategy": "mocktails"},
        {"source": "opendrinks"},
    ):
        response = functions.invoke("fetch", event)
        assert response.kind == "response", response
    operators = {"x-api-key": functions.stack.ops_key}
    for case in (
        *HTTP_REQUESTS,
        {"path": "/loads", "headers": operators},
        {"path": "/rejected", "query": f"load={version.load_id(1)}", "headers": operators},
    ):
        functions.invoke("api", http_event(case))


def event_of_unversioned(functions: Functions) -> dict[str, Any]:
    """Return the event of an object without a version, as of a bucket without versioning."""
    event, _ = with_objects(functions, event_of("sqs_s3_several_records.json"), {})
    return event


def account_of(functions: Functions) -> str:
    number: str = functions.stack.clients().sts.get_caller_identity()["Account"]
    return number


def statements(policy: dict[str, Any]) -> Iterator[dict[str, Any]]:
    given = policy["Statement"]
    yield from given if isinstance(given, list) else [given]


def texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def permissions(policies: dict[str, list[dict[str, Any]]]) -> Iterator[Permission]:
    """Yield everything that the roles allow."""
    for function, documents in policies.items():
        for statement in (one for document in documents for one in statements(document)):
            for action in texts(statement["Action"]):
                for resource in texts(statement["Resource"]):
                    yield Permission(function, action, resource, statement.get("Sid", ""))


def test_an_independent_engine_allows_every_call_and_no_other_bucket(
    functions, requests, policies, environment, proved
):
    modules = environment(set_up.NODE) / "node_modules"
    account = account_of(functions)
    limit = [{"name": "boundary", "policy": policy_documents.boundary(account, "local")}]
    elsewhere = ("transform", IamRequest("s3:PutObject", "arn:aws:s3:::mocktailverse-other/raw/a"))
    cases = [*sorted(requests), elsewhere]
    simulations = [
        {
            "request": {
                "action": request.action,
                "principal": f"arn:aws:iam::{account}:role/{function}",
                "resource": {"resource": request.resource, "accountId": account},
                "contextVariables": dict(request.context),
            },
            "identityPolicies": [
                {"name": str(number), "policy": policy}
                for number, policy in enumerate(policies[function])
            ],
            "permissionBoundaryPolicies": limit,
            "serviceControlPolicies": [],
            "resourceControlPolicies": [],
        }
        for function, request in cases
    ]
    *decided, other = decisions(simulations, modules)
    denied = [
        (case, decision)
        for case, decision in zip(cases, decided, strict=False)
        if decision != "Allowed"
    ]
    assert not denied
    assert other == "ImplicitlyDenied"
    kinds = {(function, request.action) for function, request in requests}
    proved(f"IAM engine: role and boundary allow {len(requests)} requests of {len(kinds)} kinds")


def test_every_permission_is_used_by_a_call_or_has_a_reason(requests, policies, proved):
    unused = [
        permission
        for permission in permissions(policies)
        if not any(permission.allows(function, request) for function, request in requests)
    ]
    reasons = {
        key
        for key in UNRECORDED
        for one in unused
        if fnmatchcase(one.function, key[0]) and fnmatchcase(one.action, key[1])
    }
    unexplained = [
        one
        for one in unused
        if not any(fnmatchcase(one.function, f) and fnmatchcase(one.action, a) for f, a in reasons)
    ]
    assert not unexplained, "\n".join(map(str, unexplained))
    assert not UNRECORDED.keys() - reasons, "remove what is used or gone from the table"
    number = len(list(permissions(policies)))
    proved(
        f"IAM: {number - len(unused)} of {number} permissions are used, the others have a reason"
    )
