"""Manual fetches: the function is invoked until its plan is done, and its reports add up."""

from functools import partial
from types import SimpleNamespace

import msgspec
import pytest

from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.sources.collection import Failure, FetchReport, FetchRequest
from mocktailverse.sources.fetching import fetch_all, fetched_versions

CURSOR = {"run": "run", "strategy": "letters", "started_ms": 5, "pending": []}


def report(**fields):
    return FetchReport("run", "letters", **fields)


class FakeFunctions:
    """Returns reports in order and records the events."""

    def __init__(self, *reports):
        self.reports = [msgspec.to_builtins(one) for one in reports]
        self.events = []

    def invoke(self, name, event):
        self.events.append((name, dict(event)))
        return self.reports.pop(0)


def test_one_report_that_is_done_is_the_result():
    whole = report(pages=2, requests=3, records=4, objects=["raw/a"], done=True)
    functions, seen = FakeFunctions(whole), []
    plan = FetchRequest("other", "letters", ("a", "b"), max_requests=9)
    assert fetch_all(partial(functions.invoke, "fetch"), plan, seen.append) == whole
    assert seen == [whole]
    event = {
        "source": "other", "strategy": "letters", "arguments": ("a", "b"), "time_limit_s": 5,
        "max_requests": 9,
    }  # fmt: skip
    assert functions.events == [("fetch", event)]


def test_a_call_that_ran_out_of_time_continues_at_its_cursor():
    failures = (
        [Failure("a", "?s=a", "gone", transient=False)],
        [Failure("b", "?s=b", "", transient=True)],
    )
    first = report(
        pages=1, requests=2, records=3, objects=["raw/a"], failed=failures[0],
        cursor=CURSOR, stopped_because="time",
    )  # fmt: skip
    last = report(
        pages=10, requests=20, records=30, objects=["raw/b"], failed=failures[1], done=True
    )
    functions, seen = FakeFunctions(first, last), []
    total = report(
        pages=11, requests=22, records=33, objects=["raw/a", "raw/b"],
        failed=[*failures[0], *failures[1]], done=True,
    )  # fmt: skip
    assert (
        fetch_all(partial(functions.invoke, "fetch"), FetchRequest(strategy="letters"), seen.append)
        == total
    )
    assert seen == [first, total]
    assert "cursor" not in functions.events[0][1]
    assert functions.events[1][1]["cursor"] == msgspec.to_builtins(CURSOR)


@pytest.mark.parametrize("reason", ["requests", "unreachable"])
def test_a_run_that_cannot_continue_ends(reason):
    stopped = report(stopped_because=reason, cursor=CURSOR)
    assert (
        fetch_all(partial(FakeFunctions(stopped).invoke, "fetch"), FetchRequest(strategy="letters"))
        == stopped
    )


def test_the_versions_of_a_run_are_those_of_its_raw_objects():
    keys = ["raw/s/2/a", "raw/s/2/other", "raw/s/1/b", "listings/s/1/c"]
    listed = [SimpleNamespace(version=ObjectVersion("data", key, "v")) for key in keys]
    prefixes = []

    def versions(prefix):
        prefixes.append(prefix)
        return (one for one in listed if one.version.key.startswith(prefix))

    raw = SimpleNamespace(versions=versions)
    run = report(objects=["raw/s/2/a", "raw/s/1/b", "listings/s/1/c"])
    assert [version.key for version in fetched_versions(raw.versions, run)] == [
        "raw/s/1/b",
        "raw/s/2/a",
    ]
    assert prefixes == ["raw/s/1/", "raw/s/2/"]
