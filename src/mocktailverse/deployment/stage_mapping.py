"""The generated parts of the template: its mapping `Stages`, and what it has for each source.

CloudFormation takes numbers and schedules from this mapping only. The committed template holds the
mapping for `sam deploy` (`make docs` writes it); `mocktailverse` writes it again into the template
that it sends, so an edited environments.toml takes effect at the next deployment. In the same way
each source that can be fetched gets a schedule, and the right to write its raw objects.
"""

import math
import re
import textwrap
from collections.abc import Mapping

import yaml

from mocktailverse.deployment.environments import Environment, Environments
from mocktailverse.errors import UsageError
from mocktailverse.sources import fetched_sources

_FOR_EACH_SOURCE = (
    r"  Fetch(?P<source>\w+)Schedule:\n(?:    .*\n)+\n",
    r" +- !Sub '\$\{DataBucket\.Arn\}/raw/(?P<source>\w+)/\*'\n",
)
"""Blocks of lines that are repeated for each source; the first one is the pattern."""


def with_all_stages(template: str, environments: Environments) -> str:
    """Return the template's text with the entry of every stage, as it is committed."""
    for stage in environments.__struct_fields__:
        template = with_stage(template, stage, getattr(environments, stage))
    return template


def with_stage(template: str, stage: str, environment: Environment) -> str:
    """Return the template's text with a stage's entry and the blocks for each source replaced.

    Raises:
        UsageError: the template does not have the entry, or no such block.
    """
    entry = rf"(?m)^(    {re.escape(stage)}:\s*)\{{[^{{}}]*\}}"
    values = _flow_mapping(environment.mapping())
    text, number = re.subn(entry, lambda match: match[1] + values, template)
    if number != 1:
        raise UsageError(
            f"The template's mapping `Stages` has no entry `{stage}: {{...}}`. Restore it from the"
            " repository."
        )
    return _with_sources(text)


def _flow_mapping(values: Mapping[str, str | int]) -> str:
    """Return YAML such as `{Drinks: 2, Fetch: 'cron(0 4 * * ? *)'}`, broken between entries."""
    pairs = (
        yaml.safe_dump({name: value}, default_flow_style=True, width=math.inf).strip()[1:-1]
        for name, value in values.items()
    )
    text = ", ".join(pair.replace(" ", "\0") for pair in pairs)
    lines = textwrap.wrap(f"{{{text}}}", 100, break_long_words=False, break_on_hyphens=False)
    return "\n       ".join(lines).replace("\0", " ")


def _with_sources(template: str) -> str:
    for block in _FOR_EACH_SOURCE:
        present = re.search(f"(?m)(?:^{block})+", template)
        first = re.match(block, present[0]) if present else None
        if present is None or first is None:
            raise UsageError("The template has nothing for the first source. Restore it.")
        name = first["source"].lower()
        blocks = [
            first[0].replace(name, source).replace(name.capitalize(), source.capitalize())
            for source in fetched_sources()
        ]
        template = template[: present.start()] + "".join(blocks) + template[present.end() :]
    return template
