"""The template's mapping `Stages`, which is generated from environments.toml.

CloudFormation takes numbers and schedules from this mapping only. The committed template holds the
mapping for `sam deploy` (`make docs` writes it); `mocktailverse` writes it again into the template
that it sends, so an edited environments.toml takes effect at the next deployment.
"""

import re

import yaml

from mocktailverse.deployment.environments import Environment, Environments
from mocktailverse.errors import UsageError


def with_all_stages(template: str, environments: Environments) -> str:
    """Return the template's text with the entry of every stage, as it is committed."""
    for stage in environments.__struct_fields__:
        template = with_stage(template, stage, getattr(environments, stage))
    return template


def with_stage(template: str, stage: str, environment: Environment) -> str:
    """Return the template's text with only a stage's entry replaced; UsageError if it has none."""
    entry = rf"(?m)^(    {re.escape(stage)}:\s*)\{{[^{{}}]*\}}"
    values = yaml.safe_dump(
        environment.mapping(), default_flow_style=True, sort_keys=False, indent=7, width=92
    )
    text, number = re.subn(entry, lambda match: match[1] + values.strip(), template)
    if number != 1:
        raise UsageError(
            f"The template's mapping `Stages` has no entry `{stage}: {{...}}`. Restore it from the"
            " repository."
        )
    return text
