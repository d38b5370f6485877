"""`mocktailverse cost` without a stack: the reference month, the gate, wrong usage."""

import json
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from typer.testing import CliRunner

from mocktailverse.cli import cost_command, cost_tables
from mocktailverse.cli.main import app
from mocktailverse.cost.cost_report import cost_report
from mocktailverse.cost.footprint import Footprint
from mocktailverse.cost.model import price_table
from mocktailverse.cost.running import PROD, SMALL
from mocktailverse.cost.usage import Usage
from mocktailverse.errors import PermanentError, UnreachableError, UsageError


@pytest.fixture
def run():
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, ["cost", *arguments])


def test_the_reference_month_covers_all_environments_together(run):
    report = json.loads(run("--reference", "--json").stdout)
    assert (report["env"], report["problems"]) == ("all", [])
    assert set(report["environments"]) == {"dev", "staging", "prod"}
    assert report["workload"]["api_calls"] == 10_000
    assert report["workload"]["dashboard_visits"] == 1_000
    for line in report["lines"]:
        each = (usage[line["usage"]] for usage in report["environments"].values())
        assert line["month"] == pytest.approx(sum(each))
        charged = max(0, line["month"] - (line["free"] or 0)) / line["price_per"]
        assert line["usd"] == pytest.approx(charged * line["price_usd"])


def test_check_succeeds_if_everything_is_free_or_costs_cents(run):
    result = run("--check")
    assert result.exit_code == 0
    words = " ".join(result.output.split())
    assert words.endswith("USD for a day of flood)")
    verdict = words.partition("ok: within the limits (")[2]
    for limit in ("always-free", "0.25 USD", "0.45 USD", "14.00 USD"):
        assert limit in verdict


def test_only_check_ends_with_a_verdict(run):
    assert "within the limits" not in run("--reference").output
    assert json.loads(run("--check", "--json").stdout)["problems"] == []


def test_requests_are_whole_numbers(run, monkeypatch):
    tables = []
    monkeypatch.setattr(cost_tables, "print_table", lambda *table: tables.append(table))
    run("--drinks-per-month", "5")
    rows = {f"{row[0]} {row[1]}": row[3] for row in tables[0][2]}
    requests = [month for name, month in rows.items() if "requests" in name]
    assert len(requests) == 5
    assert not [month for month in requests if "." in month]


def test_check_fails_and_names_the_paid_resources(run, monkeypatch):
    two = Footprint(running=PROD, unaccounted=("Nat is an AWS::EC2::NatGateway.",))
    by_env = {"prod": two, "staging": two, "dev": Footprint(running=SMALL)}
    monkeypatch.setattr(cost_command, "_footprints", lambda: by_env)
    result = run("--check", "--json")
    assert result.exit_code == 1
    problems = json.loads(result.stdout)["problems"]
    assert "NOT ok: " in run("--check").output
    assert "prod: Nat is an AWS::EC2::NatGateway." in problems
    assert any(text.startswith("DynamoDB, write capacity: 38 of 25") for text in problems)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--reference", "--env", "prod"), "all environments"),
        (("--check", "--drinks-per-month", "5"), "all environments"),
        (("--cost-explorer",), "local stack"),
        (("--env", "qa"), "no environment `qa`"),
    ],
)
def test_mutually_exclusive_options_are_refused(run, arguments, message):
    with pytest.raises(UsageError, match=message):
        raise run(*arguments).exception


def test_help_says_that_reading_the_bill_costs_money(run):
    assert "1 cent" in " ".join(run("--help").stdout.replace("│", " ").split())


AWS = SimpleNamespace(clients=SimpleNamespace(endpoint=None))
"""The stores of an environment on AWS."""


def test_on_aws_the_account_s_free_limits_are_read_and_the_bill_is_not(monkeypatch):
    monkeypatch.setattr(cost_command, "read_free_offers", lambda _clients: [])
    monkeypatch.setattr(cost_command, "read_bill", Mock(side_effect=AssertionError))
    figures = cost_command._account(AWS, ask_bill=False)  # noqa: SLF001  the command calls AWS
    assert (figures.free_tier, figures.billed) == ([], None)


def test_a_refusal_to_read_the_free_limits_is_reported_and_the_report_continues(
    monkeypatch, capsys
):
    refusal = Mock(side_effect=PermanentError("not allowed"))
    monkeypatch.setattr(cost_command, "read_free_offers", refusal)
    assert cost_command._account(AWS, ask_bill=False).free_tier is None  # noqa: SLF001  it has to be AWS, which the command looks up
    assert "not allowed" in capsys.readouterr().err


def test_the_highest_total_is_printed_only_if_it_is_higher(run, capsys):
    report = json.loads(run("--reference", "--json").stdout)
    assert report["usd_at_most"] == report["usd"]
    output = " ".join(run("--reference").output.split())
    assert "At most" not in output
    polled = cost_report("all", Usage(), price_table(), None, Usage(sqs_requests=3_500_000))
    cost_tables.print_report(polled, price_table(), [])
    assert "At most 1.0000 USD: if Lambda keeps five pollers" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("usd", "text"),
    [(0, "0.0000"), (0.06934, "0.0693"), (12.345, "12.35"), (1_799_052.6, "1,799,052.60")],
)
def test_dollars_are_rounded_for_reading(usd, text):
    assert cost_tables._usd(usd) == text  # noqa: SLF001  the format of every amount


@pytest.mark.parametrize(("share", "is_too_much"), [(None, False), (1.0, False), (1.01, True)])
def test_too_many_writes_are_reported(capsys, share, is_too_much):
    cost_tables.print_write_share(share)
    assert ("too short to write" in capsys.readouterr().err) is is_too_much


@pytest.mark.parametrize("number", ["0", "-1", "many", "1.5"])
def test_an_invalid_number_of_drinks_is_refused(run, number):
    assert run("--drinks-per-month", number).exit_code == 2


def test_a_given_workload_needs_no_stack(run, tmp_path):
    arguments = ("--json", "--state-dir", str(tmp_path), "--drinks-per-month", "900")
    result = run(*arguments)
    assert result.exit_code == 0
    report = json.loads(result.stdout)
    assert report["usd_so_far"] is None
    assert report["workload"]["measured"] is None
    assert report["workload"]["records"] == pytest.approx(900)
    assert report["workload"]["loads"] == pytest.approx(40)


def test_the_measured_month_needs_a_stack(run, tmp_path):
    assert isinstance(run("--state-dir", str(tmp_path)).exception, UnreachableError)
