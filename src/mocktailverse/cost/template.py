"""The template as CloudFormation resolves it for one stage: mappings and conditions are applied.

Values that only AWS knows, such as the ARN of another resource, are kept: `{"Fn::GetAtt": ...}`.
"""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

try:  # libyaml is faster, but PyYAML may be built without it
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]  # the same interface
from msgspec import Struct

from mocktailverse.errors import UsageError

_NO_VALUE = object()
"""The value of `AWS::NoValue`: the property is left out."""


class Resource(Struct, frozen=True, kw_only=True):
    """A resource of a stage; its properties are resolved as far as possible without AWS."""

    name: str
    type: str
    properties: dict[str, Any]
    is_retained: bool = False
    """Whether it is kept, outside the stack, when CloudFormation replaces it."""


class StageInputs(Struct, frozen=True, kw_only=True):
    """The values from environments.toml that the template gets for one environment."""

    parameters: dict[str, str]
    mapping: dict[str, str | int]
    """Its values in the mapping `Stages`."""


class Template(Struct, frozen=True):
    """A parsed CloudFormation template; evaluating it needs no AWS."""

    document: Mapping[str, Any]
    """The whole template, unresolved, with functions in the long form (`Fn::Sub`)."""

    @classmethod
    def read(cls, path: Path) -> "Template":
        """Return the template in a file; UsageError if it is missing or not valid YAML."""
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise UsageError(f"`{path}` cannot be read: {error}.") from error
        return cls.parse(text)

    @classmethod
    def parse(cls, text: str) -> "Template":
        """Return the template with this text; UsageError if it is not valid YAML."""
        try:
            return cls(yaml.load(text, _Loader))  # noqa: S506  a SafeLoader
        except yaml.YAMLError as error:
            raise UsageError(f"The template is not valid YAML: {error}") from error

    def with_mapping(self, name: str, key: str, values: Mapping[str, Any]) -> "Template":
        """Return a copy with the values under a second-level key of a mapping replaced."""
        mappings = self.document.get("Mappings", {})
        lines = mappings.get(name, {})
        changed = {first: {**lines.get(first, {}), key: value} for first, value in values.items()}
        return Template({**self.document, "Mappings": {**mappings, name: {**lines, **changed}}})

    @property
    def macros(self) -> list[str]:
        """The macros under `Transform`, including those of AWS."""
        macros = self.document.get("Transform", [])
        return [str(macro) for macro in (macros if isinstance(macros, list) else [macros])]

    def resources(self, parameters: Mapping[str, str]) -> list[Resource]:
        """Return the resources of a stage whose condition is true.

        Parameters that are not given have their defaults. A loop or a macro, such as
        `Fn::ForEach::Name`, is a resource without properties whose type is the function's name.

        Raises:
            UsageError: the template refers to a condition or a mapping entry that it does not have.
        """
        stage = _Stage(self.document, parameters)
        resources = []
        for name, resource in self.document.get("Resources", {}).items():
            if name.startswith("Fn::") or not isinstance(resource, dict):
                resources.append(Resource(name=name, type=name, properties={}))
            elif stage.holds(resource.get("Condition")):
                properties = resource.get("Properties", {})
                if resource["Type"] == "AWS::Serverless::Function":
                    shared = self.document.get("Globals", {}).get("Function", {})
                    properties = _merged(shared, properties)
                value = stage.value(properties)
                resources.append(
                    Resource(
                        name=name,
                        type=resource["Type"],
                        properties=value,
                        is_retained=resource.get("UpdateReplacePolicy") == "Retain",
                    )
                )
        return resources

    def excluded_resources(self, parameters: Mapping[str, str]) -> set[str]:
        """Return the names of the resources that `resources` leaves out."""
        included = {resource.name for resource in self.resources(parameters)}
        return set(self.document.get("Resources", {})) - included


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Merge as SAM does: the second value wins, and maps are merged key by key."""
    both = {**first, **second}
    for key in first.keys() & second.keys():
        if isinstance(first[key], dict) and isinstance(second[key], dict):
            both[key] = _merged(first[key], second[key])
    return both


class _Stage:
    """Evaluates the template's functions with the parameters of one stage."""

    def __init__(self, document: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
        defaults = {
            name: parameter["Default"]
            for name, parameter in document.get("Parameters", {}).items()
            if "Default" in parameter
        }
        self._parameters = {"AWS::NoValue": _NO_VALUE, **defaults, **parameters}
        self._mappings = document.get("Mappings", {})
        self._conditions = document.get("Conditions", {})

    def holds(self, name: str | None) -> bool:
        """Return whether a condition is true; None counts as true."""
        if name is None:
            return True
        if name not in self._conditions:
            raise UsageError(f"The template has no condition {name}, but a resource refers to it.")
        return bool(self.value(self._conditions[name]))

    def value(self, node: Any) -> Any:  # noqa: ANN401  any value of YAML
        """Return the value with every function applied that needs no AWS."""
        if isinstance(node, list):
            values = (self.value(item) for item in node)
            return [value for value in values if value is not _NO_VALUE]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            ((function, argument),) = node.items()
            # In a policy statement, `Condition` is a block and not a function.
            is_block = function == "Condition" and isinstance(argument, dict)
            if function in _FUNCTIONS and not is_block:
                return self._apply(function, argument)
        pairs = ((key, self.value(value)) for key, value in node.items())
        return {key: value for key, value in pairs if value is not _NO_VALUE}

    def _apply(self, function: str, argument: Any) -> Any:  # noqa: ANN401  each function has its types
        match function:
            case "Ref":
                return self._parameters.get(argument, {"Ref": argument})
            case "Condition":
                return self.holds(argument)
            case "Fn::If":
                name, then, otherwise = argument
                return self.value(then if self.holds(name) else otherwise)
            case "Fn::FindInMap":
                return self._mapped(*self.value(argument))
            case "Fn::Sub":
                return self._substitute(argument)
            case _:
                return _LOGIC[function](self.value(argument))

    def _mapped(self, mapping: str, first: str, second: str) -> Any:  # noqa: ANN401  a text, a number or a list
        try:
            return self._mappings[mapping][first][second]
        except KeyError as error:
            raise UsageError(
                f"The template reads {second} of {first} in its mapping {mapping}, "
                f"which has no {error.args[0]}."
            ) from error

    def _substitute(self, argument: Any) -> Any:  # noqa: ANN401  a text, or a text and variables
        text, variables = (argument, {}) if isinstance(argument, str) else argument
        values = self._parameters | self.value(variables)

        def replacement(match: re.Match[str]) -> str:
            value = values.get(match[1])
            return value if isinstance(value, str) else match[0]

        return re.sub(r"\$\{([^!}]+)\}", replacement, text)


_LOGIC: dict[str, Callable[[list[Any]], bool]] = {
    "Fn::Equals": lambda values: bool(values[0] == values[1]),
    "Fn::Not": lambda values: not values[0],
    "Fn::And": all,
    "Fn::Or": any,
}
_FUNCTIONS = {"Ref", "Condition", "Fn::If", "Fn::FindInMap", "Fn::Sub", *_LOGIC}


class _Loader(SafeLoader):
    """Loads `!Sub x` as `{"Fn::Sub": x}`, and dates as text."""


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}  # type: ignore[arg-type]  # a mapping is the only kind left


def _text(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_multi_constructor("!", _function)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _text)
