"""Each assumption of a rehearsal is confirmed by an AWS that does it, and refuted by others."""

import re
from collections.abc import Callable, Iterable
from functools import partial
from types import SimpleNamespace
from typing import Any, NamedTuple

import httpx2
import pytest
from botocore.exceptions import ClientError

from mocktailverse.catalogue.file_names import file_name
from mocktailverse.deployment.account import Account
from mocktailverse.deployment.rehearsal import (
    assumption,
    function_checks,
    rehearsing,
    stack_checks,
    storage_checks,
)
from mocktailverse.deployment.rehearsal.assumption import Check, RefutedError, Subject
from mocktailverse.deployment.rehearsal.rehearsal_report import as_markdown
from mocktailverse.errors import PermanentError
from mocktailverse.stores.environment import Stores
from mocktailverse.stores.error_translation import translated
from mocktailverse.stores.functions import Functions
from mocktailverse.stores.loads_table import LoadsTable

AWS = Account(
    "123456789012",
    "eu-central-1",
    "arn:aws:sts::123456789012:assumed-role/Admin/me@example.org",
    None,
)
OUTPUTS = {
    "DataBucket": f"mocktailverse-data-dev-{AWS.id}-eu-central-1",
    "CatalogueBucket": f"mocktailverse-catalogue-dev-{AWS.id}-eu-central-1",
    "LoadsTable": "mocktailverse-loads-dev",
    "OpsKeyParameter": "/key",
    "ReconcileFunction": "mocktailverse-reconcile-dev",
    "TransformFunction": "mocktailverse-transform-dev",
}
FUNCTION_ARN = f"arn:aws:lambda:eu-central-1:{AWS.id}:function:mocktailverse"

World = Callable[[Any, pytest.MonkeyPatch], Subject]


class Case(NamedTuple):
    """What an AWS does in one of its ways, and whether that confirms the assumption."""

    check: Check
    world: World
    way: Any
    holds: bool

    def __str__(self) -> str:
        return f"{self.check.__name__}-{self.way}"


CASES: list[Case] = []


def decides(
    check: Check, *, confirmed_by: Iterable[Any], refuted_by: Iterable[Any]
) -> Callable[[World], World]:
    """Register an AWS, with the ways of it that confirm an assumption, and that refute it."""

    def register(world: World) -> World:
        CASES.extend(Case(check, world, way, holds=True) for way in confirmed_by)
        CASES.extend(Case(check, world, way, holds=False) for way in refuted_by)
        return world

    return register


def refusal(code: str, status: int, message: str = "", **more: Any) -> ClientError:
    response = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
        **more,
    }
    return ClientError(response, "Call")


DENIED = refusal(
    "AccessDeniedException", 403, f"User: {AWS.caller} is not authorized to perform this call"
)


def subject(**clients: dict[str, Any]) -> Subject:
    """Return an environment whose clients have the given calls, by service."""
    services = {name: SimpleNamespace(**calls) for name, calls in clients.items()}
    stores = Stores(SimpleNamespace(**services), OUTPUTS)
    return Subject("dev", "mocktailverse-dev", stores, "http://api", "rehearsal-1")


def serve(monkeypatch: pytest.MonkeyPatch, status_of: Callable[[str, Any], int]) -> None:
    """Answer HTTP requests with the status that a function returns for address and headers."""

    def get(url: str, headers: Any = None, timeout: float = 0) -> httpx2.Response:
        assert timeout > 0
        return httpx2.Response(status_of(url, headers or {}))

    monkeypatch.setattr(assumption.httpx2, "get", get)


@decides(storage_checks.old_etag_is_refused, confirmed_by=[412], refuted_by=[409, None])
def conditional_puts(status: int | None, _: Any) -> Subject:
    """A condition that does not hold is answered with a status, or accepted."""
    calls = []

    def put_object(**request: Any) -> dict[str, str]:
        calls.append(request)
        if len(calls) > 2 and status:
            raise refusal("PreconditionFailed", status)
        return {"ETag": "first"}

    return subject(s3={"put_object": put_object})


@decides(
    storage_checks.failed_condition_returns_item,
    confirmed_by=["item"],
    refuted_by=["no item", "accepted", "denied"],
)
def conditional_items(way: str, _: Any) -> Subject:
    stored: list[Any] = []

    def put_item(**request: Any) -> None:
        if way == "denied":
            raise DENIED
        if stored and way != "accepted":
            more = {"Item": stored[0]} if way == "item" else {}
            raise refusal("ConditionalCheckFailedException", 400, **more)
        stored.append(request["Item"])

    return subject(dynamodb={"put_item": put_item})


@decides(storage_checks.numbers_are_normalized, confirmed_by=["30"], refuted_by=["30.0"])
def numbers(stored: str, _: Any) -> Subject:
    calls = {
        "put_item": lambda **_: None,
        "get_item": lambda **_: {"Item": {"amount": {"N": stored}}},
    }
    return subject(dynamodb=calls)


@decides(
    storage_checks.loads_expire,
    confirmed_by=[("ENABLED", "expires_at"), ("ENABLING", "expires_at")],
    refuted_by=[("ENABLED", "other"), ("DISABLED", None), ("DISABLED", "expires_at")],
)
def time_to_live(way: tuple[str, str | None], _: Any) -> Subject:
    description = dict(zip(("TimeToLiveStatus", "AttributeName"), way, strict=True))
    calls = {"describe_time_to_live": lambda **_: {"TimeToLiveDescription": description}}
    return subject(dynamodb=calls)


@decides(
    storage_checks.lifecycle_rules_exist,
    confirmed_by=["complete"],
    refuted_by=["raw", "old-state", "disabled"],
)
def lifecycle_rules(missing: str, _: Any) -> Subject:
    names = {"unfinished-uploads", "old-state", "listings", "raw", "rejected"} - {missing}
    status = "Disabled" if missing == "disabled" else "Enabled"
    rules = [{"ID": name, "Status": status} for name in names]
    return subject(s3={"get_bucket_lifecycle_configuration": lambda **_: {"Rules": rules}})


@decides(
    storage_checks.plain_http_is_refused,
    confirmed_by=[(200, 403)],
    refuted_by=[(200, 200), (403, 403)],
)
def links(way: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> Subject:
    with_tls, without = way
    serve(monkeypatch, lambda url, _: with_tls if url.startswith("https") else without)
    calls = {
        "put_object": lambda **_: None,
        "generate_presigned_url": lambda *_: "https://data.s3/key?signature",
    }
    return subject(s3=calls)


@decides(
    storage_checks.anonymous_reads_are_refused,
    confirmed_by=[(200, 403)],
    # S3 refuses anonymous requests for objects that do not exist, too: then nothing is shown.
    refuted_by=[(200, 200), (404, 403), (200, 404)],
)
def catalogue_reads(way: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> Subject:
    signed, plain = way
    serve(monkeypatch, lambda url, _: signed if "?" in url else plain)

    def link(_: str, place: dict[str, str], __: int) -> str:
        assert place == {"Bucket": OUTPUTS["CatalogueBucket"], "Key": file_name()}
        return "https://catalogue.s3/key?signature"

    return subject(s3={"generate_presigned_url": link})


@decides(function_checks.api_starts, confirmed_by=[200], refuted_by=[500, 502])
def health(status: int, monkeypatch: pytest.MonkeyPatch) -> Subject:
    serve(monkeypatch, lambda url, _: status if url == "http://api/health" else 599)
    return subject()


@decides(function_checks.search_works, confirmed_by=[200], refuted_by=[500, 502])
def search(status: int, monkeypatch: pytest.MonkeyPatch) -> Subject:
    serve(monkeypatch, lambda url, _: status if url == "http://api/drinks?q=lime" else 599)
    return subject()


@decides(
    function_checks.paths_are_decoded_once,
    confirmed_by=[(200, 404)],
    refuted_by=[(200, 200), (404, 404)],
)
def encoded_paths(way: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> Subject:
    once, twice = way
    serve(monkeypatch, lambda url, _: twice if "%25" in url else once)
    return subject()


@decides(function_checks.ops_key_is_readable, confirmed_by=["secret"], refuted_by=["other", "any"])
def keyed_loads(accepted: str, monkeypatch: pytest.MonkeyPatch) -> Subject:
    def status_of(_: str, headers: Any) -> int:
        return 200 if accepted in (headers.get("x-api-key"), "any") else 401

    serve(monkeypatch, status_of)
    return subject(ssm={"get_parameter": lambda **_: {"Parameter": {"Value": "secret"}}})


@decides(
    function_checks.keys_arrive_encoded,
    confirmed_by=["done"],
    refuted_by=["failed", "loading", "another key"],
)
def loads_of_odd_keys(status: str, monkeypatch: pytest.MonkeyPatch) -> Subject:
    """The load of a stored object ends in a status, or only a load of another key is found."""
    stored = []

    def put_object(**request: Any) -> dict[str, str]:
        stored.append(request)
        return {"VersionId": "1"}

    def latest(_: LoadsTable, version: Any) -> Any:
        assert (version.bucket, version.key) == (stored[0]["Bucket"], stored[0]["Key"])
        assert version.key == "raw/own/rehearsal-1/a b+c%2B ünï 🍸 ?&;'.json"
        return None if status == "another key" else SimpleNamespace(status=status)

    monkeypatch.setattr(function_checks, "_LOAD_TIMEOUT_S", 0)
    monkeypatch.setattr(LoadsTable, "latest", latest)
    return subject(s3={"put_object": put_object}, dynamodb={})


@decides(function_checks.throttle_holds, confirmed_by=[70, 1], refuted_by=[0])
def flood(refused: int, monkeypatch: pytest.MonkeyPatch) -> Subject:
    statuses = iter([429] * refused + [200] * 1000)
    serve(monkeypatch, lambda *_: next(statuses))
    return subject()


@decides(
    function_checks.schedules_run_functions,
    confirmed_by=["reconcile-dev"],
    refuted_by=["fetch-dev", "reconcile-prod"],
)
def schedules(function: str, _: Any) -> Subject:
    schedule = {"State": "ENABLED", "Target": {"Arn": f"{FUNCTION_ARN}-{function}"}}
    return subject(scheduler={"get_schedule": lambda **_: schedule})


@decides(
    stack_checks.nothing_has_drifted, confirmed_by=["IN_SYNC"], refuted_by=["DRIFTED", "UNKNOWN"]
)
def drift(status: str, _: Any) -> Subject:
    drifts = [{"LogicalResourceId": "Queue"}] if status == "DRIFTED" else []
    calls = {
        "detect_stack_drift": lambda **_: {"StackDriftDetectionId": "1"},
        "describe_stack_drift_detection_status": lambda **_: {
            "DetectionStatus": "DETECTION_COMPLETE",
            "StackDriftStatus": status,
        },
        "describe_stack_resource_drifts": lambda **_: {"StackResourceDrifts": drifts},
    }
    return subject(cloudformation=calls)


@decides(
    stack_checks.failure_rings_the_alarm,
    confirmed_by=[("OK", "ALARM"), ("INSUFFICIENT_DATA", "ALARM")],
    refuted_by=[("OK", "OK"), ("ALARM", "ALARM"), (None, "ALARM"), ("OK", "accepted")],
)
def alarm(way: tuple[str | None, str], monkeypatch: pytest.MonkeyPatch) -> Subject:
    """An alarm before and after the invocation, which AWS may accept; None: it does not exist."""
    before, after = way
    states = iter([before])

    def describe_alarms(**_: Any) -> Any:
        state = next(states, after)
        return {"MetricAlarms": [{"StateValue": state}] if state else []}

    def invoke(*_: object) -> None:
        if after != "accepted":
            raise PermanentError("It failed.")

    monkeypatch.setattr(stack_checks, "_ALARM_TIMEOUT_S", 0)
    monkeypatch.setattr(Functions, "invoke", invoke)
    return subject(cloudwatch={"describe_alarms": describe_alarms}, lambda_={})


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_assumption_is_confirmed_by_an_aws_that_does_it_and_refuted_by_others(
    case: Case, monkeypatch
):
    stubbed = case.world(case.way, monkeypatch)
    if case.holds:
        assert case.check(stubbed)
        return
    with pytest.raises(RefutedError):
        case.check(stubbed)


@pytest.mark.parametrize("holds", [True, False], ids=["confirmed", "refuted"])
def test_every_assumption_can_be_confirmed_and_refuted(holds):
    decided = {case.check for case in CASES if case.holds is holds}
    assert decided == {each.check for each in rehearsing.ASSUMPTIONS}


def test_a_drift_is_named():
    with pytest.raises(RefutedError, match="DRIFTED: Queue"):
        stack_checks.nothing_has_drifted(drift("DRIFTED", None))


def test_the_report_names_neither_account_nor_caller_whatever_the_checks_and_steps_saw():
    """Its evidence has ARNs, and AWS's errors name the caller."""
    by_check = {each.check: each for each in rehearsing.ASSUMPTIONS}

    def denied() -> None:
        with translated(f"Deleting {OUTPUTS['DataBucket']}"):
            raise DENIED

    rehearsals = []
    for case in CASES:
        with pytest.MonkeyPatch.context() as patch:
            rehearsals.append(
                rehearsing.rehearse(
                    "dev",
                    AWS,
                    deploy=partial(case.world, case.way, patch),
                    destroy=denied,
                    assumptions=[by_check[case.check]],
                    on_result=lambda _: None,
                )
            )
    assert any(AWS.caller in str(step.failure) for each in rehearsals for step in each.steps)
    assert any(AWS.id in result.evidence for each in rehearsals for result in each.results)
    text = "".join(map(as_markdown, rehearsals))
    assert not re.findall(f"{AWS.id}|example.org", text)
    assert "arn:aws:lambda:eu-central-1:ACCOUNT:function" in text
    assert "User: CALLER is not authorized" in text
