"""The permissions of each role, tried on the embedded AWS with the role's own credentials.

`CALLS` lists all calls that are tried; `ALLOWED` has a row for every role, with the calls that
succeed. All others must be denied: resources of other environments, other prefixes, listing,
deleting. A role of the stack without a row fails, and so does a row without a role.
"""

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any, NamedTuple

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from mocktailverse.checkout import find_checkout
from mocktailverse.local import lifecycle, service_users
from mocktailverse.local.lifecycle import Options
from mocktailverse.local.state import DASHBOARD as DASHBOARD_PART
from mocktailverse.local.state import SERVER, LocalStack

CLOSED_PORT_URL = "http://127.0.0.1:9"
ACCOUNT = "000000000000"
PARTITION = f"arn:aws:iam::{ACCOUNT}"
DENIED = {"AccessDenied", "AccessDeniedException", "403", "AuthorizationError"}
CONCURRENT_CALLS = 4

CREDENTIALS_HANDLER = """
import os

def handler(event, context):
    print("probe")
    return [os.environ[name] for name in event]
"""
VARIABLES = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]


class Call(NamedTuple):
    """A call of boto3; `{Name}` in its arguments is replaced by an output of the stack."""

    service: str
    operation: str
    arguments: dict[str, Any]


def _s3(operation: str, bucket: str, **arguments: Any) -> Call:
    return Call("s3", operation, {"Bucket": bucket, **arguments})


def _table(operation: str, table: str, **arguments: Any) -> Call:
    return Call("dynamodb", operation, {"TableName": table, **arguments})


DATA, CATALOGUE = "{DataBucket}", "{CatalogueBucket}"
OBJECTS = {
    "raw": (DATA, "raw/thecocktaildb/probe.json"),
    "raw of opendrinks": (DATA, "raw/opendrinks/probe.json"),
    "raw of others": (DATA, "raw/others/probe.json"),
    "rejected": (DATA, "rejected/probe"),
    "listings": (DATA, "listings/probe"),
    "state": (DATA, "state/probe"),
    "outside": (DATA, "probe"),
    "catalogue": (CATALOGUE, "catalogue.sqlite"),
    "head of a later format": (CATALOGUE, "catalogue-5.json"),
    "snapshot of a later format": (CATALOGUE, "catalogue-5/1.sqlite"),
    "export": (CATALOGUE, "exports/probe"),
    "transfer counter": (CATALOGUE, "state/transfer.json"),
    "other catalogue object": (CATALOGUE, "state/probe"),
    "code": ("{Artifacts}", "probe"),
}
DELETED = {"snapshot of a later format": "catalogue-5/0.sqlite"}
"""What a role may delete: another object than the tests of other roles read meanwhile."""
PARTS = ("head", "snapshot")
RAW = ("raw", "raw of opendrinks", "raw of others")
KEYS = {
    "drinks": {"id": {"S": "probe"}},
    "loads": {"object": {"S": "probe"}, "part": {"S": "probe"}},
}
NEW_ROLE = {
    "RoleName": "mocktailverse-probe-local",
    "AssumeRolePolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": []}),
}
POLICY = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
    }
)


def _objects() -> Iterator[tuple[str, Call]]:
    for name, (bucket, key) in OBJECTS.items():
        yield f"read {name}", _s3("get_object", bucket, Key=key)
        yield f"write {name}", _s3("put_object", bucket, Key=key, Body=b"{}")
        yield f"delete {name}", _s3("delete_object", bucket, Key=DELETED.get(name, key))
    yield "list data", _s3("list_objects_v2", DATA)
    yield "list raw", _s3("list_objects_v2", DATA, Prefix="raw/")
    yield "list raw versions", _s3("list_object_versions", DATA, Prefix="raw/")
    yield "list all versions", _s3("list_object_versions", DATA)
    yield "list catalogue", _s3("list_objects_v2", CATALOGUE)
    yield "list code", _s3("list_objects_v2", "{Artifacts}")
    yield "list buckets", Call("s3", "list_buckets", {})
    yield "delete data bucket", _s3("delete_bucket", DATA)
    yield "open data bucket", _s3("put_bucket_policy", DATA, Policy=POLICY)
    yield (
        "read data of dev",
        _s3("get_object", f"mocktailverse-data-dev-{ACCOUNT}-us-east-1", Key="raw/a"),
    )


def _items() -> Iterator[tuple[str, Call]]:
    for name, key in KEYS.items():
        table = f"{{{name.capitalize()}Table}}"
        first = next(iter(key))
        where = {
            "KeyConditionExpression": "#key = :key",
            "ExpressionAttributeNames": {"#key": first},
            "ExpressionAttributeValues": {":key": key[first]},
        }
        yield f"get {name}", _table("get_item", table, Key=key)
        yield f"batch get {name}", _batch("batch_get_item", table, {"Keys": [key]})
        yield f"query {name}", _table("query", table, **where)
        yield f"scan {name}", _table("scan", table)
        yield f"put {name}", _table("put_item", table, Item=key)
        yield (
            f"batch write {name}",
            _batch("batch_write_item", table, [{"PutRequest": {"Item": key}}]),
        )
        yield f"update {name}", _table("update_item", table, Key=key)
        yield f"delete {name}", _table("delete_item", table, Key=key)
        yield f"describe {name}", _table("describe_table", table)
        yield f"change {name}", _table("update_table", table, BillingMode="PAY_PER_REQUEST")
        yield f"drop {name}", _table("delete_table", table)
    yield (
        "query loads by day",
        _table(
            "query",
            "{LoadsTable}",
            IndexName="by-day",
            KeyConditionExpression="#key = :key",
            ExpressionAttributeNames={"#key": "day"},
            ExpressionAttributeValues={":key": {"S": "2026-01-01"}},
        ),
    )
    yield "get drinks of dev", _table("get_item", "mocktailverse-drinks-dev", Key=KEYS["drinks"])
    yield "list tables", Call("dynamodb", "list_tables", {})
    yield "follow drinks", Call("dynamodbstreams", "describe_stream", {"StreamArn": "{Stream}"})


def _messages() -> Iterator[tuple[str, Call]]:
    for name, queue in {"queue": "{QueueUrl}", "dead letters": "{DeadLetterQueueUrl}"}.items():
        url = {"QueueUrl": queue}
        yield f"count {name}", Call("sqs", "get_queue_attributes", url)
        yield f"receive from {name}", Call("sqs", "receive_message", url)
        yield f"send to {name}", Call("sqs", "send_message", {**url, "MessageBody": "{}"})
        yield f"purge {name}", Call("sqs", "purge_queue", url)
        yield f"drop {name}", Call("sqs", "delete_queue", url)
        yield f"change {name}", Call("sqs", "set_queue_attributes", {**url, "Attributes": {}})
    yield "list queues", Call("sqs", "list_queues", {})
    yield "send an alarm", Call("sns", "publish", {"TopicArn": "{AlarmTopic}", "Message": "a"})


def _functions() -> Iterator[tuple[str, Call]]:
    for name in ("Transform", "Publish", "Api", "Fetch", "Reconcile"):
        function = {"FunctionName": f"{{{name}Function}}"}
        yield f"invoke {name}", Call("lambda", "invoke", {**function, "Payload": b"[]"})
        live = {"FunctionName": f"{{{name}Function}}:live", "Payload": b"[]"}
        yield f"invoke live {name}", Call("lambda", "invoke", live)
        yield f"read code of {name}", Call("lambda", "get_function", function)
        yield (
            f"configure {name}",
            Call("lambda", "update_function_configuration", {**function, "Timeout": 900}),
        )
        yield f"drop {name}", Call("lambda", "delete_function", function)
    yield "list functions", Call("lambda", "list_functions", {})
    yield "list sources of events", Call("lambda", "list_event_source_mappings", {})


def _secrets_and_roles() -> Iterator[tuple[str, Call]]:
    for name, stage in {"ops key": "local", "ops key of dev": "dev"}.items():
        parameter = {"Name": f"/mocktailverse/{stage}/ops-key"}
        yield f"read {name}", Call("ssm", "get_parameter", {**parameter, "WithDecryption": True})
        yield (
            f"set {name}",
            Call(
                "ssm",
                "put_parameter",
                {**parameter, "Value": "a", "Type": "SecureString", "Overwrite": True},
            ),
        )
        yield f"delete {name}", Call("ssm", "delete_parameter", parameter)
    yield "list parameters", Call("ssm", "describe_parameters", {})
    yield "read all parameters", Call("ssm", "get_parameters_by_path", {"Path": "/"})
    yield "list roles", Call("iam", "list_roles", {})
    yield "create a role", Call("iam", "create_role", NEW_ROLE)
    for name in ("transform", "publish"):
        own = {"RoleName": f"mocktailverse-{name}-local-us-east-1", "PolicyName": "probe"}
        yield f"widen {name}", Call("iam", "put_role_policy", {**own, "PolicyDocument": POLICY})
        arn = f"{PARTITION}:role/mocktailverse-{name}-local-us-east-1"
        assumed = {"RoleArn": arn, "RoleSessionName": "probe"}
        yield f"assume {name}", Call("sts", "assume_role", assumed)


def _other_services() -> Iterator[tuple[str, Call]]:
    yield "read stacks", Call("cloudformation", "describe_stacks", {})
    yield "delete a stack", Call("cloudformation", "delete_stack", {"StackName": "probe"})
    for name in ("transform", "publish", "api", "fetch", "reconcile"):
        group = {"logGroupName": f"/aws/lambda/mocktailverse-{name}-local"}
        stream = {**group, "logStreamName": "probe"}
        yield f"log as {name}", Call("logs", "create_log_stream", stream)
        yield f"read log of {name}", Call("logs", "filter_log_events", group)
        yield f"delete log of {name}", Call("logs", "delete_log_group", group)
    yield "list schedules", Call("scheduler", "list_schedules", {})
    yield "list apis", Call("apigatewayv2", "get_apis", {})
    yield "delete alarms", Call("cloudwatch", "delete_alarms", {"AlarmNames": ["probe"]})


def _batch(operation: str, table: str, request: Any) -> Call:
    return Call("dynamodb", operation, {"RequestItems": {table: request}})


CALLS = dict(
    chain(_objects(), _items(), _messages(), _functions(), _secrets_and_roles(), _other_services())
)

LIST_DATA = {"list data", "list raw"}
ALLOWED: dict[str, set[str]] = {
    "mocktailverse-transform-local-us-east-1": {
        *("read raw", "read raw of opendrinks", "read raw of others", "write rejected", *LIST_DATA),
        *("put drinks", "query loads", "put loads", "update loads"),
        *("count queue", "receive from queue", "send to queue"),
        "log as transform",
    },
    "mocktailverse-publish-local-us-east-1": {
        *("follow drinks", "batch get drinks"),
        *("read catalogue", "write catalogue", "list catalogue"),
        *(f"{access} {part} of a later format" for access in ("read", "write") for part in PARTS),
        "delete snapshot of a later format",
        *("send to dead letters", "log as publish"),
    },
    "mocktailverse-api-local-us-east-1": {
        *("read catalogue", "read export", "write export", "list catalogue"),
        *("read transfer counter", "write transfer counter"),
        *(f"read {part} of a later format" for part in PARTS),
        *("read rejected", *LIST_DATA),
        *("query loads", "query loads by day"),
        *("read ops key", "log as api"),
    },
    "mocktailverse-fetch-local-us-east-1": {
        *("write raw", "write raw of opendrinks", "write listings", *LIST_DATA),
        *("read state", "write state", "log as fetch"),
    },
    "mocktailverse-reconcile-local-us-east-1": {
        *("list raw", "list raw versions"),
        *("query loads", "update loads", "send to queue"),
        "log as reconcile",
    },
    "mocktailverse-schedule-local-us-east-1": {"invoke live Fetch", "invoke live Reconcile"},
}
DASHBOARD = {
    *("read catalogue", "list catalogue", "read rejected", *LIST_DATA),
    *(f"read {part} of a later format" for part in PARTS),
    *("query loads", "query loads by day", "get drinks", "batch get drinks"),
    *("count queue", "count dead letters"),
}
LOCAL_DASHBOARD = {
    *DASHBOARD,
    *("update loads", "send to queue", "receive from dead letters"),  # replay and redrive
}
LOCAL_SERVER = {
    *LOCAL_DASHBOARD,
    *(f"{access} {raw}" for access in ("read", "write") for raw in RAW),
    *("list raw versions", "list all versions", "scan drinks", "read ops key"),
    *(f"invoke {name}" for name in ("Transform", "Publish", "Api", "Fetch", "Reconcile")),
}
CHECKED_DIFFERENTLY = {
    "follow drinks",  # without the stream's name
    *("invoke live Fetch", "invoke live Reconcile"),  # as if the function itself were invoked
    *(f"log as {name}" for name in ("transform", "publish", "api", "fetch", "reconcile")),
}
"""Calls that the embedded AWS denies even if allowed: it checks another resource than AWS does."""


class Account:
    """The embedded AWS with the stack, and sessions with different credentials."""

    def __init__(self, stack: LocalStack) -> None:
        self.stack = stack
        self.clients = stack.clients()
        (artifacts,) = [
            bucket["Name"]
            for bucket in self.clients.s3.list_buckets()["Buckets"]
            if "artifacts" in bucket["Name"]
        ]
        table = self.clients.dynamodb.describe_table(TableName=stack.outputs["DrinksTable"])
        stream = table["Table"]["LatestStreamArn"]
        self.names = {**stack.outputs, "Artifacts": artifacts, "Stream": stream}

    def session(self, access_key_id: str, secret: str, token: str | None = None) -> boto3.Session:
        return boto3.Session(access_key_id, secret, token, self.stack.region)

    def role_session(self, role: str) -> boto3.Session:
        """Return a session with the credentials of a function with this role.

        Only Lambda may assume the role.
        """
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("probe.py", CREDENTIALS_HANDLER)
        lambda_, name = self.clients.lambda_, f"probe-{role}"
        lambda_.create_function(
            FunctionName=name,
            Runtime=f"python3.{sys.version_info.minor}",
            Role=f"{PARTITION}:role/{role}",
            Handler="probe.handler",
            Code={"ZipFile": code.getvalue()},
            Timeout=15,
        )
        response = lambda_.invoke(FunctionName=name, Payload=json.dumps(VARIABLES))
        lambda_.delete_function(FunctionName=name)
        return self.session(*json.loads(response["Payload"].read()))

    def user_session(self, name: str, policy: str) -> boto3.Session:
        """Return a session of a new user with one policy."""
        iam = self.clients.iam
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="only", PolicyDocument=policy)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return self.session(key["AccessKeyId"], key["SecretAccessKey"])

    def outcomes(self, session: boto3.Session, calls: dict[str, Call]) -> dict[str, str]:
        """Return `done` or the error code of each call."""
        config = Config(
            parameter_validation=False,
            retries={"total_max_attempts": 1},
            s3={"addressing_style": "path"},
        )
        clients = {
            service: session.client(service, endpoint_url=self.stack.endpoint, config=config)
            for service in {call.service for call in calls.values()}
        }

        def outcome(call: Call) -> str:
            try:
                getattr(clients[call.service], call.operation)(**self._named(call.arguments))
            except ClientError as error:
                return error.response["Error"]["Code"]
            return "done"

        with ThreadPoolExecutor(CONCURRENT_CALLS) as pool:
            return dict(zip(calls, pool.map(outcome, calls.values()), strict=True))

    def _named(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self._named(key): self._named(inner) for key, inner in value.items()}
        if isinstance(value, str) and value.startswith("{") and value[1:-1] in self.names:
            return self.names[value[1:-1]]
        return value


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """A separate stack whose queue is not read, with an object in every place."""
    options = Options(source_url=CLOSED_PORT_URL)
    with lifecycle.running(tmp_path_factory.mktemp("stack"), options) as stack:
        account = Account(stack)
        for mapping in account.clients.lambda_.list_event_source_mappings()["EventSourceMappings"]:
            account.clients.lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        preparation = {
            name: call
            for name, call in CALLS.items()
            if name.startswith("write ") or name == "set ops key of dev"
        }
        account.clients.s3.create_bucket(Bucket=f"mocktailverse-data-dev-{ACCOUNT}-us-east-1")
        deployer = account.session(stack.access_key_id, stack.secret_access_key)
        assert set(account.outcomes(deployer, preparation).values()) == {"done"}
        yield account


def unexpected(outcomes: dict[str, str], allowed: set[str]) -> dict[str, str]:
    """Return the outcomes that differ from the expected ones."""
    return {
        name: outcome
        for name, outcome in outcomes.items()
        if (outcome != "done" if name in allowed - CHECKED_DIFFERENTLY else outcome not in DENIED)
    }


def test_every_role_of_the_stack_has_a_row(account):
    roles = account.clients.iam.list_roles()["Roles"]
    assert {role["RoleName"] for role in roles} == set(ALLOWED)


@pytest.mark.parametrize("role", ALLOWED)
def test_a_role_may_only_do_what_its_row_allows(account, role):
    assert ALLOWED[role] <= set(CALLS)
    assert unexpected(account.outcomes(account.role_session(role), CALLS), ALLOWED[role]) == {}


def test_the_dashboard_s_user_can_only_read(account):
    template = find_checkout().dashboard_access
    policy = service_users.dashboard_policy(account.stack, template, "local")
    user = account.user_session("dashboard", policy)
    assert unexpected(account.outcomes(user, CALLS), DASHBOARD) == {}


@pytest.mark.parametrize(
    ("service", "allowed"), [(DASHBOARD_PART, LOCAL_DASHBOARD), (SERVER, LOCAL_SERVER)]
)
def test_a_local_service_may_only_do_what_its_pages_do(account, service, allowed):
    service_stack = account.stack.seen_by(service)
    user = account.session(service_stack.access_key_id, service_stack.secret_access_key)
    assert unexpected(account.outcomes(user, CALLS), allowed) == {}


@pytest.mark.parametrize("role", ALLOWED)
def test_even_an_administrator_cannot_assume_a_function_s_role(account, role):
    assume = Call(
        "sts",
        "assume_role",
        {"RoleArn": f"{PARTITION}:role/{role}", "RoleSessionName": "probe"},
    )
    stack = account.stack
    deployer = account.session(stack.access_key_id, stack.secret_access_key)
    assert account.outcomes(deployer, {"assume": assume}) == {"assume": "AccessDenied"}
