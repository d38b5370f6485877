"""The page of the reference month: every figure of the cost model, and the prices."""

from pages.markdown import page, table
from pages.source import described, template

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.cost_report import cost_report
from mocktailverse.cost.footprint import footprints
from mocktailverse.cost.limits import together, with_all_pollers
from mocktailverse.cost.model import PriceTable, price_table
from mocktailverse.cost.workload import reference
from mocktailverse.formatting import amount


def cost() -> str:
    """The page."""
    found = footprints(template(), described().stage_inputs(), find_checkout().source / "functions")
    runs = {env: footprint.running for env, footprint in found.items()}
    usages, prices = reference(runs), price_table()
    whole = together(usages)
    report = cost_report("all", whole, prices, None, with_all_pollers(whole, runs.values()))
    rows = [
        (
            f"{line.service}: {line.what}, {line.unit}",
            *(amount(getattr(usage, line.usage)) for usage in usages.values()),
            amount(line.month),
            "" if line.free is None else amount(line.free),
            "not free" if line.used_share is None else f"{line.used_share:.1%}",
            f"{line.usd:.4f}",
        )
        for line in report.lines
    ]
    return page(
        "The reference month",
        "Every figure of a usual month on AWS, and the prices. What it means, and every formula, "
        "stands in [the explanation](../explanation/cost.md).",
        "`infrastructure/` and `src/mocktailverse/cost/`",
        f"{report.usd:.4f} USD a month, which is {report.cents_not_free:.1f} cents for what is "
        f"free to no account, and {report.usd_at_most:.4f} USD if Lambda asks idle queues with "
        f"five pollers, where it may come down to two; {prices.region}, prices of "
        f"{prices.as_of}, without tax.",
        table(("what", *usages, "together", "free", "used", "USD"), rows),
        "## Prices",
        "Not AWS's live price list: texts that anybody can look up. The last column says which "
        "ones confirmed a figure, as of when, and what none did.",
        _prices(prices),
    )


def _prices(prices: PriceTable) -> str:
    rows = [
        (
            f"{price.service}: {price.what}",
            f"{_digits(price.usd)} for {price.per:,.0f} {price.unit}",
            amount(price.free) if price.free else "none",
            price.source,
            price.checked,
        )
        for price in prices.prices
    ]
    return table(("what", "USD", "free a month", "source", "checked"), rows)


def _digits(usd: float) -> str:
    """Without an exponent, and without zeros that tell nothing."""
    return f"{usd:.10f}".rstrip("0").rstrip(".")
