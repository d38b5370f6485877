"""The cost of a month, compared with manual calculations."""

import msgspec
import pytest

from mocktailverse.api import transfer_allowance
from mocktailverse.cost.cost_report import ReportLine, cost_report
from mocktailverse.cost.flood import SLICE_BYTES, SMALL_ANSWER_BYTES, flood
from mocktailverse.cost.limits import with_all_pollers
from mocktailverse.cost.model import month, price_table, total_usd
from mocktailverse.cost.running import DAYS, HOURS, PROD, SMALL, STAGING, Running, running
from mocktailverse.cost.usage import BASIS, LEVELS, Activity, Usage, Visitors, usage_of
from mocktailverse.cost.workload import (
    IDLE,
    REFERENCE,
    SWEEP,
    at_measured_rate,
    for_records,
    scaled,
    write_share,
)
from mocktailverse.loads.load_record import Counts, Load
from mocktailverse.loads.object_version import ObjectVersion

NOON_MS = 1_767_268_800_000
NOTHING = Running(
    wcu=0, rcu=0, reconciles=0, idle_polls=0, alarms=0, metrics=0, dashboards=0, log_days=0
)  # fmt: skip


def bill(**usage):
    return {line.price.usage: line for line in month(Usage(**usage), price_table())}


def load(**fields):
    opened = Load(
        ObjectVersion("data", "raw/thecocktaildb/a.json", "v1"),
        1, "done", Counts(read=25, loaded=25), 50_000, 1, 0, None, NOON_MS, NOON_MS,
        NOON_MS + 2_000, None, 1,
    )  # fmt: skip
    return msgspec.structs.replace(opened, **fields)


def test_a_month_without_usage_is_free():
    lines = month(Usage(), price_table())
    assert total_usd(lines) == 0
    assert all(line.used_share in (0, None) for line in lines)


def test_every_price_has_a_usage_and_every_usage_has_one_price():
    priced = [price.usage for price in price_table().prices]
    assert sorted(priced) == sorted(set(Usage.__struct_fields__) - {"month_share"})
    assert set(BASIS) == set(priced)
    assert set(priced) >= LEVELS


def test_up_to_the_free_limit_nothing_is_charged():
    lines = bill(
        lambda_requests=1_000_000, lambda_gb_s=400_000, dynamodb_wcu=25, dynamodb_rcu=25,
        dynamodb_gb=25, sqs_requests=1_000_000, log_gb=5, metrics=10, alarms=10, dashboards=3,
        schedules=14_000_000, transfer_gb=100,
    )  # fmt: skip
    used = {name: line for name, line in lines.items() if line.amount}
    assert len(used) == 12
    assert {line.used_share for line in used.values()} == {1.0}
    assert total_usd(list(lines.values())) == 0


@pytest.mark.parametrize(
    ("usage", "amount", "usd"),
    [
        ("lambda_requests", 3_000_000, 0.40),
        ("lambda_gb_s", 500_000, 1.33334),
        ("dynamodb_wcu", 30, 2.3725),  # 5 x 730 h x 0.00065
        ("dynamodb_rcu", 35, 0.949),  # 10 x 730 h x 0.00013
        ("dynamodb_gb", 27, 0.50),
        ("dynamodb_backup_gb", 2, 0.40),
        ("sqs_requests", 1_500_000, 0.20),
        ("s3_writes", 2_000, 0.01),
        ("s3_reads", 10_000, 0.004),
        ("s3_gb", 10, 0.23),
        ("log_gb", 7, 1.00),
        ("metrics", 12, 0.60),
        ("alarms", 13, 0.30),
        ("dashboards", 4, 3.00),
        ("schedules", 15_000_000, 1.00),
        ("api_requests", 100_000, 0.10),
        ("transfer_gb", 110, 0.90),
    ],
)
def test_only_usage_beyond_the_free_limit_is_charged(usage, amount, usd):
    lines = bill(**{usage: amount})
    assert lines[usage].usd == pytest.approx(usd)
    assert total_usd(list(lines.values())) == pytest.approx(usd)


def test_levels_are_charged_for_the_elapsed_time():
    half = bill(month_share=0.5, dynamodb_wcu=30, sqs_requests=1_500_000)
    assert half["dynamodb_wcu"].usd == pytest.approx(2.3725 / 2)
    assert half["sqs_requests"].usd == pytest.approx(0.20)


def test_capacity_storage_and_monitoring_are_levels_and_other_usages_are_sums():
    everything = {price.usage: 1_000 * (price.free + price.per) for price in price_table().prices}
    whole, half = bill(**everything), bill(month_share=0.5, **everything)
    assert {name for name in whole if half[name].usd == whole[name].usd / 2} == {
        "dynamodb_wcu", "dynamodb_rcu", "dynamodb_gb", "dynamodb_backup_gb", "s3_gb", "metrics",
        "alarms", "dashboards",
    }  # fmt: skip
    assert all(half[name].usd in {whole[name].usd, whole[name].usd / 2} for name in whole)
    grown = Usage(month_share=0.5, **everything).at_this_rate()
    assert {name for name, amount in everything.items() if getattr(grown, name) == amount} == {
        name for name in whole if half[name].usd != whole[name].usd
    }


def test_at_this_rate_sums_grow_and_levels_stay():
    usage = Usage(month_share=0.25, sqs_requests=300_000, alarms=6, s3_gb=2).at_this_rate()
    assert usage == Usage(month_share=1, sqs_requests=1_200_000, alarms=6, s3_gb=2)


def test_the_activity_of_a_load_has_its_counts():
    assert Activity.of([load()], 120) == Activity(
        loads=1, objects=1, records=25, bytes=50_000, attempts=1, busy_s=2, publishes=1
    )


def test_a_replay_stores_no_raw_object_again():
    replayed = Activity.of([load(generation=2)], 120)
    assert (replayed.loads, replayed.objects, replayed.bytes) == (1, 0, 0)


def test_waiting_between_attempts_is_not_computing():
    slow = load(attempts=3, finished_at=NOON_MS + 3_600_000)
    assert Activity.of([slow], 120).busy_s == 360


def test_an_unfinished_load_counts_only_its_attempts():
    counts = Counts()
    opened = load(status="loading", counts=counts, bytes=0, finished_at=None)
    assert Activity.of([opened], 120) == Activity(loads=1, objects=1, attempts=1)


@pytest.mark.parametrize(
    ("rejected", "read", "objects"), [(0, 25, 0), (3, 25, 1), (1, 5_000, 1), (800, 1_000, 3)]
)
def test_a_segment_has_at_most_one_object_of_rejected_lines(rejected, read, objects):
    counts = Counts(read=read, loaded=read - rejected, rejected=rejected)
    assert Activity.of([load(counts=counts)], 120).rejected_objects == objects


def test_a_load_that_changes_nothing_publishes_nothing():
    unchanged = load(counts=Counts(read=25, unchanged=25))
    assert Activity.of([unchanged], 120).publishes == 0


@pytest.mark.parametrize(
    ("ms", "publishes"), [(0, 1), (4_999, 1), (5_000, 2), (9_999, 2), (10_000, 3), (12_000, 3)]
)
def test_a_long_load_publishes_several_times_at_most_every_window(ms, publishes):
    assert Activity.of([load(finished_at=NOON_MS + ms)], 120).publishes == publishes


def test_the_computing_of_each_function_counts_its_own_memory():
    """No value is 1 and none repeats, so that a wrong factor or a division fails the test."""
    run = msgspec.structs.replace(
        NOTHING, transform_gb=2, publish_gb=4, fetch_gb=8, reconcile_gb=16, api_gb=32,
        fetches=3, fetch_s=5, reconciles=7,
    )  # fmt: skip
    activity = Activity(busy_s=11, publishes=13)
    usage = usage_of(activity, run, month_share=0.5, drinks=0, visitors=Visitors(api_calls=17))
    transform, publish, fetch = 11 * 2, 13 * 3 * 4, 1.5 * 5 * 8
    assert usage.lambda_gb_s == pytest.approx(
        transform + publish + fetch + 3.5 * 10 * 16 + 17 * 0.3 * 32
    )


def test_a_month_by_manual_calculation():
    """1,000 raw objects of 50 kB, 2 s each, half a month, 10,000 drinks, nothing else runs."""
    activity = Activity.of([load()] * 1_000, 120)
    usage = usage_of(activity, NOTHING, month_share=0.5, drinks=10_000)
    assert usage == Usage(
        month_share=0.5,
        lambda_requests=2_000,  # 1,000 loads, 1,000 publishes
        lambda_gb_s=3_500,  # 1,000 x 2 s x 1 GB + 1,000 x 3 s x 0.5 GB
        dynamodb_gb=0.044,  # 11,000 items of 4 kB
        sqs_requests=3_000,
        s3_writes=4_000,  # raw objects, and three objects a publish
        s3_reads=2_000,
        s3_gb=0.11,  # 50 MB of raw objects, 60 MB of catalogue
        log_gb=0.006,
        transfer_gb=0.11,  # 60 MB of catalogue, 1,000 changes of 50 kB
    )
    lines = {line.price.usage: line.usd for line in month(usage, price_table())}
    charged = {name: usd for name, usd in lines.items() if usd}
    assert charged == {
        "s3_writes": pytest.approx(0.02),
        "s3_reads": pytest.approx(0.0008),
        "s3_gb": pytest.approx(0.11 * 0.023 / 2),
    }


def test_idle_production_costs_less_than_a_cent():
    usage = usage_of(Activity(), PROD, month_share=1, drinks=600)
    assert usage.sqs_requests == 5 * 3 * 60 * HOURS
    lines = month(usage, price_table())
    assert 0 < total_usd(lines) < 0.01
    assert all((line.used_share or 0) < 1 for line in lines)


def test_all_stages_together_stay_within_the_free_capacity():
    assert PROD.wcu + STAGING.wcu + SMALL.wcu <= 25
    assert PROD.rcu + STAGING.rcu + SMALL.rcu <= 25


@pytest.mark.parametrize("share", [0, -1, 1.01])
def test_a_share_of_a_month_is_between_zero_and_one(share):
    with pytest.raises(ValueError, match="share of a month"):
        usage_of(Activity(), SMALL, month_share=share, drinks=0)


def test_known_visitors_are_counted():
    """10,000 calls of 0.3 s at 1 GB; 1,000 visits of ten views and one 4.2 MB download."""
    visitors = Visitors(api_calls=10_000, dashboard_visits=1_000)
    usage = usage_of(Activity(), NOTHING, month_share=1, drinks=700, visitors=visitors)
    assert usage == Usage(
        lambda_requests=10_000,
        lambda_gb_s=3_000,
        dynamodb_gb=0.0028,
        sqs_requests=20_000,
        s3_writes=10_000,  # of the transfer counter
        s3_reads=30_000,
        s3_gb=pytest.approx(0.0042),
        log_gb=pytest.approx(0.03),
        api_requests=10_000,
        transfer_gb=pytest.approx(4.4),  # 4.2 for the dashboard, 0.2 for the responses
    )


@pytest.mark.parametrize(("objects", "listings"), [(0, 1), (1_000, 1), (1_001, 2), (14_600, 15)])
def test_reconcile_lists_all_stored_objects(objects, listings):
    hourly = Running(wcu=0, rcu=0, reconciles=10)
    stored = Activity(objects=objects)
    usage = usage_of(Activity(), hourly, month_share=1, drinks=0, stored=stored)
    assert usage.s3_writes == 10 * listings


def test_usages_of_one_account_add_up():
    both = Usage(sqs_requests=1, alarms=2) + Usage(sqs_requests=3, alarms=4, s3_gb=5)
    assert both == Usage(sqs_requests=4, alarms=6, s3_gb=5)


# ---- workloads


def test_the_reference_month_of_prod_by_manual_calculation():
    """30.42 sweeps of 40 raw objects; a year stores 14,600, listed by 15 requests."""
    usage = REFERENCE.usage(PROD)
    reconciles = 4 * DAYS
    assert usage.lambda_requests == pytest.approx(80 * DAYS + DAYS + reconciles + 10_000)
    assert usage.lambda_gb_s == pytest.approx(
        160 * DAYS  # transform: 40 loads a sweep, 4 s each, 1 GB
        + 60 * DAYS  # publish: 40 a sweep, 3 s each, 0.5 GB
        + 75 * DAYS  # fetch: 300 s, 0.25 GB
        + 2.5 * reconciles  # reconcile: 10 s, 0.25 GB
        + 3_000  # the API: 10,000 calls of 0.3 s, 1 GB
    )
    assert usage.sqs_requests == pytest.approx(120 * DAYS + 657_000 + 20_000)
    assert usage.s3_writes == pytest.approx((40 + 12 + 3 * 40) * DAYS + 15 * reconciles + 10_000)
    assert usage.s3_reads == pytest.approx((40 + 40 + 2) * DAYS + 30_000)
    assert usage.s3_gb == pytest.approx(12 * DAYS * 0.0016 + 0.0042)
    assert usage.dynamodb_gb == pytest.approx((700 + 12 * 40 * DAYS) * 4e-6)
    assert usage.dynamodb_backup_gb == usage.dynamodb_gb
    assert usage.transfer_gb == pytest.approx(4.4)
    written = 3_000 * usage.lambda_requests / 1e9
    assert usage.log_gb == pytest.approx(written * (1 + 30 / DAYS))


def test_the_higher_number_of_sweeps_of_stage_and_workload_counts():
    hourly = msgspec.structs.replace(SMALL, fetches=HOURS)
    assert IDLE.usage(hourly).schedules == pytest.approx(HOURS + HOURS / 6)
    assert IDLE.usage(SMALL).s3_writes == pytest.approx(HOURS / 6)
    assert REFERENCE.usage(SMALL).schedules == pytest.approx(DAYS + HOURS / 6)


def test_a_number_of_records_scales_the_measured_activity():
    measured = Activity(loads=2, objects=2, records=50, bytes=1_000, attempts=3, busy_s=4)
    activity, drinks = scaled(measured, 40, 500)
    assert (activity.records, activity.loads, activity.attempts) == (500, 20, 30)
    assert drinks == 400


def test_without_a_measurement_a_number_of_records_scales_a_sweep():
    activity, drinks = scaled(Activity(), 0, 9_000 * DAYS)
    assert msgspec.structs.astuple(activity) == pytest.approx(
        msgspec.structs.astuple(SWEEP.times(10 * DAYS))
    )
    assert drinks == 7_000


def test_a_measured_month_is_projected_at_its_rate():
    measured = Activity(loads=2, objects=2, records=50, bytes=1_000, attempts=3, busy_s=4)
    projection = at_measured_rate(measured, 40, 0.25, SMALL)
    assert projection.activity == measured.times(4)
    so_far = usage_of(measured, SMALL, month_share=0.25, drinks=40)
    assert projection.usage == so_far.at_this_rate()
    assert (projection.drinks, projection.visitors) == (40, None)
    assert projection.write_share == write_share(200, SMALL)


def test_a_month_for_a_number_of_records_has_the_reference_visitors():
    measured = Activity(loads=2, objects=2, records=50, bytes=1_000, attempts=3, busy_s=4)
    projection = for_records(500, measured, 40, SMALL)
    assert (projection.activity, projection.drinks) == scaled(measured, 40, 500)
    assert projection.visitors == REFERENCE.visitors
    assert projection.usage.api_requests == 10_000
    assert projection.write_share == write_share(500, SMALL)


def test_the_write_share_is_relative_to_the_provisioned_capacity():
    """2,628,000 s a month with 4 units each, and 4 units for a record of 4 kB."""
    assert write_share(2_628_000, SMALL) == pytest.approx(1)
    assert write_share(1, NOTHING) is None


def test_each_stage_runs_the_resources_of_the_template():
    small = Running(
        wcu=4, rcu=4, backups=False, fetches=0, reconciles=730 / 6, idle_polls=657_000,
        idle_polls_at_most=657_000, alarms=2, metrics=2, dashboards=0, transform_gb=1,
        publish_gb=0.5, fetch_gb=0.25, reconcile_gb=0.25, api_gb=1, transform_timeout_s=120,
        fetch_s=300, log_days=7, api_per_s=2, api_gb_per_day=0.3,
    )  # fmt: skip
    assert running("dev") == running("local") == small
    assert running("staging") == msgspec.structs.replace(small, log_days=14)
    assert running("prod") == msgspec.structs.replace(
        small, wcu=17, rcu=17, backups=True, fetches=730 / 24, alarms=5, metrics=6, dashboards=1,
        log_days=30, api_gb_per_day=1.5,
    )  # fmt: skip


def test_the_larger_figures_of_two_descriptions_count():
    one = Running(wcu=4, rcu=9, backups=True, log_days=7)
    other = Running(wcu=5, rcu=8, log_days=30)
    assert one.at_least(other) == Running(wcu=5, rcu=9, backups=True, log_days=30)


def test_all_pollers_of_three_queues_by_manual_calculation():
    """Two pollers make 262,800 requests a month and five 657,000; a million are free."""
    runs = [msgspec.structs.replace(run, idle_polls=262_800) for run in (SMALL, STAGING, PROD)]
    usage = with_all_pollers(Usage(sqs_requests=3 * 262_800), runs)
    assert usage.sqs_requests == 3 * 657_000
    assert total_usd(month(usage, price_table())) == pytest.approx(0.971 * 0.40)
    half = with_all_pollers(Usage(month_share=0.5, sqs_requests=131_400), runs[:1])
    assert half.sqs_requests == 328_500


def test_a_flood_by_manual_calculation():
    """172,800 calls a day of 0.3 s at 1 GB, 1 kB of log kept for a month, and two reads each.

    The gateway meters a body of 10 MiB as 20 requests.
    """
    run = Running(wcu=1, rcu=1, log_days=DAYS, api_gb_per_day=1)
    slices = 500 * (5e-6 + 0.4e-6)
    call = 20 * 1e-6 + 0.2e-6 + 0.3 * 13.3334e-6 + 2 * 1e-6 * 0.5 + 2 * 0.4e-6
    usd = 172_800 * call + slices
    one = flood([run], price_table())
    assert one.usd_a_day == pytest.approx(usd)
    assert one.usd_a_month == pytest.approx(31 * usd)
    assert one.transfer_gb == pytest.approx(31 * (1 + 172_800 * 1e-6))
    larger = msgspec.structs.replace(run, api_gb=2)
    more = 172_800 * 0.3 * 13.3334e-6
    assert flood([larger], price_table()).usd_a_day == pytest.approx(usd + more)


def test_data_beyond_the_free_gigabytes_of_the_account_costs():
    run = Running(wcu=1, rcu=1, api_per_s=0, api_gb_per_day=2)
    one, three = flood([run], price_table()), flood([run] * 3, price_table())
    assert one.usd_a_month == pytest.approx(31 * 1_000 * 5.4e-6)
    assert three.usd_a_month == pytest.approx(3 * one.usd_a_month + (3 * 62 - 100) * 0.09)


def test_the_flood_reserves_data_in_slices_of_the_same_size_as_the_api():
    assert SLICE_BYTES == transfer_allowance.SLICE_BYTES
    assert SMALL_ANSWER_BYTES >= transfer_allowance.HEAD_BYTES


# ---- the report


def test_the_report_adds_up():
    report = cost_report("prod", REFERENCE.usage(PROD), price_table(), None)
    assert report.usd == pytest.approx(sum(line.usd for line in report.lines))
    assert report.usd == pytest.approx(sum(service.usd for service in report.services))
    not_free = [line.usd for line in report.lines if line.free is None]
    assert report.cents_not_free == pytest.approx(100 * sum(not_free))
    assert report.beyond_free == ()
    assert report.usd_so_far is None
    assert report.usd_at_most == report.usd


def test_the_report_shows_the_measured_part_and_the_whole_month():
    so_far = Usage(month_share=0.5, sqs_requests=800_000, s3_writes=1_000)
    report = cost_report("dev", so_far.at_this_rate(), price_table(), so_far)
    lines = {line.usage: line for line in report.lines}
    assert (lines["sqs_requests"].so_far, lines["sqs_requests"].month) == (800_000, 1_600_000)
    assert report.usd_so_far == pytest.approx(0.005)
    assert report.usd == pytest.approx(0.01 + 0.24)
    assert report.beyond_free == ("sqs_requests",)


FIGURES = {
    "lambda_requests": "counted: attempts of loads, the most possible publishes, schedules",
    "lambda_gb_s": "counted: duration of the loads at 1 GB; other functions are assumed",
    "dynamodb_wcu": "template: provisioned, over all tables and the index",
    "dynamodb_rcu": "template: provisioned, over all tables and the index",
    "dynamodb_gb": "assumed: drinks and this month's loads, 4 KB each",
    "dynamodb_backup_gb": "assumed: the same as storage, if the stage keeps backups",
    "sqs_requests": "counted: 3 a delivery, and five pollers at each idle queue",
    "s3_writes": "counted: raw and rejected objects, 3 for each possible publish, listings",
    "s3_reads": "counted: one an attempt, one a publish, two a fetch",
    "s3_gb": "counted: raw objects of this month's loads; the catalogue at 6 KB a drink",
    "log_gb": "assumed: 3 KB an invocation, written once and stored for the retention time",
    "metrics": "template: metrics that the functions emit",
    "alarms": "template: as deployed",
    "dashboards": "template: as deployed",
    "schedules": "template: how often fetch and reconcile are started",
    "api_requests": "not seen: counted by AWS only; a million costs $1.00",
    "transfer_gb": "assumed: the catalogue and its changes; or once a visit if visits are known",
}


def figures(whole, so_far):
    report = cost_report("dev", whole, price_table(), so_far)
    return {line.usage: line.figure for line in report.lines}


def test_each_figure_names_its_origin():
    measured = Usage(month_share=0.5, sqs_requests=1)
    assert figures(measured.at_this_rate(), measured) == FIGURES


def test_without_a_measurement_counted_figures_are_assumed():
    assert figures(Usage(sqs_requests=1), None) == {
        usage: figure.replace("counted: ", "assumed: ") for usage, figure in FIGURES.items()
    }


def test_api_calls_are_assumed_if_the_workload_has_some():
    changed = {"api_requests": "assumed: as many as the workload has"}
    measured = Usage(sqs_requests=1, api_requests=1)
    assert figures(measured, measured) == FIGURES | changed


def test_a_line_of_the_report_shows_amounts_sums_and_the_price():
    so_far = Usage(month_share=0.5, sqs_requests=1_500_000, s3_gb=4)
    report = cost_report("dev", so_far.at_this_rate(), price_table(), so_far)
    lines = {line.usage: line for line in report.lines}
    prices = {price.usage: price for price in price_table().prices}
    assert (report.env, report.as_of, report.region) == (
        "dev", price_table().as_of, price_table().region,
    )  # fmt: skip
    assert lines["sqs_requests"] == ReportLine(
        usage="sqs_requests", service="SQS", what=prices["sqs_requests"].what,
        unit=prices["sqs_requests"].unit, so_far=1_500_000, month=3_000_000, free=1_000_000,
        used_share=3, usd_so_far=pytest.approx(0.20), usd=pytest.approx(0.80), price_usd=0.40,
        price_per=1_000_000, figure=FIGURES["sqs_requests"],
        source=prices["sqs_requests"].source, checked=prices["sqs_requests"].checked,
    )  # fmt: skip
    stored = lines["s3_gb"]
    assert (stored.so_far, stored.month, stored.free, stored.used_share) == (4, 4, None, None)
    assert (stored.usd_so_far, stored.usd) == pytest.approx((0.046, 0.092))


def test_each_service_is_listed_once_with_the_sum_of_its_lines():
    report = cost_report("prod", REFERENCE.usage(PROD), price_table(), None)
    services = list(dict.fromkeys(line.service for line in report.lines))
    assert [total.service for total in report.services] == services
    for total in report.services:
        usd = [line.usd for line in report.lines if line.service == total.service]
        assert total.usd == pytest.approx(sum(usd))


def test_the_most_expensive_month_is_reported_beside_the_usual_one():
    whole = Usage(sqs_requests=1_000_000, s3_reads=10_000)
    report = cost_report("dev", whole, price_table(), None, whole + Usage(sqs_requests=500_000))
    assert (report.usd, report.usd_at_most) == pytest.approx((0.004, 0.204))
    assert report.cents_not_free == pytest.approx(0.4)


def test_the_free_limit_may_be_reached_exactly():
    limit = Usage(sqs_requests=1_000_000)
    assert cost_report("dev", limit, price_table(), None).beyond_free == ()
    beyond = limit + Usage(sqs_requests=1)
    assert cost_report("dev", beyond, price_table(), None).beyond_free == ("sqs_requests",)


def test_idle_stages_store_as_many_drinks_as_the_active_one():
    assert IDLE.drinks == REFERENCE.drinks == 700
    assert (IDLE.sweeps, IDLE.visitors) == (0, Visitors())
    assert (REFERENCE.sweeps, REFERENCE.visitors) == (
        DAYS, Visitors(api_calls=10_000, dashboard_visits=1_000),
    )  # fmt: skip
