"""Stores with a single call each: their requests to AWS and their results."""

import base64
import io
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from urllib.parse import parse_qs

import pytest
from botocore.exceptions import ParamValidationError
from botocore.response import StreamingBody

from mocktailverse.catalogue.changes.publication import PublishedCatalogue
from mocktailverse.errors import MissingError, PermanentError, TransientError, UsageError
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
from mocktailverse.stores.catalogue_objects import CatalogueObjects
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


def test_a_secret_is_read_decrypted(stubbed):
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


def test_an_incomplete_head_of_an_object_is_an_error(stubbed):
    """S3 announces 10 bytes, but the response has 4."""
    stub = stubbed("s3")
    response = {
        "Body": StreamingBody(io.BytesIO(b"1234"), 4),
        "ContentRange": "bytes 0-9/10",
        "LastModified": datetime(2026, 1, 1, tzinfo=UTC),
        "Metadata": {},
    }
    stub.add_response("get_object", response)
    bucket = DataBucket(SimpleNamespace(s3=stub.client), "data")
    with pytest.raises(TransientError, match="received only 4 bytes"):
        bucket.open(ObjectVersion("data", "raw/a.json", "1"))


def piece(content, start, size):
    """Return the response of S3 to a range request for an object of `size` bytes."""
    return {
        "Body": StreamingBody(io.BytesIO(content), len(content)),
        "ContentRange": f"bytes {start}-{start + len(content) - 1}/{size}",
        "LastModified": datetime(2026, 1, 1, tzinfo=UTC),
        "Metadata": {},
    }


@pytest.mark.parametrize(("version_id", "named"), [("1", {"VersionId": "1"}), ("null", {})])
def test_the_rest_of_a_long_object_is_requested_from_the_end_of_its_head(
    stubbed, version_id, named
):
    """A version `null` was stored before the bucket was versioned."""
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


def test_an_incomplete_rest_of_an_object_is_an_error(stubbed):
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
    objects = CatalogueObjects(SimpleNamespace(s3=stub.client), "catalogue")
    return PublishedCatalogue(objects, "catalogue.sqlite"), stub


def test_an_incomplete_catalogue_is_an_error(catalogue, tmp_path):
    published, stub = catalogue
    response = {"Body": StreamingBody(io.BytesIO(b"1234"), 4), "ContentLength": 10, "ETag": '"e"'}
    stub.add_response("get_object", response)
    with pytest.raises(TransientError, match="received only 4 bytes"):
        published.download(tmp_path / "copy")


def test_an_etag_is_returned_without_quotes_and_otherwise_unchanged(catalogue, tmp_path):
    published, stub = catalogue
    response = {"Body": StreamingBody(io.BytesIO(b"1234"), 4), "ContentLength": 4, "ETag": '"XeX"'}
    stub.add_response("get_object", response)
    assert published.download(tmp_path / "copy").etag == "XeX"
    stub.add_response("head_object", {"ETag": '"XeX"'})
    assert published.etag() == "XeX"


def test_readers_get_the_file_of_an_earlier_format_until_there_is_one_of_theirs(stubbed, tmp_path):
    stub = stubbed("s3")
    keys = ["catalogue-5.json", "catalogue-4.json", "catalogue.sqlite"]
    objects = CatalogueObjects(SimpleNamespace(s3=stub.client), "bucket")
    published = PublishedCatalogue(objects, keys[0], keys[1:])
    response = {"Body": StreamingBody(io.BytesIO(b"1234"), 4), "ContentLength": 4, "ETag": '"e"'}
    asked = [{"Bucket": "bucket", "Key": key} for key in keys]
    stub.add_client_error("get_object", "NoSuchKey", expected_params=asked[0])
    stub.add_client_error("get_object", "NoSuchKey", expected_params=asked[1])
    stub.add_response("get_object", response, asked[2])
    assert published.download(tmp_path / "copy").etag == "e"
    for expected in asked:
        stub.add_client_error("get_object", "NoSuchKey", expected_params=expected)
    with pytest.raises(MissingError):
        published.download(tmp_path / "copy")
    stub.add_client_error("head_object", "404", expected_params=asked[0])
    assert published.etag() is None, "an upload replaces the file of its own format only"


# ---- the queue


def test_the_visibility_timeout_is_returned_in_ms(stubbed):
    stub = stubbed("sqs")
    stub.add_response(
        "get_queue_attributes",
        {"Attributes": {"VisibilityTimeout": "90"}},
        {"QueueUrl": "url", "AttributeNames": ["VisibilityTimeout"]},
    )
    assert Queue(SimpleNamespace(sqs=stub.client), "url").visibility_timeout_ms() == 90_000


def test_dead_letters_are_hidden_from_others_while_they_are_moved(stubbed):
    stub = stubbed("sqs")
    request = {
        "QueueUrl": "dead",
        "MaxNumberOfMessages": 10,
        "VisibilityTimeout": HIDDEN_WHILE_MOVED_S,
        "WaitTimeSeconds": 1,
    }
    message = {"Body": "{}", "ReceiptHandle": "receipt"}
    stub.add_response("receive_message", {"Messages": [message]}, request)
    stub.add_response("receive_message", {}, request)
    queue = Queue(SimpleNamespace(sqs=stub.client), "url", "dead")
    assert list(queue.dead_letters()) == [DeadLetter("{}", "receipt")]


# ---- loads


def test_the_segments_of_a_load_sort_after_it_and_before_the_next_generation():
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


def test_an_export_is_stored_below_its_prefix_and_never_replaced(exports, tmp_path):
    objects, stub = exports
    key = {"Bucket": "catalogue", "Key": "exports/a.csv"}
    sent = []
    stub.client.meta.events.register(
        "provide-client-params.s3.PutObject", lambda params, **_: sent.append(params)
    )
    stub.add_response("put_object", {})
    stub.add_client_error("put_object", "PreconditionFailed")  # another process was faster
    (tmp_path / "a").write_text("a")
    for _ in range(2):
        objects.store("a.csv", tmp_path / "a", "text/csv")
    expected = key | {"ContentType": "text/csv", "IfNoneMatch": "*"}
    assert {name: sent[1][name] for name in expected} == expected


def test_the_size_of_an_export_is_none_if_it_is_not_stored(exports):
    objects, stub = exports
    key = {"Bucket": "catalogue", "Key": "exports/a.csv"}
    stub.add_response("head_object", {"ContentLength": 7}, key)
    stub.add_client_error("head_object", "404", expected_params=key)
    assert objects.size("a.csv") == 7
    assert objects.size("a.csv") is None


@pytest.mark.parametrize(
    ("part", "header"), [((), "bytes=0-"), ((3, 5), "bytes=3-4"), ((0, 1), "bytes=0-0")]
)
def test_a_part_of_an_export_is_one_range_of_its_object(exports, part, header):
    objects, stub = exports
    key = {"Bucket": "catalogue", "Key": "exports/a.csv", "Range": header}
    stub.add_response("get_object", {"Body": io.BytesIO(b"ab")}, key)
    assert objects.read("a.csv", *part) == b"ab"
    assert objects.read("a.csv", 4, 4) == b"", "needs no request"


# ---- functions


@pytest.fixture
def functions(stubbed):
    stub = stubbed("lambda")
    return Functions(SimpleNamespace(lambda_=stub.client)), stub


CONFIGURATION = {"MemorySize": 512, "Timeout": 60, "Runtime": "python3.13"}


@pytest.mark.parametrize(
    ("response", "expected"),
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
def test_the_state_of_a_function(functions, response, expected):
    store, stub = functions
    stub.add_response("get_function_configuration", CONFIGURATION | response, {"FunctionName": "f"})
    state = store.state("f")
    assert (state.name, state.memory_mb, state.timeout_s) == ("f", 512, 60)
    assert state.runtime == "python3.13"
    assert (state.state, state.last_update, state.reason, state.failed) == expected


def test_a_deleted_function_has_failed(functions):
    store, stub = functions
    stub.add_client_error("get_function_configuration", "ResourceNotFoundException", "no f")
    state = store.state("f")
    assert (state.name, state.state, state.last_update, state.failed) == (
        "f", "Deleted", "Deleted", True,
    )  # fmt: skip
    assert (state.memory_mb, state.timeout_s, state.runtime) == (0, 0, "")
    assert "no f" in state.reason


def test_an_invocation_returns_the_response_and_the_end_of_the_log(functions):
    store, stub = functions
    stub.add_response(
        "invoke",
        {"Payload": body({"a": 1}), "LogResult": base64.b64encode(b"log\xff").decode()},
        {"FunctionName": "f", "Payload": b'{"b":2}', "LogType": "Tail"},
    )
    invocation = store.run("f", b'{"b":2}')
    assert (invocation.answer, invocation.error, invocation.log) == ({"a": 1}, None, "log\ufffd")


def test_invoke_returns_the_result_of_the_function(functions):
    store, stub = functions
    request = {"FunctionName": "f", "Payload": b'{"b":2}', "LogType": "Tail"}
    stub.add_response("invoke", {"Payload": body({"a": 1})}, request)
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


def test_the_retention_of_log_groups_is_read(stubbed):
    stub = stubbed("logs")
    groups = [{"logGroupName": "a", "retentionInDays": 3, "storedBytes": 7}, {"logGroupName": "b"}]
    stub.add_response("describe_log_groups", {"logGroups": groups}, {"logGroupNamePrefix": "p"})
    retentions = read_retentions(SimpleNamespace(logs=stub.client), "p")
    assert retentions == [LogRetention("a", 3, 7), LogRetention("b", None, 0)]


@pytest.mark.parametrize(("word", "pattern"), [("", ""), ("a b", '"a b"')])
def test_a_log_is_searched_for_the_literal_text(stubbed, word, pattern):
    stub = stubbed("logs")
    request = {"logGroupName": "g", "startTime": 5, "filterPattern": pattern}
    stub.add_response("filter_log_events", {"events": []}, request)
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
def test_each_client_has_the_configuration_of_its_service(keys, name):
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
    once = name in {
        "lambda_",
        "cost_explorer",
    }  # a retry would run the function, or cost money, twice
    attempts = 1 if once else INTERACTIVE.attempts
    assert config.retries == {"mode": "standard", "total_max_attempts": attempts}


def test_a_client_has_long_timeouts_by_default(keys):
    config = Clients(**keys).sqs.meta.config
    assert (config.connect_timeout, config.read_timeout) == (5, 20)
    assert config.retries["total_max_attempts"] == 4
    assert (INTERACTIVE.connect_s, INTERACTIVE.read_s, INTERACTIVE.attempts) == (2, 5, 2)
    assert UNATTENDED == (5, 20, 4)
    assert config.proxies is None


@pytest.mark.parametrize(("endpoint", "style"), [(None, "virtual"), ("http://127.0.0.1:1", "path")])
def test_links_have_the_addressing_style_of_the_endpoint(keys, endpoint, style):
    config = Clients(**keys, endpoint_url=endpoint).s3.meta.config
    assert config.s3["addressing_style"] == style
    assert config.signature_version == "s3v4"


def test_requests_are_signed_with_the_given_keys(keys):
    both = [Clients(**keys | {"secret_access_key": secret}).s3 for secret in ("b", "c")]

    def queries():
        """Return queries that both clients sign within the same second: the time is signed, too."""
        parameters = {"Bucket": "b", "Key": "k"}
        for _ in range(50):
            links = [
                client.generate_presigned_url("get_object", Params=parameters) for client in both
            ]
            signed = [parse_qs(link.partition("?")[2]) for link in links]
            if signed[0]["X-Amz-Date"] == signed[1]["X-Amz-Date"]:
                return signed
        return pytest.fail("No two links were signed within the same second.")

    one, other = queries()
    assert one["X-Amz-Credential"] == other["X-Amz-Credential"]
    assert one["X-Amz-Credential"][0].startswith("a/")
    assert one["X-Amz-Signature"] != other["X-Amz-Signature"]


def test_botocore_validates_all_parameters_except_those_of_dynamodb(keys):
    clients = Clients(**keys)
    for client in (clients.dynamodb, clients.sqs):
        client.meta.events.register("before-send", lambda **_: pytest.fail("sent"))
    with pytest.raises(pytest.fail.Exception, match="sent"):
        clients.dynamodb.get_item(TableName="a")
    with pytest.raises(ParamValidationError):
        clients.sqs.send_message(QueueUrl="a")


def test_the_endpoint_is_the_given_one_or_the_configured_one_or_none(keys, monkeypatch):
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_CLOUDFORMATION"):
        monkeypatch.delenv(name, raising=False)
    assert Clients(**keys).endpoint is None
    assert Clients(**keys, endpoint_url="http://127.0.0.1:1").endpoint == "http://127.0.0.1:1"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:2/")
    assert Clients(**keys).endpoint == "http://127.0.0.1:2"


def test_with_keys_and_an_endpoint_the_profile_is_ignored(keys, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "not-there")
    clients = Clients(**keys, endpoint_url="http://127.0.0.1:1")
    assert clients.region == "eu-west-1"
    assert clients.sqs.meta.region_name == "eu-west-1"


def test_without_a_region_the_region_is_empty(monkeypatch, tmp_path):
    for name in ("AWS_DEFAULT_REGION", "AWS_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    assert Clients().region == ""


# ---- alarms


def test_the_states_of_alarms_are_requested_by_name(stubbed):
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
    states = read_alarm_states(SimpleNamespace(cloudwatch=stub.client), {"b", "a"})
    noon_ms = 1_767_268_800_000
    assert states == [
        AlarmState("a", "d", "ALARM", "r", noon_ms),
        AlarmState("b", "", "OK", "", noon_ms),
    ]


def test_without_alarms_there_is_no_request(stubbed):
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
    ("response", "fields"),
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
def test_an_alarm_is_requested_by_name_and_missing_fields_have_defaults(stubbed, response, fields):
    stub = stubbed("cloudwatch")
    request = {"AlarmNames": ["a"]}
    stub.add_response("describe_alarms", {"MetricAlarms": [DEPLOYED | response]}, request)
    alarm = read_alarm(SimpleNamespace(cloudwatch=stub.client), "a")
    assert alarm == Alarm(**ALARM | fields)
    assert alarm.window_ms == 300_000


def test_the_filters_of_a_log_group_are_requested_by_its_name(stubbed):
    stub = stubbed("logs")
    transformation = {"metricNamespace": "n", "metricName": "m", "metricValue": "2"}
    metric_filter = {"filterPattern": '{($.a = "b c")}', "metricTransformations": [transformation]}
    stub.add_response(
        "describe_metric_filters",
        {"metricFilters": [metric_filter, metric_filter]},
        {"logGroupName": "g"},
    )
    read = read_log_metrics(SimpleNamespace(logs=stub.client), "g")
    assert read == [LogMetric("g", (("a", "b c"),), Metric("n", "m"), 2.0)] * 2
