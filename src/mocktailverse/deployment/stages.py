"""The template with what environments.toml says of a stage.

CloudFormation takes numbers from the template's table `Stages` alone. The template as it is
committed holds the same, for `sam deploy`; here a change of the file counts at once.
"""

import re
from collections.abc import Mapping

import msgspec
import yaml

from mocktailverse.errors import UsageError


def with_stage(template: str, stage: str, line: Mapping[str, str | int]) -> str:
    """The template's text with a stage's line of the table `Stages`; the rest stays byte for byte.

    Raises:
        UsageError: the table has no such line in braces.
    """
    line_of_stage = rf"(?m)^    {re.escape(stage)}:\s*(\{{[^{{}}]*\}})"
    found = list(re.finditer(line_of_stage, template))
    if len(found) != 1:
        raise UsageError(f"The table Stages of the template has no line {stage}: {{...}}.")
    (place,) = found
    if yaml.safe_load(place[1]) == line:
        return template
    written = msgspec.json.encode(line).decode()  # YAML, too
    return template[: place.start(1)] + written + template[place.end(1) :]
