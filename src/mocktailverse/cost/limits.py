"""The gate: do all stages together, in one account, stay within what is always free?"""

from collections.abc import Mapping
from functools import reduce
from operator import add

from mocktailverse.cost.model import Line, PriceTable, month, total_usd
from mocktailverse.cost.usage import Usage

NOT_FREE_USD = 0.25
"""What is free to no account may cost so much in the reference month."""


def together(usages: Mapping[str, Usage]) -> Usage:
    """The usage of all stages."""
    return reduce(add, usages.values())


def beyond_limits(usages: Mapping[str, Usage], table: PriceTable) -> list[str]:
    """A sentence for each free limit that the stages leave, and for what costs more than it may."""
    lines = month(together(usages), table)
    sentences = [
        f"{line.service}, {line.what}: {line.amount:,.10g} of {line.free_limit:,.10g} free "
        f"{line.unit} a month ({_shares(usages, line)}), {line.usd:.2f} USD."
        for line in lines
        if line.used_share is not None and line.used_share > 1
    ]
    paid = total_usd([line for line in lines if line.used_share is None])
    if paid > NOT_FREE_USD:
        sentences.append(
            f"What is not free comes to {paid:.2f} USD a month; at most {NOT_FREE_USD:.2f} may be."
        )
    return sentences


def _shares(usages: Mapping[str, Usage], line: Line) -> str:
    return ", ".join(f"{env} {getattr(usage, line.usage):,.10g}" for env, usage in usages.items())
