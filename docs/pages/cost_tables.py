"""The reference month: every figure of the cost model, and the prices."""

from pages.cells import table
from pages.template_source import environments_file, template

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.footprint import footprints
from mocktailverse.cost.limits import reference_month
from mocktailverse.cost.model import price_table
from mocktailverse.formatting import quantity


def month() -> str:
    """Return what the reference month costs, and the table of its figures."""
    functions = find_checkout().source / "functions"
    inputs = environments_file().stage_inputs()
    prices = price_table()
    reference = reference_month(footprints(template(), inputs, functions), prices)
    usages, report = reference.usages, reference.report
    rows = [
        (
            f"{line.service}: {line.what}, {line.unit}",
            *(quantity(getattr(usage, line.usage), line.unit) for usage in usages.values()),
            quantity(line.month, line.unit),
            "" if line.free is None else quantity(line.free, line.unit),
            "not free" if line.used_share is None else f"{line.used_share:.1%}",
            f"{line.usd:.4f}",
        )
        for line in report.lines
    ]
    return (
        f"The month costs {report.usd:.4f} USD. {report.cents_not_free:.1f} cents are for services "
        "without a free limit. "
        f"Region {prices.region}, prices of {prices.as_of}, without tax.\n\n"
        + table(("what", *usages, "together", "free", "used", "USD"), rows)
    )


def prices() -> str:
    """Return the table of prices."""
    rows = [
        (
            f"{price.service}: {price.what}",
            f"{f'{price.usd:.10f}'.rstrip('0').rstrip('.')} for {price.per:,.0f} {price.unit}",
            quantity(price.free, price.unit) if price.free else "none",
            price.source,
            price.checked,
        )
        for price in price_table().prices
    ]
    return table(("what", "USD", "free a month", "source", "checked"), rows)
