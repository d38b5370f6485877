"""The stores of one call each: what they ask of AWS, and what they make of its answer."""

import base64
import io
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest
from botocore.exceptions import ParamValidationError
from botocore.response import StreamingBody

from mocktailverse.errors import PermanentError, TransientError, UsageError
from mocktailverse.loads.load_keys import load_key
from mocktailverse.loads.load_record import START, Counts, Load, Segment
from mocktailverse.loads.load_request import DeadLetter
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.stores.alarms import (
    Alarm,
    AlarmState,
    LogMetric,
    Metric,
    read_alarm,
    read_alarm_states,
    read_log_metrics,
)
from mocktailverse.stores.catalogue_object import CatalogueObject
from mocktailverse.stores.clients import INTERACTIVE, UNATTENDED, Clients
from mocktailverse.stores.data_bucket import HEAD_BYTES, DataBucket
from mocktailverse.stores.export_objects import ExportObjects
from mocktailverse.stores.functions import Functions
from mocktailverse.stores.load_items import to_segment_item
from mocktailverse.stores.log_group import LogGroup, LogRetention, read_retentions
from mocktailverse.stores.ops_key import OpsKey
from mocktailverse.stores.queue import HIDDEN_WHILE_MOVED_S, Queue


def body(value):
    text = json.dumps(value).encode()
    return StreamingBody(io.BytesIO(text), len(text))


# ---- parameters


def test_a_secret_is_read_decrypted_when_it_is_asked_for(stubbed):
    stub = stubbed("ssm")
    parameter = OpsKey(SimpleNamespace(ssm=stub.client), "/key")
    stub.add_response(
        "get_parameter", {"Parameter": {"Value": "x"}}, {"Name": "/key", "WithDecryption": True}
    )
    assert parameter.value() == "x"


def test_a_parameter_that_does_not_exist_has_no_value(stubbed):
    stub = stubbed("ssm")
    stub.add_client_error("get_parameter", "ParameterNotFound")
    assert OpsKey(SimpleNamespace(ssm=stub.client), "/key").value() is None


# ---- raw objects


def test_the_head_of_an_object_that_did_not_come_whole_is_an_error(stubbed):
    """S3 promised 10 bytes, and its answer says that it holds 4."""
    stub = stubbed("s3")
    answer = {
        "Body": StreamingBody(io.BytesIO(b"1234"), 4),
        "ContentRange": "bytes 0-9/10",
        "LastModified": datetime(2026, 1, 1, tzinfo=UTC),
        "Metadata": {},
    }
    stub.add_response("get_object", answer)
    bucket = DataBucket(SimpleNamespace(s3=stub.client), "data")
    with pytest.raises(TransientError, match="received only 4 bytes"):
        bucket.open(ObjectVersion("data", "raw/a.json", "1"))


def piece(content, start, size):
    """S3's answer to a range of an object of `size` bytes."""
    return {
        "Body": StreamingBody(io.BytesIO(content), len(content)),
        "ContentRange": f"bytes {start}-{start + len(content) - 1}/{size}",
        "LastModified": datetime(2026, 1, 1, tzinfo=UTC),
        "Metadata": {},
    }


@pytest.mark.parametrize(("version_id", "named"), [("1", {"VersionId": "1"}), ("null", {})])
def test_the_rest_of_a_long_object_is_asked_for_where_its_head_ends(stubbed, version_id, named):
    """A version `null` is of the time before the bucket was versioned."""
    stub = stubbed("s3")
    size = HEAD_BYTES + 3
    of = {"Bucket": "data", "Key": "raw/a.json", **named}
    head = {**of, "Range": f"bytes=0-{HEAD_BYTES - 1}"}
    stub.add_response("get_object", piece(b"h" * HEAD_BYTES, 0, size), head)
    rest = {**of, "Range": f"bytes={HEAD_BYTES}-"}
    stub.add_response("get_object", piece(b"end", HEAD_BYTES, size), rest)
    bucket = DataBucket(SimpleNamespace(s3=stub.client), "data")
    opened = bucket.open(ObjectVersion("data", "raw/a.json", version_id))
    assert b"".join(opened.chunks(HEAD_BYTES - 1)) == b"hend"


def test_the_rest_of_an_object_that_did_not_come_whole_is_an_error(stubbed):
    stub = stubbed("s3")
    size = HEAD_BYTES + 3
    stub.add_response("get_object", piece(b"h" * HEAD_BYTES, 0, size))
    stub.add_response("get_object", piece(b"en", HEAD_BYTES, size))
    bucket = DataBucket(SimpleNamespace(s3=stub.client), "data")
    opened = bucket.open(ObjectVersion("data", "raw/a.json", "1"))
    with pytest.raises(TransientError, match=f"received only {size - 1} bytes"):
        list(opened.chunks())


# ---- the catalogue


@pytest.fixture
def catalogue(stubbed):
    stub = stubbed("s3")
    return CatalogueObject(SimpleNamespace(s3=stub.client), "catalogue"), stub


def test_a_catalogue_that_did_not_come_whole_is_an_error(catalogue, tmp_path):
    published, stub = catalogue
    answer = {"Body": StreamingBody(io.BytesIO(b"1234"), 4), "ContentLength": 10, "ETag": '"e"'}
    stub.add_response("get_object", answer)
    with pytest.raises(TransientError, match="received only 4 bytes"):
        published.download(tmp_path / "copy")


def test_an_etag_comes_without_its_quotes_and_with_all_else(catalogue, tmp_path):
    published, stub = catalogue
    answer = {"Body": StreamingBody(io.BytesIO(b"1234"), 4), "ContentLength": 4, "ETag": '"XeX"'}
    stub.add_response("get_object", answer)
    assert published.download(tmp_path / "copy") == "XeX"
    stub.add_response("head_object", {"ETag": '"XeX"'})
    assert published.etag() == "XeX"


# ---- the queue


def test_the_visibility_timeout_is_asked_for_and_given_in_ms(stubbed):
    stub = stubbed("sqs")
    stub.add_response(
        "get_queue_attributes",
        {"Attributes": {"VisibilityTimeout": "90"}},
        {"QueueUrl": "url", "AttributeNames": ["VisibilityTimeout"]},
    )
    assert Queue(SimpleNamespace(sqs=stub.client), "url").visibility_timeout_ms() == 90_000


def test_dead_letters_are_hidden_from_others_while_they_are_moved(stubbed):
    stub = stubbed("sqs")
    asked = {
        "QueueUrl": "dead",
        "MaxNumberOfMessages": 10,
        "VisibilityTimeout": HIDDEN_WHILE_MOVED_S,
        "WaitTimeSeconds": 1,
    }
    message = {"Body": "{}", "ReceiptHandle": "receipt"}
    stub.add_response("receive_message", {"Messages": [message]}, asked)
    stub.add_response("receive_message", {}, asked)
    queue = Queue(SimpleNamespace(sqs=stub.client), "url", "dead")
    assert list(queue.dead_letters()) == [DeadLetter("{}", "receipt")]


# ---- loads


def test_the_segments_of_a_load_stand_behind_it_and_before_the_next_generation():
    load = Load(
        ObjectVersion("data", "raw/a.json", "1"), generation=1, status="loading", counts=Counts(),
        bytes=0, attempts=1, requeues=0, requeued_at=None, active_at=0, started_at=0,
        finished_at=None, error=None, transform_version=1,
    )  # fmt: skip
    part = to_segment_item(load, Segment(2, START, START, Counts(), final=True))["part"]
    assert part == {"S": "0001#000002"}
    assert load_key(load.object, 1)[1] < part["S"] < load_key(load.object, 2)[1]


# ---- exports


@pytest.fixture
def exports(stubbed):
    stub = stubbed("s3")
    return ExportObjects(SimpleNamespace(s3=stub.client), "catalogue"), stub


def test_an_export_is_stored_below_its_prefix(exports, tmp_path):
    objects, stub = exports
    key = {"Bucket": "catalogue", "Key": "exports/a.csv"}
    sent = []
    stub.client.meta.events.register(
        "provide-client-params.s3.PutObject", lambda params, **_: sent.append(params)
    )
    stub.add_response("put_object", {})
    stub.add_response("head_object", {}, key)
    stub.add_client_error("head_object", "404", expected_params=key)
    (tmp_path / "a").write_text("a")
    objects.store("a.csv", tmp_path / "a", "text/csv")
    assert objects.exists("a.csv") is True
    assert objects.exists("a.csv") is False
    assert {name: sent[0][name] for name in key} == key
    assert sent[0]["ContentType"] == "text/csv"


def test_links_name_the_object_the_file_and_a_quarter_of_an_hour(exports):
    objects, _ = exports
    for link, key in (
        (objects.link("a.csv", "drinks.csv"), "exports/a.csv"),
        (objects.catalogue_link("drinks.csv"), "catalogue.sqlite"),
    ):
        assert f"/{key}?" in link
        assert "response-content-disposition=attachment%3B%20filename%3D%22drinks.csv%22" in link
        assert "Expires" in link


# ---- functions


@pytest.fixture
def functions(stubbed):
    stub = stubbed("lambda")
    return Functions(SimpleNamespace(lambda_=stub.client)), stub


CONFIGURATION = {"MemorySize": 512, "Timeout": 60, "Runtime": "python3.13"}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({}, ("Active", "Successful", None, False)),
        ({"State": "Pending"}, ("Pending", "Successful", None, False)),
        ({"State": "Failed", "StateReason": "a"}, ("Failed", "Successful", "a", True)),
        (
            {"LastUpdateStatus": "Failed", "LastUpdateStatusReason": "b"},
            ("Active", "Failed", "b", True),
        ),
    ],
)  # fmt: skip
def test_how_a_function_is_deployed(functions, answer, expected):
    store, stub = functions
    stub.add_response("get_function_configuration", CONFIGURATION | answer, {"FunctionName": "f"})
    found = store.state("f")
    assert (found.name, found.memory_mb, found.timeout_s) == ("f", 512, 60)
    assert found.runtime == "python3.13"
    assert (found.state, found.last_update, found.reason, found.failed) == expected


def test_a_function_that_is_gone_has_failed(functions):
    store, stub = functions
    stub.add_client_error("get_function_configuration", "ResourceNotFoundException", "no f")
    found = store.state("f")
    assert (found.name, found.state, found.last_update, found.failed) == (
        "f", "Deleted", "Deleted", True,
    )  # fmt: skip
    assert (found.memory_mb, found.timeout_s, found.runtime) == (0, 0, "")
    assert "no f" in found.reason


def test_an_invocation_gives_the_answer_and_the_end_of_the_log(functions):
    store, stub = functions
    stub.add_response(
        "invoke",
        {"Payload": body({"a": 1}), "LogResult": base64.b64encode(b"log\xff").decode()},
        {"FunctionName": "f", "Payload": b'{"b":2}', "LogType": "Tail"},
    )
    done = store.run("f", b'{"b":2}')
    assert (done.answer, done.error, done.log) == ({"a": 1}, None, "log\ufffd")


def test_invoking_gives_what_the_function_returns(functions):
    store, stub = functions
    asked = {"FunctionName": "f", "Payload": b'{"b":2}', "LogType": "Tail"}
    stub.add_response("invoke", {"Payload": body({"a": 1})}, asked)
    assert store.invoke("f", {"b": 2}) == {"a": 1}


@pytest.mark.parametrize(
    ("raised", "kind", "message"),
    [
        ({"errorType": "UsageError", "errorMessage": "no such day"}, UsageError, "^no such day$"),
        ({"errorType": "KeyError", "errorMessage": "k"}, PermanentError, "^f failed: KeyError: k$"),
        ({"errorType": "KeyError"}, PermanentError, "^f failed: KeyError: {'errorType'"),
    ],
)
def test_a_function_that_fails_is_an_error_with_its_message(functions, raised, kind, message):
    store, stub = functions
    stub.add_response("invoke", {"Payload": body(raised), "FunctionError": "Unhandled"})
    with pytest.raises(kind, match=message):
        store.invoke("f", {})


# ---- logs


def test_log_groups_tell_how_long_they_keep_their_lines(stubbed):
    stub = stubbed("logs")
    groups = [{"logGroupName": "a", "retentionInDays": 3, "storedBytes": 7}, {"logGroupName": "b"}]
    stub.add_response("describe_log_groups", {"logGroups": groups}, {"logGroupNamePrefix": "p"})
    found = read_retentions(SimpleNamespace(logs=stub.client), "p")
    assert found == [LogRetention("a", 3, 7), LogRetention("b", None, 0)]


@pytest.mark.parametrize(("word", "pattern"), [("", ""), ("a b", '"a b"')])
def test_a_log_is_searched_for_the_word_as_it_is(stubbed, word, pattern):
    stub = stubbed("logs")
    asked = {"logGroupName": "g", "startTime": 5, "filterPattern": pattern}
    stub.add_response("filter_log_events", {"events": []}, asked)
    assert list(LogGroup(SimpleNamespace(logs=stub.client), "g").lines(5, word)) == []


# ---- clients


CLIENTS = {
    "s3": "s3", "sqs": "sqs", "dynamodb": "dynamodb", "lambda_": "lambda",
    "cloudformation": "cloudformation", "iam": "iam", "logs": "logs", "cloudwatch": "cloudwatch",
    "ssm": "ssm", "sts": "sts", "cost_explorer": "ce", "free_tier": "freetier",
}  # fmt: skip
IN_ONE_REGION = {"cost_explorer", "free_tier"}
ENDPOINT = "http://127.0.0.1:1"


@pytest.fixture
def keys():
    return {"region": "eu-west-1", "access_key_id": "a", "secret_access_key": "b"}


@pytest.mark.parametrize("name", CLIENTS)
def test_each_client_speaks_to_its_service_as_it_was_told(keys, name):
    client = getattr(Clients(**keys, endpoint_url=ENDPOINT, timeouts=INTERACTIVE), name)
    config = client.meta.config
    assert client.meta.service_model.service_name == CLIENTS[name]
    if name in IN_ONE_REGION:
        assert "us-east-1" in client.meta.endpoint_url
    else:
        assert (client.meta.endpoint_url, client.meta.region_name) == (ENDPOINT, "eu-west-1")
    assert config.proxies == {}
    assert config.max_pool_connections == 32
    assert config.connect_timeout == INTERACTIVE.connect_s
    assert config.read_timeout == (910 if name == "lambda_" else INTERACTIVE.read_s)
    once = name in {"lambda_", "cost_explorer"}  # a second call would work, or cost, twice
    attempts = 1 if once else INTERACTIVE.attempts
    assert config.retries == {"mode": "standard", "total_max_attempts": attempts}


def test_a_client_is_unhurried_unless_somebody_waits(keys):
    config = Clients(**keys).sqs.meta.config
    assert (config.connect_timeout, config.read_timeout) == (5, 20)
    assert config.retries["total_max_attempts"] == 4
    assert (INTERACTIVE.connect_s, INTERACTIVE.read_s, INTERACTIVE.attempts) == (2, 5, 2)
    assert UNATTENDED == (5, 20, 4)
    assert config.proxies is None


@pytest.mark.parametrize(("endpoint", "style"), [(None, "virtual"), ("http://127.0.0.1:1", "path")])
def test_links_name_the_bucket_where_the_endpoint_lets_them(keys, endpoint, style):
    config = Clients(**keys, endpoint_url=endpoint).s3.meta.config
    assert config.s3["addressing_style"] == style
    assert config.signature_version == "s3v4"


def test_requests_are_signed_with_the_keys_that_were_given(keys):
    both = [Clients(**keys | {"secret_access_key": secret}).s3 for secret in ("b", "c")]

    def queries():
        """What the two clients sign within one second, for the time is signed, too."""
        asked = {"Bucket": "b", "Key": "k"}
        for _ in range(50):
            links = [client.generate_presigned_url("get_object", Params=asked) for client in both]
            found = [parse_qs(link.partition("?")[2]) for link in links]
            if found[0]["X-Amz-Date"] == found[1]["X-Amz-Date"]:
                return found
        return pytest.fail("no second is long enough")

    one, other = queries()
    assert one["X-Amz-Credential"] == other["X-Amz-Credential"]
    assert one["X-Amz-Credential"][0].startswith("a/")
    assert one["X-Amz-Signature"] != other["X-Amz-Signature"]


def test_only_the_tables_items_are_not_checked_by_botocore(keys):
    clients = Clients(**keys)
    for client in (clients.dynamodb, clients.sqs):
        client.meta.events.register("before-send", lambda **_: pytest.fail("sent"))
    with pytest.raises(pytest.fail.Exception, match="sent"):
        clients.dynamodb.get_item(TableName="a")
    with pytest.raises(ParamValidationError):
        clients.sqs.send_message(QueueUrl="a")


def test_the_endpoint_is_the_one_given_or_the_one_configured_or_none(keys, monkeypatch):
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_CLOUDFORMATION"):
        monkeypatch.delenv(name, raising=False)
    assert Clients(**keys).endpoint is None
    assert Clients(**keys, endpoint_url="http://127.0.0.1:1").endpoint == "http://127.0.0.1:1"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:2/")
    assert Clients(**keys).endpoint == "http://127.0.0.1:2"


def test_keys_and_an_endpoint_make_the_hosts_profile_unimportant(keys, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "not-there")
    clients = Clients(**keys, endpoint_url="http://127.0.0.1:1")
    assert clients.region == "eu-west-1"
    assert clients.sqs.meta.region_name == "eu-west-1"


def test_without_a_region_there_is_an_empty_one(monkeypatch, tmp_path):
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    assert Clients().region == ""


# ---- alarms


def test_the_states_of_alarms_are_asked_for_by_name(stubbed):
    stub = stubbed("cloudwatch")
    at = datetime(2026, 1, 1, 12, tzinfo=UTC)
    alarms = [
        {"AlarmName": "a", "AlarmDescription": "d", "StateValue": "ALARM", "StateReason": "r"},
        {"AlarmName": "b", "StateValue": "OK"},
    ]
    stub.add_response(
        "describe_alarms",
        {"MetricAlarms": [alarm | {"StateUpdatedTimestamp": at} for alarm in alarms]},
        {"AlarmNames": ["a", "b"], "MaxRecords": 100},
    )
    found = read_alarm_states(SimpleNamespace(cloudwatch=stub.client), {"b", "a"})
    noon_ms = 1_767_268_800_000
    assert found == [
        AlarmState("a", "d", "ALARM", "r", noon_ms),
        AlarmState("b", "", "OK", "", noon_ms),
    ]


def test_no_alarm_is_asked_for_where_there_is_none(stubbed):
    assert read_alarm_states(SimpleNamespace(cloudwatch=stubbed("cloudwatch").client), []) == []


DEPLOYED = {
    "Namespace": "n",
    "MetricName": "m",
    "Statistic": "Sum",
    "Period": 60,
    "EvaluationPeriods": 5,
    "ComparisonOperator": "GreaterThanThreshold",
    "Threshold": 1.5,
}
ALARM = {
    "name": "a",
    "description": "",
    "metric": Metric("n", "m", ()),
    "statistic": "Sum",
    "period_s": 60,
    "periods": 5,
    "periods_to_alarm": 5,
    "comparison": "GreaterThanThreshold",
    "threshold": 1.5,
    "missing_data": "missing",
}


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ({}, {}),
        (
            {
                "AlarmDescription": "d",
                "Dimensions": [{"Name": "x", "Value": "1"}, {"Name": "y", "Value": "2"}],
                "DatapointsToAlarm": 3,
                "TreatMissingData": "breaching",
            },
            {
                "description": "d",
                "metric": Metric("n", "m", (("x", "1"), ("y", "2"))),
                "periods_to_alarm": 3,
                "missing_data": "breaching",
            },
        ),
    ],
)
def test_an_alarm_is_asked_for_by_its_name_and_read_with_what_cloudwatch_leaves_out(
    stubbed, answer, read
):
    stub = stubbed("cloudwatch")
    asked = {"AlarmNames": ["a"]}
    stub.add_response("describe_alarms", {"MetricAlarms": [DEPLOYED | answer]}, asked)
    alarm = read_alarm(SimpleNamespace(cloudwatch=stub.client), "a")
    assert alarm == Alarm(**ALARM | read)
    assert alarm.window_ms == 300_000


def test_the_filters_of_a_log_group_are_asked_for_by_its_name(stubbed):
    stub = stubbed("logs")
    made = {"metricNamespace": "n", "metricName": "m", "metricValue": "2"}
    found = {"filterPattern": '?"a b"', "metricTransformations": [made]}
    stub.add_response(
        "describe_metric_filters", {"metricFilters": [found, found]}, {"logGroupName": "g"}
    )
    read = read_log_metrics(SimpleNamespace(logs=stub.client), "g")
    assert read == [LogMetric("g", ("a b",), Metric("n", "m"), 2.0)] * 2
