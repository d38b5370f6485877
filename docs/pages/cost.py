"""The page of the reference month: every figure of the cost model, and the prices."""

from pages.markdown import page, table
from pages.source import described, template

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.footprint import footprints
from mocktailverse.cost.model import PriceTable, price_table
from mocktailverse.cost.reference_month import reference_month
from mocktailverse.formatting import amount


def cost() -> str:
    """Return the page."""
    functions = find_checkout().source / "functions"
    by_env = footprints(template(), described().stage_inputs(), functions)
    prices = price_table()
    month = reference_month(by_env, prices)
    report = month.report
    rows = [
        (
            f"{line.service}: {line.what}, {line.unit}",
            *(amount(getattr(usage, line.usage)) for usage in month.usages.values()),
            amount(line.month),
            "" if line.free is None else amount(line.free),
            "not free" if line.used_share is None else f"{line.used_share:.1%}",
            f"{line.usd:.4f}",
        )
        for line in report.lines
    ]
    return page(
        "The reference month",
        "Every figure of a usual month on AWS, and the prices. The meaning of the figures and all "
        "formulas are in [the explanation](../explanation/cost.md).",
        "`infrastructure/` and `src/mocktailverse/cost/`",
        f"{report.usd:.4f} USD a month, including {report.cents_not_free:.1f} cents for usage that "
        f"has no free limit, and {report.usd_at_most:.4f} USD if Lambda keeps five pollers at each "
        f"idle queue instead of two; {prices.region}, prices of {prices.as_of}, without tax.",
        table(("what", *month.usages, "together", "free", "used", "USD"), rows),
        "## Prices",
        "Prices are from public texts, not from AWS's live price list. The last column says which "
        "text confirmed a figure, as of when, and what none confirmed.",
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
    """Return a number without an exponent and without trailing zeros."""
    return f"{usd:.10f}".rstrip("0").rstrip(".")
