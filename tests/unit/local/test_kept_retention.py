"""A stack that runs for months forgets old logs and replaced versions of the fetch's state."""

from datetime import UTC, datetime

import pytest
from ministack.services import cloudwatch_logs, s3

from mocktailverse.local import kept_retention

DAY_S = 24 * 3600
NOW_S = 1_800_000_000.0


@pytest.fixture
def group(monkeypatch):
    """Return a log group with an old stream, a new one, and one with events of both ages."""
    old, new = (NOW_S - 8 * DAY_S) * 1000, (NOW_S - 6 * DAY_S) * 1000
    streams = {"old": [old], "new": [new], "both": [old, new]}
    group = {
        "retentionInDays": 7,
        "streams": {
            name: {"creationTime": times[0], "events": [{"timestamp": at} for at in times]}
            for name, times in streams.items()
        },
    }
    monkeypatch.setattr(cloudwatch_logs, "_log_groups", type(cloudwatch_logs._log_groups)())  # noqa: SLF001 - no public API sets them
    cloudwatch_logs._log_groups["transform"] = group  # noqa: SLF001 - no public API sets them
    return group


def test_log_events_and_empty_streams_are_deleted_after_the_retention_time(group):
    kept_retention.expire_logs(NOW_S)
    assert {name: len(s["events"]) for name, s in group["streams"].items()} == {"new": 1, "both": 1}


def test_a_log_group_without_a_retention_time_keeps_everything(group):
    group["retentionInDays"] = None
    kept_retention.expire_logs(NOW_S)
    assert len(group["streams"]) == 3


@pytest.mark.parametrize(
    ("key", "kept"),
    [("state/fetch/sweep.json", ["v2", "v3"]), ("raw/own/a.json", ["v1", "v2", "v3"])],
)
def test_versions_of_state_are_deleted_a_week_after_they_were_replaced(monkeypatch, key, kept):
    days = {"v1": 20, "v2": 10, "v3": 6}
    versions = [
        {
            "version_id": name,
            "last_modified": f"{datetime.fromtimestamp(NOW_S - age * DAY_S, UTC):%FT%T.000Z}",
        }
        for name, age in days.items()
    ]
    monkeypatch.setattr(s3, "_object_versions", {("data", key): versions})
    monkeypatch.setattr(s3, "_buckets", {"data": {"objects": {}}})

    def delete(_bucket, _name, _key, version_id):
        versions[:] = [v for v in versions if v["version_id"] != version_id]

    monkeypatch.setattr(s3, "_delete_object_version", delete)
    kept_retention.expire_versions(NOW_S)
    assert [v["version_id"] for v in versions] == kept


def test_a_log_that_is_too_long_is_moved_aside_while_its_process_writes(monkeypatch, tmp_path):
    monkeypatch.setattr(kept_retention, "LONGEST_LOG_BYTES", 10)
    (tmp_path / "server.log").write_text("short")
    (tmp_path / "emulator.log.1").write_text("moved before")
    with (tmp_path / "emulator.log").open("a") as log:
        print("the first lines", file=log, flush=True)
        kept_retention.shorten_logs(tmp_path)
        print("the next one", file=log)
    contents = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert contents == {
        "server.log": "short",
        "emulator.log": "the next one\n",
        "emulator.log.1": "the first lines\n",
    }


def test_retention_runs_at_most_once_an_hour(monkeypatch, tmp_path):
    runs = []
    monkeypatch.setattr(kept_retention, "expire_logs", runs.append)
    monkeypatch.setattr(kept_retention, "expire_versions", lambda _now: None)
    clock = [NOW_S]
    monkeypatch.setattr(kept_retention.time, "time", lambda: clock[0])
    retention = kept_retention.Retention(tmp_path)
    for seconds in (10, 3590, 10, 3600):
        clock[0] += seconds
        retention.run_if_due()
    assert len(runs) == 2
