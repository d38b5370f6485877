"""The generated parts of the template: its mapping `Stages`, and what it has for each source.

CloudFormation takes numbers and schedules from this mapping only. The committed template holds the
mapping for `sam deploy` (`make docs` writes it); `mocktailverse` writes it again into the template
that it sends, so an edited environments.toml takes effect at the next deployment. In the same way
each source that can be fetched gets a schedule, and the right to write its raw objects.
"""

import math
import re
import textwrap

import yaml

from mocktailverse.deployment.environments import Environment, Environments
from mocktailverse.errors import UsageError
from mocktailverse.sources import fetched_sources

_STAGES = r"(?m)(?<=^  Stages:\n)(?:    .*\n)+"
"""The lines of the mapping: a setting each, such as `LogDays: {local: 7, dev: 7, ...}`."""

_FOR_EACH_SOURCE = (
    r"  Fetch(?P<source>\w+)Schedule:\n(?:    .*\n)+\n",
    r" +- !Sub '\$\{DataBucket\.Arn\}/raw/(?P<source>\w+)/\*'\n",
)
"""Blocks of lines that are repeated for each source; the first one is the pattern."""


def with_all_stages(template: str, environments: Environments) -> str:
    """Return the template's text with the values of every stage, as it is committed."""
    for stage in environments.__struct_fields__:
        template = with_stage(template, stage, getattr(environments, stage))
    return template


def with_stage(template: str, stage: str, environment: Environment) -> str:
    """Return the template's text with a stage's values and the blocks for each source replaced.

    Raises:
        UsageError: the template does not have the mapping, or no such block.
    """
    lines = re.search(_STAGES, template)
    if lines is None:
        raise UsageError("The template has no mapping `Stages`. Restore it from the repository.")
    before = yaml.safe_load(lines[0])
    after = {k: {**before.get(k, {}), stage: v} for k, v in environment.mapping().items()}
    # Inner mappings in braces; YAML would otherwise break them after 80 characters.
    text = yaml.safe_dump(after, default_flow_style=None, sort_keys=False, width=math.inf)
    text = textwrap.indent(text, "    ")
    return _with_sources(template[: lines.start()] + text + template[lines.end() :])


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
