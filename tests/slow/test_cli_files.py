"""The commands `transform` and `measure`, which need no AWS, and the exit codes of all commands."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from mocktailverse.cli.main import app, exit_code, run
from mocktailverse.drinks.drink import Drink
from mocktailverse.errors import (
    MissingError,
    PermanentError,
    TransientError,
    UnreachableError,
    UsageError,
)

RAW = Path(__file__).parents[2] / "data" / "raw"


def command(*arguments, **options):
    """Run the command line in a separate process, as people do."""
    called = [sys.executable, "-m", "mocktailverse.cli", *arguments]
    return subprocess.run(called, capture_output=True, check=False, timeout=240, **options)


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.fixture
def invoke():
    def invoke_app(*arguments):
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return invoke_app


@pytest.fixture
def ended(monkeypatch, capfd):
    """Run the command line in this process; return exit code, stdout and stderr."""

    def run_here(*arguments):
        monkeypatch.setattr(sys, "argv", ["mocktailverse", *(str(a) for a in arguments)])
        with pytest.raises(SystemExit) as end:
            run()
        return end.value.code, *capfd.readouterr()

    return run_here


@pytest.fixture
def raw_file(tmp_path, raw_record):
    """A file with one valid record and one without an id."""
    path = tmp_path / "raw.ndjson"
    path.write_text(json.dumps(raw_record()) + "\n" + json.dumps(raw_record("")) + "\n")
    return path


def test_drinks_and_rejected_records_are_written_to_the_given_files(invoke, raw_file, tmp_path):
    out, rejects = tmp_path / "out.ndjson", tmp_path / "rejects.ndjson"
    result = invoke("transform", raw_file, "-o", out, "--rejects", rejects)
    assert result.exit_code == 0
    assert result.stdout == ""
    assert "2 records: 1 drink, 1 rejected" in result.stderr
    (drink,) = lines_of(out)
    assert msgspec.convert(drink, Drink).id == "thecocktaildb:11007"
    (rejected,) = lines_of(rejects)
    assert set(rejected) == {"code", "path", "message", "position", "raw", "object"}
    assert (rejected["code"], rejected["path"]) == ("id_missing", "$.idDrink")
    assert rejected["raw"]["strDrink"] == "Margarita"
    assert {path.name for path in tmp_path.iterdir()} == {out.name, rejects.name, raw_file.name}


def test_by_default_drinks_are_written_to_stdout_and_short_rejects_to_stderr(invoke, raw_file):
    result = invoke("transform", raw_file)
    assert result.exit_code == 0
    assert json.loads(result.stdout)["name"] == "Margarita"
    assert "id_missing $.idDrink" in result.stderr


def test_the_same_file_gives_the_same_bytes(invoke, raw_file):
    assert invoke("transform", raw_file).stdout == invoke("transform", raw_file).stdout


def test_all_good_samples_become_drinks(invoke, tmp_path):
    files = [path for path in RAW.iterdir() if path.suffix in (".json", ".ndjson", ".csv", ".gz")]
    out, rejects = tmp_path / "out", tmp_path / "rejects"
    assert invoke("transform", *files, "-o", out, "--rejects", rejects).exit_code == 0
    assert len(lines_of(out)) == 172
    assert rejects.read_text() == ""


@pytest.mark.parametrize("gzipped", [False, True])
def test_stdin_is_read_like_a_file_and_its_lineage_names_no_path(gzipped, raw_file):
    content = gzip.compress(raw_file.read_bytes()) if gzipped else raw_file.read_bytes()
    done = command("transform", "-", input=content)
    assert done.returncode == 0
    assert json.loads(done.stdout)["lineage"]["key"] == "raw/thecocktaildb/stdin"


def test_a_pipe_is_read_like_a_file(raw_file):
    script = 'exec "$1" -m mocktailverse.cli transform <(cat "$2")'
    done = subprocess.run(
        ["bash", "-c", script, "bash", sys.executable, raw_file],
        capture_output=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["name"] == "Margarita"


def test_the_json_format_is_one_array(invoke, raw_file, tmp_path):
    drinks = json.loads(invoke("transform", raw_file, raw_file, "--format", "json").stdout)
    assert [drink["name"] for drink in drinks] == ["Margarita", "Margarita"]
    nothing = tmp_path / "nothing.json"
    nothing.write_text('{"drinks": null}')
    assert json.loads(invoke("transform", nothing, "--format", "json").stdout) == []


@pytest.mark.parametrize(
    "at", ["2026-01-31T06:00Z", "2026-01-31T07:00:00.123+01:00", "1999-01-01T00:00Z"]
)
def test_the_observation_time_can_be_set_for_files_of_any_age(invoke, raw_file, at):
    os.utime(raw_file, (0, 1_000_000_000))
    result = invoke("transform", raw_file, "--observed-at", at)
    observed_at = json.loads(result.stdout)["observed_at"]
    assert observed_at % 1000 == (123 if "123" in at else 0)
    assert "observed_at_invalid" not in result.stderr


def test_the_default_observation_time_is_the_file_s(invoke, raw_file):
    os.utime(raw_file, (0, 1_000_000_000))
    assert json.loads(invoke("transform", raw_file).stdout)["observed_at"] == 1_000_000_000_000


@pytest.mark.parametrize(
    "name", ["bad/records.ndjson", "bad/error_page.json", "bad/truncated.ndjson.gz"]
)
def test_bad_records_are_counted_and_are_not_an_error(ended, name):
    code, _, err = ended("transform", RAW / name)
    assert code == 0
    assert "rejected" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ["transform", "{tmp}/missing.json"],
        ["transform", "{tmp}"],
        ["transform", "{tmp}/empty"],
        ["transform", "{raw}", "{tmp}/missing.json", "-o", "{tmp}/out"],
        ["transform", "{raw}", "-o", "{raw}"],
        ["transform", "{raw}", "--rejects", "{tmp}/../{name}/raw.ndjson"],
        ["transform", "{raw}", "-o", "{tmp}/out", "--rejects", "{tmp}/out"],
        ["transform", "{raw}", "-o", "{tmp}/no/out"],
        ["transform", "{raw}", "-o", "{tmp}"],
        ["transform", "{raw}", "--source", "other"],
        ["transform", "{raw}", "--observed-at", "yesterday"],
        ["transform", "{raw}", "--observed-at", "2026-01-31T06:00"],
        ["transform", "{raw}", "--observed-at", "9999-01-01T00:00Z"],
        ["transform", "{raw}", "--observed-at", "1960-01-01T00:00Z"],
        ["transform", "{raw}", "--format", "xml"],
        ["transform"],
        ["measure"],
        ["nonsense"],
        ["transform", "{raw}", "--nonsense"],
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2_one_sentence_and_no_output(ended, arguments, raw_file, tmp_path):
    (tmp_path / "empty").touch()
    before = raw_file.read_bytes()
    texts = {"tmp": tmp_path, "raw": raw_file, "name": tmp_path.name}
    code, out, err = ended(*(argument.format(**texts) for argument in arguments))
    assert (code, out) == (2, "")
    assert err.startswith(("Error: ", "Usage: "))
    assert "Traceback" not in err
    assert raw_file.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"raw.ndjson", "empty"}


def test_debug_shows_the_traceback_wherever_it_is_placed(tmp_path):
    for arguments in (["--debug", "transform"], ["transform", "--debug"]):
        done = command(*arguments, tmp_path / "missing.json")
        assert done.returncode == 1
        assert b"Traceback" in done.stderr
        assert b"UsageError" in done.stderr


def test_a_broken_pipe_ends_the_command_without_an_error(raw_file, tmp_path):
    raw_file.write_bytes(raw_file.read_bytes() * 2000)
    for options in ([], ["--rejects", tmp_path / "rejects"]):
        with subprocess.Popen(
            [sys.executable, "-m", "mocktailverse.cli", "transform", raw_file, *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            process.stdout.read(10)
            process.stdout.close()
            error = process.stderr.read()
        assert process.returncode == 0
        assert b"Traceback" not in error
        assert b"cannot be written" not in error


def test_a_device_is_written_to_and_not_replaced(invoke, raw_file, tmp_path):
    device = tmp_path / "device"
    device.symlink_to("/dev/null")
    assert invoke("transform", raw_file, "-o", device).exit_code == 0
    assert device.is_symlink()
    assert Path("/dev/null").is_char_device()


def test_an_existing_output_is_replaced_once_the_new_one_is_complete(invoke, raw_file, tmp_path):
    out = tmp_path / "out"
    out.write_text("old")
    assert invoke("transform", raw_file, tmp_path / "missing", "-o", out).exit_code != 0
    assert out.read_text() == "old"
    invoke("transform", raw_file, "-o", out)
    assert len(lines_of(out)) == 1


def test_a_file_name_that_is_not_utf8_is_accepted(raw_file, tmp_path):
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/pi\xf1a.json"))
    odd.write_bytes(raw_file.read_bytes())
    done = command("transform", odd)
    assert done.returncode == 0
    assert json.loads(done.stdout)["lineage"]["key"].endswith("pi\ufffda.json")


def test_a_measure_is_shown_field_by_field(invoke):
    result = invoke("measure", "1 1/2 oz", "--json")
    fields = json.loads(result.stdout)
    assert (fields["amount_min"], fields["unit"], fields["kind"]) == (1.5, "oz", "volume")
    assert fields["ml_min"] == pytest.approx(44.36, abs=0.01)
    assert "oz" in invoke("measure", "1 1/2 oz").stdout


def test_the_ingredient_decides_whether_an_ounce_is_a_mass(invoke):
    arguments = ["measure", "2 oz", "--ingredient", "Dark chocolate", "--json"]
    assert json.loads(invoke(*arguments).stdout)["kind"] == "mass"


@pytest.mark.parametrize(
    "text", ["", " ", "½", "[bold]1 oz[/bold]", "\x1b[31m", "9" * 5000, "--", "日本"]
)
def test_any_text_is_accepted_as_a_measure(invoke, text):
    for option in ([], ["--json"]):
        assert invoke("measure", *option, "--", text).exit_code == 0


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), 2),
        (UnreachableError("x"), 3),
        (TransientError("x"), 3),
        (PermanentError("x"), 1),
        (MissingError("x"), 1),
    ],
)
def test_errors_have_their_exit_codes(error, code):
    assert exit_code(error) == code


def test_without_a_command_the_help_is_shown_and_the_exit_code_is_2(ended):
    code, out, err = ended()
    assert code == 2
    assert "transform" in out + err
    assert ended("--help")[0] == 0
    assert ended("transform", "-h")[0] == 0


def test_an_unreachable_stack_exits_with_3(ended, tmp_path):
    code, out, err = ended("loads", "--json", "--state-dir", tmp_path / "none")
    assert (code, out) == (3, "")
    assert "mocktailverse up" in err


def test_a_link_as_output_stays_a_link(invoke, raw_file, tmp_path):
    real, link = tmp_path / "real.ndjson", tmp_path / "link.ndjson"
    real.write_text("old")
    link.symlink_to(real)
    assert invoke("transform", raw_file, "-o", link).exit_code == 0
    assert link.is_symlink()
    assert lines_of(real)


def test_the_device_of_stdout_is_written_to_and_not_replaced(raw_file, tmp_path):
    target = tmp_path / "out.ndjson"
    before = Path("/dev/stdout").readlink()
    with target.open("wb") as out:
        called = [sys.executable, "-m", "mocktailverse.cli", "transform", raw_file]
        subprocess.run([*called, "-o", "/dev/stdout"], stdout=out, check=True, timeout=240)
    assert lines_of(target)
    assert Path("/dev/stdout").readlink() == before


def test_a_full_disk_is_reported_in_one_sentence(raw_file):
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device
        called = [sys.executable, "-m", "mocktailverse.cli", "transform", raw_file]
        done = subprocess.run(called, stdout=full, stderr=subprocess.PIPE, check=False, timeout=240)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
    assert b"No space left" in done.stderr


def test_absences_are_reported_and_are_not_drinks(invoke, tmp_path):
    path = tmp_path / "absent.ndjson"
    path.write_text('{"idDrink": "1", "absent": true}\n{"idDrink": "2", "absent": true}\n')
    result = invoke("transform", path)
    assert result.exit_code == 0
    assert "2 records: 0 drinks, 0 rejected, 2 absences" in result.stderr


def test_every_command_accepts_an_environment(invoke, raw_file, tmp_path):
    assert invoke("measure", "1 oz", "--env", "local").exit_code == 0
    out = tmp_path / "out"
    assert invoke("transform", raw_file, "-o", out, "--env", "local").exit_code == 0


def test_control_sequences_of_the_data_do_not_reach_the_terminal(invoke):
    result = invoke("measure", "1 oz \x1b]0;owned\x07 \x1b[31m")
    assert "\x1b]" not in result.stdout
    assert "\x07" not in result.stdout
