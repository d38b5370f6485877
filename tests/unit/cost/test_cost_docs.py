"""docs/explanation/cost.md: its calculations are correct and its figures come from the model."""

import ast
import operator
import re

import msgspec
import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.cost_report import CostReport, ReportLine, cost_report
from mocktailverse.cost.flood import flood
from mocktailverse.cost.footprint import footprints
from mocktailverse.cost.limits import (
    FLOOD_USD_A_DAY,
    NOT_FREE_USD,
    QUEUES_USD,
    together,
)
from mocktailverse.cost.model import month, price_table, total_usd
from mocktailverse.cost.running import Running
from mocktailverse.cost.template import Template
from mocktailverse.cost.workload import reference
from mocktailverse.deployment import environments

CHECKOUT = find_checkout()
PAGE = (CHECKOUT.template.parents[1] / "docs" / "explanation" / "cost.md").read_text()
SECURITY = (CHECKOUT.template.parents[1] / ".github" / "SECURITY.md").read_text()
README = (CHECKOUT.template.parents[1] / "README.md").read_text()
TIMES = "\N{MULTIPLICATION SIGN}"
UNITS = r"\b(?:USD|h|s|GB|DPU|runs|months|catalogues|raw|others|loads|states?|calls|visits|looks)\b"
SIGNS = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip


def value(node: ast.expr) -> float:
    if isinstance(node, ast.BinOp):
        return SIGNS[type(node.op)](value(node.left), value(node.right))
    assert isinstance(node, ast.Constant)
    return node.value


def equations() -> list[tuple[str, float, str]]:
    """Return each `formula = result` of the page that has only numbers and units."""
    text = re.sub(r"\s+", " ", PAGE.replace("*", " ").replace(TIMES, "*").replace("|", " ; "))
    text = re.sub(r"(?<=\d),(?=\d{3})", "", re.sub(UNITS, " ", text))
    results = []
    for formula, result in re.findall(r"([\d.()+*/ ]+[+*/][\d.()+*/ ]+)= ([\d.]*\d)", text):
        tree = ast.parse(formula.strip(), mode="eval")
        results.append((formula.strip(), value(tree.body), result))
    return results


@pytest.fixture(scope="module")
def runs() -> dict[str, Running]:
    by_env = footprints(
        Template.read(CHECKOUT.template),
        environments.read(CHECKOUT.environments).stage_inputs(),
        CHECKOUT.source / "functions",
    )
    return {env: footprint.running for env, footprint in by_env.items()}


@pytest.fixture(scope="module")
def report(runs) -> CostReport:
    return cost_report("all", together(reference(runs)), price_table(), None)


@pytest.fixture
def lines(report) -> dict[str, ReportLine]:
    return {line.usage: line for line in report.lines}


def test_every_calculation_on_the_page_is_correct():
    results = equations()
    assert len(results) >= 15
    for formula, computed, printed in results:
        decimals = len(printed.partition(".")[2])
        assert computed == pytest.approx(float(printed), abs=0.51 * 10**-decimals), formula


def test_the_paid_amounts_on_the_page_come_from_the_model(report, lines):
    assert f"Together {report.cents_not_free:.1f} cents" in PAGE
    cents = {usage: f"{100 * lines[usage].usd:.1f} |" for usage in lines}
    writes = lines["s3_writes"]
    assert writes.month == pytest.approx(5_232 + 10_000 + 2_068, abs=1)
    assert 100 * writes.usd == pytest.approx(7.6 + 1.0, abs=0.1)
    for usage, row in {
        "s3_reads": "S3 reads",
        "s3_gb": "S3 storage",
        "dynamodb_backup_gb": "backups",
        "api_requests": "HTTP API",
    }.items():
        (line,) = re.findall(rf"^\| {row} .*$", PAGE, re.MULTILINE)
        assert line.endswith(cents[usage]), usage


@pytest.mark.parametrize(
    ("usage", "row"),
    [
        ("lambda_requests", "1,000,000 Lambda requests | {:,.0f} |"),
        ("lambda_gb_s", "400,000 GB-s | {:,.0f} |"),
        ("dynamodb_wcu", "25 write and 25 read units, provisioned | {:.0f} |"),
        ("sqs_requests", "1,000,000 SQS requests | {:,.0f} |"),
        ("log_gb", "5 GB of logs | {:.3f} |"),
        ("dynamodb_gb", "25 GB in DynamoDB | {:.3f} |"),
        ("transfer_gb", "100 GB out | {:.1f} |"),
        ("schedules", "14,000,000 schedules | {:,.0f} |"),
    ],
)
def test_the_use_of_the_free_limits_is_as_the_page_says(lines, usage, row):
    assert row.format(lines[usage].month) in PAGE


def test_the_page_has_the_numbers_of_metrics_alarms_and_dashboards(lines):
    numbers = ", ".join(f"{lines[name].month:.0f}" for name in ("metrics", "alarms", "dashboards"))
    assert f"10 metrics, 10 alarms, 3 dashboards | {numbers} |" in PAGE


def test_the_cost_of_the_first_month_is_on_the_page(lines):
    """The first month has the objects of one month, so fewer listings and less storage."""
    first = 100 * (
        (2_798 + 10_000 + 487) * 5e-6
        + lines["s3_reads"].usd
        + (30.4167 * 0.0016 + 3 * 0.0042) * 0.023
        + (700 + 1_217) * 4e-6 * 0.20
        + 0.01
    )
    assert f"about {first:.0f} cents in the" in PAGE


def test_the_gate_s_limit_is_on_the_page():
    assert f"than {100 * NOT_FREE_USD:.0f} cents" in PAGE
    assert f"queues cost more than {100 * QUEUES_USD:.0f}" in PAGE


def test_every_key_of_the_json_is_described():
    for key in (*CostReport.__struct_fields__, *ReportLine.__struct_fields__):
        assert f"`{key}`" in PAGE or f"`{key}[]`" in PAGE, key
    for key in ("workload", "environments", "problems", "account"):
        assert f"`{key}`" in PAGE or f"`{key}[]`" in PAGE, key


def test_the_cost_of_idle_polling_is_on_the_page(runs, report, lines):
    cents = 100 * lines["sqs_requests"].usd
    cell = re.search(r"\| dev, staging and prod \| .* (\d+) \|", PAGE)
    assert cell
    assert cents == pytest.approx(int(cell[1]), abs=0.6)
    assert report.usd_at_most == report.usd
    assert f"**{100 * report.usd:.0f} cents**" in PAGE
    assert f"A month costs up to {100 * report.usd:.0f} cents" in README
    prod = total_usd(month(reference(runs)["prod"], price_table()))
    assert f"**about {100 * prod:.0f} cents a month** for prod" in PAGE
    assert f"{prod:.2f} to {report.usd:.2f} |" in PAGE


def test_the_cost_of_a_flood_is_on_the_page(runs):
    table = price_table()
    floods = {env: flood([run], table) for env, run in runs.items()}
    floods["together"] = flood(runs.values(), table)
    for env, one in floods.items():
        cells = (f"{one.usd_a_day:.2f}", f"{one.usd_a_month:.2f}", f"{one.transfer_gb:.1f}")
        assert f"| {env} | {' | '.join(cells)} |" in PAGE
    worst = floods["together"]
    assert f"day of flood would cost more than {FLOOD_USD_A_DAY:.0f} USD" in PAGE
    assert f"cost {worst.usd_a_day:.2f} USD a day" in SECURITY
    assert f"a day of flood at the throttle {worst.usd_a_day:.2f} USD" in README
    faster = [msgspec.structs.replace(run, api_per_s=10 * run.api_per_s) for run in runs.values()]
    tenfold = flood(faster, table)
    assert f"N = 10 that is {tenfold.usd_a_day:.1f} USD a day" in PAGE
    assert f"= {tenfold.transfer_gb:.1f} GB in 31 days" in PAGE
