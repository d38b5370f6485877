"""The output of commands for people fits a terminal of 80 columns and uses words."""

import json
from datetime import UTC, datetime
from types import SimpleNamespace

import msgspec
import pytest
from rich.console import Console
from typer.testing import CliRunner

from mocktailverse.cli import (
    cost_command,
    drinks_command,
    fetch_command,
    loads_command,
    logs_command,
    output,
    rejected_command,
    replay_command,
    status_command,
    trace_command,
    up_command,
    verify_command,
)
from mocktailverse.cli.down_command import StackContents
from mocktailverse.cli.main import app
from mocktailverse.deployment.function_code import FunctionCode
from mocktailverse.drinks.codes import Reason
from mocktailverse.drinks.content_changes import Changes
from mocktailverse.errors import UsageError
from mocktailverse.loads.load_record import Counts, Load, load_fields
from mocktailverse.loads.load_request import LoadRequest
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.loads.rejected import Rejected
from mocktailverse.local.lifecycle import Status
from mocktailverse.local.state import DASHBOARD, EMULATOR, SERVER, SOURCE
from mocktailverse.operations.trace import Step
from mocktailverse.pipeline.verify import VerifyReport
from mocktailverse.sources.thecocktaildb.collector import completed
from mocktailverse.sources.thecocktaildb.extract_report import Coverage, ExtractReport
from worlds.local_stacks import new_local_stack

WIDTH = 80
KEY = "raw/thecocktaildb/2026/11/23/20261123T013135673Z-ingest/00002-winter.ndjson.gz"
OUTPUTS = {
    "ApiId": "1bc45288",
    "DataBucket": "mocktailverse-data-local-000000000000-us-east-1",
    "AlarmTopic": "arn:aws:sns:us-east-1:000000000000:mocktailverse-alarms-local",
}


@pytest.fixture(autouse=True)
def narrow(monkeypatch):
    """Make the terminal 80 columns wide."""
    monkeypatch.setattr(output, "stdout", Console(width=WIDTH))


@pytest.fixture
def run(monkeypatch):
    """Return a function that runs a command with some attributes of its module replaced."""

    def invoke(module, *arguments, **replaced):
        for name, value in replaced.items():
            monkeypatch.setattr(module, name, value)
        return CliRunner().invoke(app, arguments)

    return invoke


def load_of(key=KEY, **fields):
    version = ObjectVersion("bucket", key, "v1")
    values = {"generation": 1, "bytes": 1, "attempts": 1, "requeues": 0, "requeued_at": None}
    times = {"active_at": 1, "started_at": 1_764_554_600_000, "finished_at": 2}
    counts = Counts(read=14, unchanged=14)
    others = {"status": "loading", "error": None, "transform_version": 1, "counts": counts}
    return Load(version, **{**values, **times, **others, **fields})


def stack():
    return new_local_stack(EMULATOR, SOURCE, SERVER, DASHBOARD, outputs=OUTPUTS)


def lines_of(text):
    lines = text.splitlines()
    assert max(map(len, lines)) <= WIDTH
    return [" ".join(line.split()) for line in lines]


# ---- tables


def test_a_load_is_one_line(capsys):
    loads_command.print_loads([load_of(), load_of("raw/own/recipe.json")])
    lines = lines_of(capsys.readouterr().out)
    assert "12-01 02:03 00002-winter.ndjson.… loading 14 0 14 0 0" in lines
    assert "2 loads 28 0 28 0 0" in lines


def test_a_finished_load_shows_its_whole_file_name(capsys):
    loads_command.print_loads([load_of(status="done")])
    assert "12-01 02:03 00002-winter.ndjson.gz done 14 0 14 0 0" in lines_of(
        capsys.readouterr().out
    )


def test_json_has_the_whole_key_of_a_load():
    assert load_fields(load_of())["key"] == KEY


@pytest.fixture
def rejected_stores():
    version = ObjectVersion("bucket", KEY, "v1")
    line = Rejected("id_missing", "$.idDrink", "idDrink is absent or blank.", 2684, {}, version)
    return {
        "connect": lambda *_: SimpleNamespace(loads=None, bucket=None),
        "recent_loads": lambda *_: ([load_of()], None),
        "rejected_lines": lambda *_: [line],
    }


def test_a_rejected_record_is_one_line(run, rejected_stores):
    result = run(rejected_command, "rejected", **rejected_stores)
    assert "id_missing 00002-winter.ndjson.gz 2684 idDrink is absent or blank." in lines_of(
        result.stdout
    )


def test_json_has_the_path_and_the_whole_key_of_a_rejected_record(run, rejected_stores):
    result = run(rejected_command, "rejected", "--json", **rejected_stores)
    (item,) = json.loads(result.stdout)["items"]
    assert (item["path"], item["object"]["key"]) == ("$.idDrink", KEY)


def test_a_difference_is_one_line_and_json_has_the_whole_key(run):
    report = VerifyReport()
    report.add("not_conserving", KEY, "its load is failed: timed out")
    report.add("lost", "thecocktaildb:11007", "it is not in the table")
    replaced = {"connect": lambda *_: None, "verify_with_progress": lambda *_, **__: report}
    result = run(verify_command, "verify", **replaced)
    assert result.exit_code == 1
    lines = lines_of(result.stdout)
    assert "not conserving 00002-winter.ndjson.gz its load is failed: timed out" in lines
    assert "lost thecocktaildb:11007 it is not in the table" in lines
    assert "--json" in result.stderr
    fields = json.loads(run(verify_command, "verify", "--json", **replaced).stdout)
    assert fields["not_conserving"] == [KEY]


def test_a_fetch_prints_lines_of_80_columns_at_most(capsys):
    coverage = {
        "known": 172,
        "seen": 172,
        "held": 172,
        "new": 172,
        "absent": 120,
        "withdrawn": 0,
        "estimated_total": 1720,
        "requests": 58,
        "requests_per_drink": 0.337,
        "ended": "done",
        "outage_suspected": True,
    }
    report = ExtractReport(
        "run", "sweep", records=172, requests=58, coverage=msgspec.convert(coverage, Coverage)
    )
    report = completed(report)
    fetch_command._print_report(report)  # noqa: SLF001 - the rest of the command needs a stack
    lines = lines_of(capsys.readouterr().err)
    assert lines[1] == "172 of 172 known drinks seen, 172 of them new"
    assert "an outage of the source is suspected, and none is withdrawn" in lines


def test_a_fetch_without_drinks_prints_no_requests_per_drink():
    nothing = dict.fromkeys(Coverage.__struct_fields__, 0)
    nothing |= {"ended": "unreachable", "outage_suspected": False, "requests_per_drink": 25.0}
    report = ExtractReport("run", "sweep", coverage=msgspec.convert(nothing, Coverage))
    (_, ended, *_) = completed(report).remarks
    assert ended == "estimated total 0; ended: unreachable"


def test_a_replay_prints_what_changed(run):
    loads = [
        load_of(status="done", changes=Changes(2, {"glass": 1, "derived.method": 2})),
        load_of(status="done", changes=Changes(1, {"glass": 1})),
    ]
    replaced = {
        "connect": lambda *_: SimpleNamespace(bucket=None, loads=None, queue=None),
        "under": lambda *_, **__: [loads[0].object],
        "replay_versions": lambda *_, **__: [LoadRequest(loads[0].object, 2)],
        "wait_for_loads": lambda *_: loads,
    }
    lines = lines_of(run(replay_command, "replay", "--all", "--wait", **replaced).stdout)
    assert "3 drinks changed, in these fields" in lines
    assert {"derived.method 2", "glass 2"} < set(lines)
    fields = json.loads(run(replay_command, "replay", "--all", "--wait", "--json").stdout)
    assert fields["changes"] == {"drinks": 3, "fields": {"derived.method": 2, "glass": 2}}
    assert json.loads(run(replay_command, "replay", "--all", "--json").stdout)["changes"] is None


def test_a_replay_into_a_new_table_prints_how_many_records_were_loaded(run):
    loads = [load_of(status="done", counts=Counts(read=144, loaded=144))]
    replaced = {
        "connect": lambda *_: SimpleNamespace(bucket=None, loads=None, queue=None),
        "under": lambda *_, **__: [loads[0].object],
        "replay_versions": lambda *_, **__: [LoadRequest(loads[0].object, 2)],
        "wait_for_loads": lambda *_: loads,
    }
    result = run(replay_command, "replay", "--all", "--wait", **replaced)
    last = "144 records loaded; no drink that was in the table before changed."
    assert last in " ".join(result.output.split())


def test_drinks_show_alcohol_in_a_word(run):
    drink = SimpleNamespace(
        id="thecocktaildb:900001",
        name="Sangría",
        category="Punch / Party Drink",
        alcoholic="optional_alcohol",
    )
    page = [SimpleNamespace(drink=drink)]
    drinks = SimpleNamespace(page=lambda *_: (page, None))
    result = run(
        drinks_command, "drinks", "list", connect=lambda *_: SimpleNamespace(drinks=drinks)
    )
    assert any(line.endswith(" optional") for line in lines_of(result.stdout))


def test_a_trace_names_its_raw_object_once(run):
    version = ObjectVersion("bucket", KEY, "v1")
    step = Step(1_764_554_600_000, "fetch", "stored", {"key": KEY, "bytes": 1832, "ids": ["1"]})
    replaced = {
        "connect": lambda *_: None,
        "raw_object": lambda *_: SimpleNamespace(version=version),
        "trace_steps": lambda *_: [step],
    }
    result = run(trace_command, "trace", KEY, **replaced)
    assert "2025-12-01 02:03:20 fetch stored bytes 1832, ids 1" in lines_of(result.stdout)
    assert result.stderr == f"{KEY}, version v1\n"
    (item,) = json.loads(run(trace_command, "trace", KEY, "--json", **replaced).stdout)["items"]
    assert item["details"] == {"key": KEY, "bytes": 1832, "ids": ["1"]}


def test_a_month_s_cost_breaks_no_word(run):
    lines = lines_of(run(cost_command, "cost", "--reference").stdout)
    starts = ("CloudWatch dashboards 1 ", "EventBridge Scheduler invocations ", "S3 storage (GB) ")
    assert all(any(line.startswith(start) for line in lines) for start in starts)
    assert any(line.startswith("DynamoDB continuous ") and "not free" in line for line in lines)


def test_a_title_is_one_line_above_a_narrow_table(capsys):
    output.print_table("Drift of the last 7 days", ("field",), [("name",)])
    assert capsys.readouterr().out.splitlines()[0] == "Drift of the last 7 days"


# ---- state and links of a stack


def test_up_prints_the_links_and_no_resources(run):
    start = SimpleNamespace(start=lambda *_: stack(), Options=lambda **_: None)
    replaced = {"lifecycle": start, "Options": lambda **_: None, "state_folder": lambda _: None}
    result = run(up_command, "up", "--detach", **replaced)
    lines = lines_of(result.stdout)
    assert "Dashboard http://127.0.0.1:54566" in lines
    assert "API as a function http://127.0.0.1:54566/_aws/execute-api/1bc45288/$default" in lines
    assert "DataBucket" not in result.stdout
    for command in ("fetch --wait", "status", "outputs"):
        assert f"mocktailverse {command}" in result.stderr
    fields = json.loads(run(up_command, "up", "--detach", "--json", **replaced).stdout)
    assert fields["outputs"] == OUTPUTS
    assert fields["ops_key"] == "the-key"


@pytest.fixture
def queue():
    return SimpleNamespace(waiting=lambda: 4, dead=lambda: 1, failed_batches=lambda: 1)


def test_the_status_of_a_local_stack_is_in_words(run, queue, tmp_path):
    local = Status("running", stack(), [])
    replaced = {
        "lifecycle": SimpleNamespace(status=lambda _: local),
        "local_stores": lambda _: SimpleNamespace(queue=queue),
        "state_folder": lambda _: tmp_path,
    }
    (tmp_path / "data").write_bytes(bytes(3 * 2**20))
    lines = lines_of(run(status_command, "status", **replaced).stdout)
    assert {"state running", "messages waiting 4", "dead letters 1"} <= set(lines)
    assert "of them failed publishings 1" in lines
    assert {"memory (MiB) 0", "disk (MiB) 3"} <= set(lines)
    fields = json.loads(run(status_command, "status", "--json", **replaced).stdout)
    assert (fields["waiting"], fields["dead_letters"], fields["down"]) == (4, 1, [])
    assert fields["failed_batches"] == 1


def test_the_status_of_a_deployed_environment_is_in_words(run, queue, monkeypatch):
    at = datetime(2026, 11, 23, tzinfo=UTC)
    description = {"StackStatus": "UPDATE_COMPLETE", "CreationTime": at}
    code = FunctionCode("transform", "mocktailverse-transform-prod", "", "2026-11-23T01:31", "", "")
    for module, name, value in (
        ("stack", "describe", lambda *_: description),
        ("stack", "outputs", lambda *_: {}),
        ("account", "identify", lambda _: "account 1, region r"),
        ("function_code", "function_codes", lambda *_: [code]),
        ("function_code", "functions_with_other_code", lambda *_: ["transform"]),
    ):
        monkeypatch.setattr(getattr(status_command, module), name, value)
    replaced = {
        "deployed_clients": lambda: None,
        "Stores": lambda *_: SimpleNamespace(queue=queue, outputs={}),
    }
    lines = lines_of(run(status_command, "status", "--env", "prod", **replaced).stdout)
    assert {
        "account account 1, region r",
        "updated (UTC) 2026-11-23T00:00:00Z",
        "protected from deletion no",
        "messages waiting 4",
        "dead letters 1",
    } <= set(lines)
    assert any(line.endswith("deleted manually") for line in lines)


def test_status_counts_health_checks_like_verify():
    assert str(StackContents(74, 12)) == "74 drinks, 12 raw objects"
    text = str(StackContents(drinks=74, raw_objects=12, health_checks=1))
    assert text == "74 drinks, 13 raw objects including 1 health check"


def test_verify_names_the_health_checks_among_the_raw_objects(run):
    report = VerifyReport(objects=13, canaries=1, drinks=74)
    replaced = {"connect": lambda *_: None, "verify_with_progress": lambda *_, **__: report}
    (line,) = lines_of(run(verify_command, "verify", **replaced).stderr)
    assert line == "ok: 74 drinks and the catalogue match 13 raw objects including 1 health check"
    fields = json.loads(run(verify_command, "verify", "--json", **replaced).stdout)
    assert (fields["ok"], fields["objects"], fields["drinks"]) == (True, 13, 74)


# ---- a measure


@pytest.mark.parametrize(
    ("text", "remark"),
    [("1 1/2 oz", ""), ("1e999 oz", "cannot be parsed"), ("99999999 oz", "too large to be real")],
)
def test_a_measure_is_explained_in_words(text, remark):
    result = CliRunner().invoke(app, ["measure", text])
    assert "implausible" not in result.stdout
    assert "unread" not in result.stdout
    assert remark in result.stderr
    assert bool(remark) is bool(result.stderr)
    fields = json.loads(CliRunner().invoke(app, ["measure", text, "--json"]).stdout)
    assert {"implausible", "unread"} <= fields.keys()


def test_a_whole_line_is_explained_with_its_ingredient():
    text = "1 tbsp honey (or agave syrup), chilled"
    table = CliRunner().invoke(app, ["measure", "--line", text]).stdout
    assert "Honey" in table
    assert "Agave syrup" in table
    fields = json.loads(CliRunner().invoke(app, ["measure", "--line", text, "--json"]).stdout)
    assert (fields["unit"], fields["name"], fields["preparation"]) == ("tbsp", "Honey", "chilled")
    assert fields["alternatives"] == ["Agave syrup"]


# ---- wrong usage


def test_an_unknown_reason_code_is_refused_with_a_list_of_the_codes(run):
    error = run(rejected_command, "rejected", "--code", "id_mising").exception
    with pytest.raises(UsageError, match="id_mising") as refused:
        raise error
    assert all(code in str(refused.value) for code in Reason)


def test_an_invalid_value_is_reported_without_the_prefix_of_the_library():
    for arguments in (
        ("export", "--format", "xyz"),
        ("loads", "--status", "xyz"),
        ("export", "--format", "csv", "--alcoholic", "xyz"),
    ):
        result = CliRunner().invoke(app, arguments)
        assert result.exit_code == 2
        assert "'xyz' is not one of" in result.stderr
        assert "Value error" not in result.stderr


def test_logs_without_a_function_lists_the_functions(run):
    stores = SimpleNamespace(clients=None, function_names={"transform": "t", "fetch": "f"})
    with pytest.raises(UsageError, match=r"--function is missing.*transform, fetch"):
        raise run(logs_command, "logs", connect=lambda *_: stores).exception
