"""Each assumption of a rehearsal is confirmed by an AWS that does it, and refuted by another."""

from types import SimpleNamespace
from typing import Any

import httpx2
import pytest
from botocore.exceptions import ClientError

from mocktailverse.deployment.account import Account
from mocktailverse.deployment.rehearsal import (
    assumption,
    function_checks,
    rehearsing,
    stack_checks,
    storage_checks,
)
from mocktailverse.deployment.rehearsal.assumption import Assumption, RefutedError, Subject
from mocktailverse.deployment.rehearsal.rehearsal_report import as_markdown
from mocktailverse.deployment.rehearsal_mark import ForeignStackError
from mocktailverse.errors import PermanentError, TransientError
from mocktailverse.stores.environment import Stores

OUTPUTS = {
    "DataBucket": "data",
    "CatalogueBucket": "catalogue",
    "LoadsTable": "loads",
    "OpsKeyParameter": "/key",
    "ReconcileFunction": "mocktailverse-reconcile-dev",
    "TransformFunction": "mocktailverse-transform-dev",
}
AWS = Account("123456789012", "eu-central-1", "arn:aws:iam::123456789012:user/me", None)
EMBEDDED = Account("000000000000", "us-east-1", "arn", "http://127.0.0.1:4566")


def refusal(code: str, status: int, **more: Any) -> ClientError:
    response = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}, **more}
    return ClientError(response, "Call")


def subject(**clients: dict[str, Any]) -> Subject:
    """Return an environment whose clients have the given calls, by service."""
    services = {name: SimpleNamespace(**calls) for name, calls in clients.items()}
    stores = Stores(SimpleNamespace(**services), OUTPUTS)
    return Subject("dev", "mocktailverse-dev", stores, "http://api", "rehearsal-1")


def conditional_puts(status: int | None) -> dict[str, Any]:
    """Return a `put_object` that answers a condition that does not hold with a status."""
    calls = []

    def put_object(**request: Any) -> dict[str, str]:
        calls.append(request)
        if len(calls) > 2 and status:
            raise refusal("PreconditionFailed", status)
        return {"ETag": "first"}

    return {"put_object": put_object}


@pytest.mark.parametrize(("status", "holds"), [(412, True), (409, False), (None, False)])
def test_a_write_under_an_old_etag_has_to_be_refused(status, holds):
    stubbed = subject(s3=conditional_puts(status))

    assert_check(storage_checks.old_etag_is_refused, stubbed, holds=holds)


@pytest.mark.parametrize("returned", [True, False])
def test_a_failed_condition_has_to_return_the_item(returned):
    stored: list[Any] = []

    def put_item(**request: Any) -> None:
        if stored:
            more = {"Item": stored[0]} if returned else {}
            raise refusal("ConditionalCheckFailedException", 400, **more)
        stored.append(request["Item"])

    stubbed = subject(dynamodb={"put_item": put_item})

    assert_check(storage_checks.failed_condition_returns_item, stubbed, holds=returned)


def test_an_accepted_write_under_a_false_condition_refutes():
    stubbed = subject(dynamodb={"put_item": lambda **_: None})

    assert_check(storage_checks.failed_condition_returns_item, stubbed, holds=False)


@pytest.mark.parametrize(("number", "holds"), [("30", True), ("30.0", False)])
def test_numbers_have_to_lose_their_zeros(number, holds):
    calls = {
        "put_item": lambda **_: None,
        "get_item": lambda **_: {"Item": {"amount": {"N": number}}},
    }

    assert_check(storage_checks.numbers_are_normalized, subject(dynamodb=calls), holds=holds)


@pytest.mark.parametrize(
    ("state", "attribute", "holds"),
    [("ENABLED", "expires_at", True), ("ENABLED", "other", False), ("DISABLED", None, False)],
)
def test_loads_have_to_expire_by_their_own_attribute(state, attribute, holds):
    description = {"TimeToLiveStatus": state, "AttributeName": attribute}
    calls = {"describe_time_to_live": lambda **_: {"TimeToLiveDescription": description}}

    assert_check(storage_checks.loads_expire, subject(dynamodb=calls), holds=holds)


@pytest.mark.parametrize("missing", [None, "raw"])
def test_every_lifecycle_rule_has_to_be_in_force(missing):
    names = {"unfinished-uploads", "old-state", "listings", "raw", "rejected"} - {missing}
    rules = [{"ID": name, "Status": "Enabled"} for name in names]
    calls = {"get_bucket_lifecycle_configuration": lambda **_: {"Rules": rules}}

    assert_check(storage_checks.lifecycle_rules_exist, subject(s3=calls), holds=not missing)


@pytest.mark.parametrize(("plain", "holds"), [(403, True), (200, False)])
def test_a_link_has_to_need_tls(plain, holds, monkeypatch):
    serve(monkeypatch, lambda url, _: 200 if url.startswith("https") else plain)
    calls = {
        "put_object": lambda **_: None,
        "generate_presigned_url": lambda *_: "https://data.s3/key?signature",
    }

    assert_check(storage_checks.plain_http_is_refused, subject(s3=calls), holds=holds)


@pytest.mark.parametrize(("status", "holds"), [(403, True), (200, False), (404, False)])
def test_the_catalogue_must_not_be_public(status, holds, monkeypatch):
    serve(monkeypatch, lambda url, _: 500 if "?" in url else status)
    calls = {"generate_presigned_url": lambda *_: "https://catalogue.s3/key?signature"}

    assert_check(storage_checks.anonymous_reads_are_refused, subject(s3=calls), holds=holds)


@pytest.mark.parametrize(
    ("check", "path", "right"),
    [
        (function_checks.api_starts, "/health", (200, "")),
        (function_checks.search_works, "/drinks?q=lime", (200, "")),
    ],
)
@pytest.mark.parametrize("is_right", [True, False])
def test_the_api_has_to_answer_as_assumed(check, path, right, is_right, monkeypatch):
    serve(monkeypatch, lambda url, _: right if is_right and url == f"http://api{path}" else 502)

    assert_check(check, subject(), holds=is_right)


@pytest.mark.parametrize(
    ("once", "twice", "holds"), [(200, 404, True), (200, 200, False), (404, 404, False)]
)
def test_a_path_has_to_be_decoded_exactly_once(once, twice, holds, monkeypatch):
    serve(monkeypatch, lambda url, _: twice if "%25" in url else once)

    assert_check(function_checks.paths_are_decoded_once, subject(), holds=holds)


@pytest.mark.parametrize(("known", "holds"), [("secret", True), ("other", False)])
def test_the_operators_key_has_to_open_the_loads(known, holds, monkeypatch):
    serve(monkeypatch, lambda _, headers: 200 if headers.get("x-api-key") == known else 401)
    calls = {"get_parameter": lambda **_: {"Parameter": {"Value": "secret"}}}

    assert_check(function_checks.ops_key_is_readable, subject(ssm=calls), holds=holds)


@pytest.mark.parametrize(("refused", "holds"), [(70, True), (0, False)])
def test_a_flood_has_to_meet_the_throttle(refused, holds, monkeypatch):
    statuses = iter([429] * refused + [200] * 1000)
    serve(monkeypatch, lambda *_: next(statuses))

    assert_check(function_checks.throttle_holds, subject(), holds=holds)


@pytest.mark.parametrize(("function", "holds"), [("reconcile-dev", True), ("fetch-dev", False)])
def test_a_schedule_has_to_start_its_function(function, holds):
    schedule = {"State": "ENABLED", "Target": {"Arn": f"arn:function:mocktailverse-{function}"}}
    stubbed = subject(scheduler={"get_schedule": lambda **_: schedule})

    assert_check(function_checks.schedules_run_functions, stubbed, holds=holds)


@pytest.mark.parametrize(("status", "holds"), [("IN_SYNC", True), ("DRIFTED", False)])
def test_drift_refutes_and_is_named(status, holds):
    drifts = [] if holds else [{"LogicalResourceId": "Queue"}]
    calls = {
        "detect_stack_drift": lambda **_: {"StackDriftDetectionId": "1"},
        "describe_stack_drift_detection_status": lambda **_: {
            "DetectionStatus": "DETECTION_COMPLETE",
            "StackDriftStatus": status,
        },
        "describe_stack_resource_drifts": lambda **_: {"StackResourceDrifts": drifts},
    }

    seen = assert_check(
        stack_checks.nothing_has_drifted, subject(cloudformation=calls), holds=holds
    )

    assert ("Queue" in seen) is not holds


@pytest.mark.parametrize(("state", "holds"), [("ALARM", True), ("OK", False)])
def test_a_failure_has_to_ring_the_alarm(state, holds, monkeypatch):
    monkeypatch.setattr(stack_checks, "_ALARM_TIMEOUT_S", 0)
    alarms = {"describe_alarms": lambda **_: {"MetricAlarms": [{"StateValue": state}]}}
    stubbed = subject(cloudwatch=alarms, lambda_={})
    monkeypatch.setattr(type(stubbed.stores.functions), "invoke", fails)

    assert_check(stack_checks.failure_rings_the_alarm, stubbed, holds=holds)


def fails(*_: object) -> None:
    raise PermanentError("It failed.")


def test_what_only_aws_does_is_not_checked_on_the_embedded_one():
    only_on_aws = Assumption(
        "It rains.", "Weather", lambda _: pytest.fail("checked"), emulated=False
    )

    result = rehearsed(EMBEDDED, [only_on_aws])

    assert result.results[0].state == "not checkable here"
    assert result.ok


def test_a_refuted_assumption_fails_the_rehearsal_and_stops_no_other_check():
    def refuted(_: Subject) -> str:
        raise RefutedError("It is dry.")

    rain = Assumption("It rains.", "Weather", refuted, emulated=True)
    sun = Assumption("It shines.", "Weather", lambda _: "It does.", emulated=True)

    result = rehearsed(AWS, [rain, sun])

    assert [each.state for each in result.results] == ["refuted", "confirmed"]
    assert not result.ok
    assert "| It rains. | It is dry. | Weather |" in as_markdown(result)


def test_an_error_of_a_check_is_not_taken_for_a_confirmation():
    def unreachable(_: Subject) -> str:
        raise TransientError("No answer.")

    result = rehearsed(AWS, [Assumption("It rains.", "Weather", unreachable, emulated=True)])

    assert result.results[0].state == "refuted"
    assert "No answer." in result.results[0].evidence


def test_a_failed_deployment_is_reported_and_still_deleted():
    deleted = []

    result = rehearsing.rehearse(
        "dev", AWS, deploy=fails, destroy=lambda: deleted.append(1), on_result=print
    )

    assert deleted == [1]
    unchecked = "Nothing was checked, because nothing was deployed."
    assert [step.failure for step in result.steps] == ["It failed.", unchecked, None]
    assert not result.ok


def test_an_environment_that_another_deployment_created_first_is_an_error_and_not_deleted():
    def overtaken() -> Subject:
        raise ForeignStackError("It exists.")

    with pytest.raises(ForeignStackError):
        rehearsing.rehearse(
            "dev", AWS, deploy=overtaken, destroy=lambda: pytest.fail("deleted"), on_result=print
        )


def test_ctrl_c_during_the_checks_deletes_what_was_deployed():
    def interrupted(_: Subject) -> str:
        raise KeyboardInterrupt

    deleted = []

    with pytest.raises(KeyboardInterrupt):
        rehearsing.rehearse(
            "dev",
            AWS,
            deploy=subject,
            destroy=lambda: deleted.append(1),
            assumptions=[Assumption("It rains.", "Weather", interrupted, emulated=True)],
            on_result=print,
        )

    assert deleted == [1]


def test_an_interrupted_rehearsal_says_what_it_could_not_delete():
    def interrupted() -> Subject:
        raise KeyboardInterrupt

    with pytest.raises(PermanentError, match=r"It failed\."):
        rehearsing.rehearse("dev", AWS, deploy=interrupted, destroy=fails, on_result=print)


def test_the_report_names_neither_account_nor_caller():
    text = as_markdown(rehearsed(AWS, rehearsing.ASSUMPTIONS[:0]))

    assert AWS.id not in text
    assert AWS.caller not in text


def test_every_assumption_names_its_document_and_has_a_check_of_its_own():
    checks = [each.check for each in rehearsing.ASSUMPTIONS]

    assert all(each.document for each in rehearsing.ASSUMPTIONS)
    assert len(set(checks)) == len(checks)


def rehearsed(account: Account, assumptions: Any) -> Any:
    return rehearsing.rehearse(
        "dev",
        account,
        deploy=subject,
        destroy=lambda: None,
        assumptions=assumptions,
        on_result=print,
    )


def serve(monkeypatch: pytest.MonkeyPatch, status_of: Any) -> None:
    """Answer HTTP requests with the status, or status and text, that a function returns."""

    def get(url: str, headers: Any = None, timeout: float = 0) -> httpx2.Response:
        assert timeout > 0
        reply = status_of(url, headers or {})
        status, text = reply if isinstance(reply, tuple) else (reply, "")
        return httpx2.Response(status, text=text)

    monkeypatch.setattr(assumption.httpx2, "get", get)


def assert_check(check: Any, stubbed: Subject, *, holds: bool) -> str:
    """Return what a check saw; fail unless it confirms or refutes as expected."""
    if holds:
        return str(check(stubbed))
    with pytest.raises(RefutedError) as refuted:
        check(stubbed)
    return str(refuted.value)
