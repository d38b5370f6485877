"""The template and environments.toml of the checkout, read once for all pages."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.template import Resource, Template
from mocktailverse.deployment import environments
from mocktailverse.deployment.environments import DEPLOYED, Environments

STAGES = ("local", *DEPLOYED)


class Remark(NamedTuple):
    """What the template's comments say about one name."""

    section: str
    """The heading above it, such as `# ---- Alarms`."""
    text: str
    """The comment above the name or at the end of its line; empty if there is none."""
    statements: dict[str, str]
    """The comments at the end of the lines of its `Sid`s."""


@cache
def template() -> Template:
    """Return the parsed template."""
    return Template.read(find_checkout().template)


@cache
def environments_file() -> Environments:
    """Return the content of environments.toml."""
    return environments.read(find_checkout().environments)


@cache
def resources(stage: str) -> dict[str, Resource]:
    """Return a stage's resources by logical id, with the values that `deploy` would give them."""
    return {one.name: one for one in template().resources(_parameters(stage))}


def of_type(stage: str, kind: str) -> dict[str, dict[str, Any]]:
    """Return the properties of a stage's resources of a type, by logical id."""
    return {n: one.properties for n, one in resources(stage).items() if one.type == kind}


def stages_of(condition: str) -> list[str]:
    """Return the stages in which a condition of the template holds."""
    probe = {condition: {"Type": "", "Condition": condition}}
    document = Template({**template().document, "Resources": probe})
    return [stage for stage in STAGES if document.resources(_parameters(stage))]


def _parameters(stage: str) -> dict[str, str]:
    target = "local" if stage == "local" else "aws"
    return {**getattr(environments_file(), stage).parameters(), "Stage": stage, "Target": target}


@cache
def remarks() -> dict[tuple[str, str], Remark]:
    """Return the template's comments by part and name, such as `("Outputs", "ApiUrl")`.

    A YAML parser drops comments, so the lines are read: a name of a part is indented by two.
    """
    names: dict[tuple[str, str], Remark] = {}
    part, section, above = "", "", list[str]()
    for line in find_checkout().template.read_text(encoding="utf-8").splitlines():
        behind = line.partition(" # ")[2]
        if heading := re.fullmatch(r"  # -+ (.*)", line):
            section = heading[1]
        elif line.startswith("  # "):
            above.append(behind)
            continue
        elif key := re.match(r"( {2})?(\w+):", line):
            part = part if key[1] else key[2]
            names[part, key[2]] = Remark(section, " ".join([*above, behind]).strip(), {})
        elif sid := re.search(r"\bSid: (\w+)", line):
            names[next(reversed(names))].statements[sid[1]] = behind
        above = []
    return names


def short(value: Any) -> str:  # noqa: ANN401  any YAML value
    """Return a value of the template in short, references as `${Name}`."""
    if isinstance(value, list):
        return ", ".join(map(short, value))
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, dict):
        return str(value)
    ((name, argument), *others) = value.items() or [("", "")]
    if name in _FUNCTIONS and not others:
        return _FUNCTIONS[name](argument)
    return ", ".join(f"{key}: {short(one)}" for key, one in value.items())


_FUNCTIONS: dict[str, Callable[[Any], str]] = {
    "Condition": short,
    "Fn::And": lambda parts: " and ".join(map(short, parts)),
    "Fn::Equals": lambda both: f"{short(both[0])} = {short(both[1]) or '(empty)'}",
    "Fn::FindInMap": lambda path: ".".join(map(short, path)),
    "Fn::GetAtt": lambda of: f"${{{of if isinstance(of, str) else '.'.join(of)}}}",
    "Fn::If": lambda of: f"{short(of[1])} if {of[0]}, else {short(of[2])}",
    "Fn::Not": lambda one: f"not ({short(one)})",
    "Fn::Or": lambda parts: " or ".join(map(short, parts)),
    "Fn::Sub": short,
    "Ref": lambda name: f"${{{name}}}",
}
