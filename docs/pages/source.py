"""The checkout's own description of what is deployed, read once for all pages."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import yaml
from msgspec import Struct

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.template import Resource, Template
from mocktailverse.deployment import environments
from mocktailverse.deployment.environments import DEPLOYED, Environments

Pair = tuple[yaml.ScalarNode, yaml.Node]
"""A name in YAML, and what stands under it."""

STAGES = ("local", *DEPLOYED)
SECTION = re.compile(r"  # -+ (.*)")
COMMENT = re.compile(r"\s*# (.*)")


@cache
def template() -> Template:
    """The template, parsed."""
    return Template.read(find_checkout().template)


@cache
def described() -> Environments:
    """environments.toml."""
    return environments.read(find_checkout().environments)


@cache
def resources(stage: str) -> dict[str, Resource]:
    """The resources of a stage by logical id, resolved as `mocktailverse deploy` would."""
    return {one.name: one for one in template().resources(parameters_of(stage))}


class Remark(Struct, frozen=True):
    """What the template's comments say of a resource."""

    section: str
    """The heading that it stands under."""
    text: str
    """The comment above it or behind its name; empty where there is none."""
    statements: Mapping[str, str]
    """The comments behind the Sids of its policies."""


def of_type(stage: str, kind: str) -> dict[str, dict[str, Any]]:
    """The properties of a stage's resources of a type, by logical id."""
    found = resources(stage).items()
    return {name: resource.properties for name, resource in found if resource.type == kind}


@cache
def stages_of(condition: str) -> tuple[str, ...]:
    """The stages in which a condition of the template holds."""
    alone = {"Resources": {condition: {"Type": "", "Condition": condition}}}
    probe = Template({**template().document, **alone})
    return tuple(stage for stage in STAGES if probe.resources(parameters_of(stage)))


def parameters_of(stage: str) -> dict[str, str]:
    """What `mocktailverse` gives the template for a stage, as far as it is known beforehand."""
    target = "local" if stage == "local" else "aws"
    return {**getattr(described(), stage).parameters(), "Stage": stage, "Target": target}


@cache
def comments(part: str) -> dict[str, str]:
    """The comments above and behind the names of a part of the template, such as `Conditions`."""
    lines, pairs = _read(part)
    found = {}
    for key, body in pairs:
        is_one_line = body.end_mark.line == key.end_mark.line
        told = [*_above(lines, key.start_mark.line), _behind(lines, body if is_one_line else key)]
        found[key.value] = " ".join(filter(None, told))
    return found


@cache
def remarks() -> dict[str, Remark]:
    """The template's comments, by logical id."""
    lines, pairs = _read("Resources")
    found, section, begun = {}, "", 0
    for key, body in pairs:
        line = key.start_mark.line
        for above in lines[begun:line]:
            if heading := SECTION.fullmatch(above):
                section = heading[1]
        begun = line
        told = [*_above(lines, line), _behind(lines, key)]
        sids = {sid.value: _behind(lines, sid) for sid in _sids(body)}
        found[key.value] = Remark(section, " ".join(filter(None, told)), sids)
    return found


def written(value: Any) -> str:  # noqa: ANN401  whatever YAML may hold
    """A value of the template in short: a reference is what it refers to, in `${}` within text."""
    if isinstance(value, list):
        return ", ".join(map(written, value))
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, dict):
        return str(value)
    ((name, argument), *others) = value.items() or [("", "")]
    if name in _WRITTEN and not others:
        return _WRITTEN[name](argument)
    return ", ".join(f"{key}: {written(one)}" for key, one in value.items())


_WRITTEN: dict[str, Callable[[Any], str]] = {
    "Condition": written,
    "Fn::And": lambda parts: " and ".join(map(written, parts)),
    "Fn::Equals": lambda both: f"{written(both[0])} = {written(both[1]) or '(empty)'}",
    "Fn::FindInMap": lambda path: ".".join(map(written, path)),
    "Fn::GetAtt": lambda of: f"${{{of if isinstance(of, str) else '.'.join(of)}}}",
    "Fn::If": lambda of: f"{written(of[1])} if {of[0]}, else {written(of[2])}",
    "Fn::Not": lambda one: f"not ({written(one)})",
    "Fn::Or": lambda parts: " or ".join(map(written, parts)),
    "Fn::Sub": written,
    "Ref": lambda name: f"${{{name}}}",
}


def _read(part: str) -> tuple[list[str], list[Pair]]:
    """The template's lines, and the names and bodies of one of its parts."""
    text = find_checkout().template.read_text(encoding="utf-8")
    document = yaml.compose(text, Loader=yaml.SafeLoader)
    assert isinstance(document, yaml.MappingNode)  # noqa: S101  as every template
    (body,) = (value for key, value in document.value if key.value == part)
    pairs: list[Pair] = body.value
    return text.splitlines(), pairs


def _sids(node: yaml.Node) -> list[yaml.ScalarNode]:
    """The values of every `Sid` below a node."""
    if isinstance(node, yaml.SequenceNode):
        return [sid for item in node.value for sid in _sids(item)]
    if not isinstance(node, yaml.MappingNode):
        return []
    pairs = [[value] if key.value == "Sid" else _sids(value) for key, value in node.value]
    return [sid for found in pairs for sid in found]


def _above(lines: list[str], line: int) -> list[str]:
    """The comment right above a line, without headings of sections."""
    first = line
    while COMMENT.match(lines[first - 1]) and not SECTION.fullmatch(lines[first - 1]):
        first -= 1
    return [text[1] for comment in lines[first:line] if (text := COMMENT.fullmatch(comment))]


def _behind(lines: list[str], node: yaml.Node) -> str:
    """The comment behind a scalar, or behind the colon of a key."""
    rest = lines[node.end_mark.line][node.end_mark.column :].removeprefix(":")
    found = COMMENT.fullmatch(rest)
    return found[1] if found else ""
