"""A report of a running stack shows its loads, its health and the findings that need attention."""

import re
import time

import pytest

from mocktailverse.errors import PermanentError
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.times import now

DOCS = ("live-metrics.md", "operations.md")
NO_NAME = {"idDrink": "950999", "strIngredient1": "Gin", "strInstructions": "Stir."}


@pytest.fixture(autouse=True)
def _empty_logs(pipeline):
    """Delete the logs, because other tests on this stack make functions fail."""
    logs = pipeline.clients.logs
    for group in logs.describe_log_groups()["logGroups"]:
        named = {"logGroupName": group["logGroupName"]}
        pages = list(logs.get_paginator("describe_log_streams").paginate(**named))
        for stream in (stream for page in pages for stream in page["logStreams"]):
            logs.delete_log_stream(**named, logStreamName=stream["logStreamName"])


@pytest.fixture
def loaded(pipeline, drinks):
    """Five drinks, two of them twice, and two records that are rejected; all of it published."""
    first = [pipeline.put([*drinks(5, 950_001), NO_NAME], "first.json", observed_at=1000)]
    pipeline.settled(*first)
    second = [
        pipeline.put(drinks(2, 950_001), "again.json", observed_at=2000),
        pipeline.put(b"<html>", "page.json"),
    ]
    pipeline.settled(*second)
    pipeline.until(lambda: pipeline.verify().ok)
    return [*first, *second]


def test_the_figures_match_the_loads(pipeline, cli, loaded):
    report = cli("report", "--json").json

    assert report["ok"]
    metrics = report["metrics"]
    assert metrics["statuses"] == {"done": 3}
    assert metrics["counts"] == {"read": 9, "loaded": 5, "unchanged": 2, "stale": 0, "rejected": 2}
    assert metrics["not_conserving"] == []
    loads = [pipeline.load(version) for version in loaded]
    assert metrics["throughput"]["records"] == 9
    assert metrics["throughput"]["bytes"] == sum(load.bytes for load in loads)
    assert 0 < metrics["throughput"]["busy_s"] <= sum(load.duration_ms for load in loads) / 1000
    assert report["rejects"]["codes"] == {
        line.code: 1 for version in loaded for line in pipeline.rejected(version)
    }
    catalogue = report["catalogue"]
    assert catalogue["meta"]["drinks"] == 5
    (source,) = catalogue["sources"]
    assert (source["drinks"], source["mocktails"]["count"]) == (5, 0)
    assert source["strength"] == {"count": 5, "of": 5, "percent": 100.0}


def test_latencies_start_when_the_raw_object_is_stored(pipeline, cli, loaded):
    metrics = cli("report", "--json").json["metrics"]

    durations_ms = [load.finished_at - load.stored_at for load in map(pipeline.load, loaded)]
    assert metrics["to_loaded_s"]["count"] == 3
    assert metrics["to_loaded_s"]["most"] == pytest.approx(max(durations_ms) / 1000)
    assert metrics["to_visible_s"]["count"] == 1, "only the first object brought new drinks"
    assert metrics["not_seen"] == 0


def test_operations_show_the_state_of_each_part(pipeline, cli, loaded):
    operations = cli("report", "--json").json["operations"]

    functions = {value for name, value in pipeline.outputs.items() if name.endswith("Function")}
    assert {function["name"] for function in operations["functions"]} == functions
    assert {function["state"] for function in operations["functions"]} == {"Active"}
    groups = {group["name"]: group["days"] for group in operations["log_groups"]}
    assert groups == {f"/aws/lambda/{name}": 7 for name in functions}
    assert operations["is_emulated"]
    assert len(operations["alarms"]) == 5
    assert (operations["waiting"], operations["dead"]) == (0, 0)
    listed = [load["key"] for load in operations["last_loads"]]
    assert sorted(listed) == sorted(version.key for version in loaded)
    assert operations["cost"]["usd_so_far"] >= 0


def test_the_visibility_timeout_is_the_queues(pipeline):
    attributes = pipeline.clients.sqs.get_queue_attributes(
        QueueUrl=pipeline.outputs["QueueUrl"], AttributeNames=["VisibilityTimeout"]
    )["Attributes"]
    assert pipeline.queue.visibility_timeout_ms() == 1000 * int(attributes["VisibilityTimeout"])


def test_a_load_without_a_worker_and_a_message_needs_attention(pipeline, cli):
    """Its last update is older than two visibility timeouts."""
    long_ago = time.time_ns() // 1_000_000 - 2 * pipeline.queue.visibility_timeout_ms() - 1
    version = ObjectVersion(pipeline.outputs["DataBucket"], "raw/thecocktaildb/dead.json", "v1")
    request = LoadRequest(version, 1)
    pipeline.loads.acquire(request, "killed", now=long_ago, until=long_ago + 15_000)
    findings = cli("report", "--json", code=1).json["attention"]
    assert {"what": "1 stuck load", "runbook": "no-load"} in findings


@pytest.mark.usefixtures("loaded")
def test_the_pages_say_when_where_and_how_they_were_generated(cli, tmp_path):
    cli("report", "--output", tmp_path / "pages", "--days", "2")

    for name in DOCS:
        page = (tmp_path / "pages" / name).read_text()
        head = " ".join(page.split("\n\n")[2].split())
        assert head.startswith(
            "Generated by `mocktailverse report --env local --days 2 --output DIR` on 20"
        )
        assert "from the local stack" in head
        assert "**ok: nothing needs attention**" in page
        assert str(tmp_path) not in page
        assert max(len(line) for line in page.splitlines() if line[:1] != "|") <= 118
    assert "9 read = 5 + 2 + 0 + 2" in (tmp_path / "pages" / DOCS[0]).read_text()


@pytest.mark.usefixtures("loaded")
def test_the_links_of_the_pages_resolve_in_docs_operations(cli, tmp_path, samples):
    cli("report", "--output", tmp_path)

    folder = samples.parents[1] / "docs" / "operations"
    for name in DOCS:
        for target in re.findall(r"\]\(([^)]+)\)", (tmp_path / name).read_text()):
            assert (folder / target).is_file(), target


@pytest.mark.usefixtures("loaded")
def test_the_text_output_has_tables(cli):
    result = cli("report")

    for title in ("Records", "Speed", "Rejected, by reason", "Alarms"):
        assert title in result.out
    assert "nothing needs attention" in result.err


def test_a_failed_load_needs_attention_and_exits_with_1(pipeline, cli, drinks, tmp_path):
    with pipeline.unread_queue():
        version = pipeline.hold(drinks(1), "| *lost* <b>.json")
    pipeline.loads.fail(version, 1, "It broke | badly.", now=now())

    report = cli("report", "--json", "--output", tmp_path, code=1).json

    assert not report["ok"]
    assert [finding["runbook"] for finding in report["attention"]] == ["dead-letters"]
    assert report["operations"]["failed"][0]["error"] == "It broke | badly."
    page = (tmp_path / "operations.md").read_text()
    assert "attention: 1 finding" in page
    assert r"\| \*lost\* \<b\>.json" in page


def test_a_function_that_fails_needs_attention(pipeline, cli):
    with pytest.raises(PermanentError):
        pipeline.stores.functions.invoke(pipeline.outputs["TransformFunction"], {"Records": "none"})

    report = cli("report", "--json", code=1).json

    assert report["operations"]["failures"] >= 1
    assert [finding["runbook"] for finding in report["attention"]] == ["function-errors"]


def test_an_empty_stack_has_a_report(cli):
    report = cli("report", "--json").json
    assert (report["ok"], report["metrics"]["statuses"], report["rejects"]["codes"]) == (
        True,
        {},
        {},
    )


def test_a_report_needs_a_stack(command, tmp_path):
    assert command("report", "--state-dir", tmp_path / "none").code == 3


def test_a_state_folder_of_a_deployed_environment_is_wrong_usage(command, tmp_path):
    assert command("report", "--env", "prod", "--state-dir", tmp_path).code == 2
