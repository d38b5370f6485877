"""The command `plan` on a local stack, also with a changed copy of the code."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import mocktailverse
from mocktailverse.catalogue.synced_copy import open_published

UNITS = "drinks/reference/units.csv"
READER = "sources/thecocktaildb/record_reader.py"


@pytest.fixture
def changed_copy(tmp_path):
    """Return a function that copies the package and replaces a text in one of its files."""

    def change(file, old, new):
        root = tmp_path / "changed"
        package = Path(mocktailverse.__file__).parent
        shutil.copytree(package, root / "mocktailverse", ignore=shutil.ignore_patterns("*.pyc"))
        text = (root / "mocktailverse" / file).read_text()
        assert text.count(old) == 1
        (root / "mocktailverse" / file).write_text(text.replace(old, new))
        return root

    return change


@pytest.fixture
def plan(pipeline):
    """Return a function that runs `plan` with a copy of the code."""

    def run(root, *arguments, code):
        done = subprocess.run(
            [
                *(sys.executable, "-m", "mocktailverse.cli", "plan"),
                *("--state-dir", pipeline.home, *map(str, arguments)),
            ],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(root), "COLUMNS": "200"},
        )
        assert code in {None, done.returncode}, done
        return done

    return run


@pytest.fixture
def published(pipeline, samples):
    """The drinks of the samples, published."""
    versions = [
        pipeline.put((samples / name).read_bytes(), name)
        for name in ("mocktails.json", "cocktails.ndjson", "punches.csv")
    ]
    pipeline.settled(*versions)
    pipeline.until(lambda: pipeline.verify().ok)
    with open_published(pipeline.catalogue) as catalogue:
        return list(catalogue.all_drinks())


def test_plan_names_exactly_the_drinks_that_a_changed_unit_affects(
    published, plan, changed_copy, cli
):
    unchanged = cli("plan", "--json").json
    assert (unchanged["changed"], unchanged["unchanged"]) == (0, len(published))

    root = changed_copy(UNITS, "\ndash,0.92,", "\ndash,1.84,")
    planned = json.loads(plan(root, "--json", code=1).stdout)
    dashed = {
        drink.id: {line.position for line in drink.ingredients if line.unit == "dash"}
        for drink in published
        if any(line.unit == "dash" for line in drink.ingredients)
    }
    assert len(dashed) > 5
    assert {drink["id"] for drink in planned["drinks"]} == dashed.keys()
    assert planned["changed"] == len(dashed) == len(published) - planned["unchanged"]
    for drink in planned["drinks"]:
        lines = [d for d in drink["differences"] if d["field"] == "ingredients[].ml_min"]
        assert {int(line["line"].split()[0]) for line in lines} == dashed[drink["id"]]
        assert {line["relative"] for line in lines} == {1.0}
        fields = {difference["field"] for difference in drink["differences"]}
        assert all(f.startswith(("derived.", "ingredients[].ml_", "quality")) for f in fields)
    assert planned["fields"]["ingredients[].ml_min"] == len(dashed)

    shown = plan(root, code=1)
    assert f"{len(dashed)} of {len(published)} drinks would change" in shown.stderr
    assert "+100.0%" in shown.stdout
    one = next(iter(dashed))
    assert "ingredients[].ml_min" in plan(root, "--drink", one, code=1).stdout


def test_plan_lists_records_that_would_be_rejected_or_would_load(
    pipeline, plan, changed_copy, cli, drinks
):
    valid, longer, odd = drinks(3)
    rejected = [{**longer, "idDrink": "9" * 13}, {**odd, "idDrink": "x1"}]
    pipeline.settled(pipeline.put([valid, *rejected], "mixed"), pipeline.put(drinks(9, 911_001)))
    pipeline.until(lambda: pipeline.verify().ok)
    assert cli("plan", "--json").json["changed"] == 0

    root = changed_copy(READER, "[1-9][0-9]{0,11}", "9[1-9][0-9]{3,11}")
    planned = json.loads(plan(root, "--json", code=1).stdout)
    longer_id = f"thecocktaildb:{'9' * 13}"
    assert [(drink["id"], drink["change"]) for drink in planned["drinks"]] == [(longer_id, "added")]
    assert (planned["now_loads"], planned["now_rejected"]) == ({"id_invalid": 1}, {})
    assert planned["rejected"]["now_loads"][0]["id"] == longer_id

    shutil.rmtree(root)
    root = changed_copy(READER, "[1-9][0-9]{0,11}", "9[1-9][0-9]{0,3}1")
    planned = json.loads(plan(root, "--json", code=1).stdout)
    kept = {"thecocktaildb:910001", "thecocktaildb:911001"}
    assert (planned["removed"], planned["unchanged"]) == (8, len(kept))
    assert not kept & {drink["id"] for drink in planned["drinks"]}
    assert planned["now_rejected"] == {"id_invalid": 8}
    sampled = plan(root, "--sample", 1, code=None)
    others = r"(1|9) drinks? not compared: the raw object is not in the sample"
    assert re.search(others, sampled.stderr)
    assert f"a sample of 1 of {planned['of_objects']} raw objects" in sampled.stderr


@pytest.mark.usefixtures("published")
def test_plan_of_one_drink_that_does_not_change_says_so(cli):
    shown = cli("plan", "--drink", "thecocktaildb:90001")
    assert "`thecocktaildb:90001` is not among the drinks that would change" in shown.err
    assert cli("plan", "--drink", "thecocktaildb:90001", "--json").json["drinks"] == []


def test_a_plan_ends_on_ctrl_c_without_traces_of_its_processes(pipeline, published):
    assert published
    with subprocess.Popen(
        [sys.executable, "-m", "mocktailverse.cli", "plan", "--state-dir", pipeline.home],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        pipeline.until(lambda: len(children(process.pid)) > 1)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    pipeline.until(lambda: not members(process.pid))


def children(pid):
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def members(group):
    """Return the processes of a process group."""
    listed = subprocess.run(["ps", "-eo", "pgid="], capture_output=True, text=True, check=True)
    return [line for line in listed.stdout.split() if int(line) == group]
