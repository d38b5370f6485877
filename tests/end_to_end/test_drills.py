"""Drills: provoked failures set off their alarms, and their runbooks repair them."""

import pytest

from mocktailverse.operations.drills.drill import DRILLS

CHEAP = ("budget", "function-errors")
SLOW = sorted(set(DRILLS) - set(CHEAP))


@pytest.mark.parametrize("name", [*CHEAP, *(pytest.param(n, marks=pytest.mark.soak) for n in SLOW)])
def test_a_drill_s_alarm_fires_and_its_runbook_repairs_the_failure(command, name):
    result = command("drill", name, "--json")
    assert result.code == 0, result
    report = result.json
    assert [finding["rings"] for finding in report["findings"]] == [False, True, False]
    assert (report["ok"], report["fired"], report["repaired"]) == (True, True, True)
    assert report["runbook"] == f"docs/runbooks/{name}.md"
    assert "embedded AWS" in report["emulated"]
    assert report["commands"]
    assert {run["exit_code"] for run in report["commands"]} <= {0, None}


def test_the_drills_are_listed(command):
    listing = command("drill", "--list", "--json").json
    assert [item["name"] for item in listing["items"]] == list(DRILLS)
    assert listing["next"] is None
    assert "no-load" in command("drill", "--list").out


@pytest.mark.parametrize("arguments", [(), ("earthquake",)])
def test_a_drill_that_does_not_exist_is_refused(command, arguments):
    result = command("drill", *arguments)
    assert result.code == 2
    assert "dead-letters" in result.err
