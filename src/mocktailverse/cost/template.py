"""The template as CloudFormation sees it for one stage: mappings and conditions are applied.

What only AWS knows (another resource's name or ARN) stays what it is: `{"Fn::GetAtt": ...}`.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from mocktailverse.errors import UsageError

NO_VALUE = object()
"""What `AWS::NoValue` stands for: the property is left out."""


class Resource(Struct, frozen=True, kw_only=True):
    """A resource that the stage has; `properties` are resolved as far as they can be."""

    name: str
    type: str
    properties: dict[str, Any]


class StageInputs(Struct, frozen=True, kw_only=True):
    """What one environment gives the template: parameters, and its line of the mapping `Stages`."""

    parameters: dict[str, str]
    mapping: dict[str, str | int]


class Template:
    """A CloudFormation template, parsed; nothing is sent anywhere."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    @classmethod
    def read(cls, path: Path) -> "Template":
        """Read a template.

        Raises:
            UsageError: it is missing, or no YAML.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error}.") from error
        return cls.parse(text)

    @classmethod
    def parse(cls, text: str) -> "Template":
        """Take a template's text.

        Raises:
            UsageError: it is no YAML.
        """
        try:
            return cls(yaml.load(text, _Loader))  # noqa: S506  a SafeLoader
        except yaml.YAMLError as error:
            raise UsageError(f"The template is no YAML: {error}") from error

    @property
    def document(self) -> Mapping[str, Any]:
        """All of it as its author wrote it, functions in the long form."""
        return self._document

    @property
    def parameters(self) -> set[str]:
        """The names of its parameters."""
        return set(self._document.get("Parameters", {}))

    def with_mapping(self, name: str, key: str, values: Mapping[str, Any]) -> "Template":
        """This template with other values in one line of a mapping; the line's others stay."""
        mappings = self._document.get("Mappings", {})
        lines = mappings.get(name, {})
        changed = {**lines, key: {**lines.get(key, {}), **values}}
        return Template({**self._document, "Mappings": {**mappings, name: changed}})

    @property
    def macros(self) -> list[str]:
        """The transforms that it goes through, AWS's own included."""
        named = self._document.get("Transform", [])
        return [str(macro) for macro in (named if isinstance(named, list) else [named])]

    def resources(self, parameters: Mapping[str, str]) -> list[Resource]:
        """The resources of a stage; parameters that are not given have their defaults.

        What a loop or a macro would make is a resource without properties, whose type is the
        function's name.

        Raises:
            UsageError: the template names a condition, or a line of a mapping, that it lacks.
        """
        stage = _Stage(self._document, parameters)
        return [
            Resource(
                name=name,
                type=resource["Type"],
                properties=stage.value(
                    _merged(self._shared(resource["Type"]), resource.get("Properties", {}))
                ),
            )
            for name, resource in self._written()
            if stage.holds(resource.get("Condition"))
        ]

    def left_out(self, parameters: Mapping[str, str]) -> set[str]:
        """The names of the resources that a stage does not have, by their conditions.

        Parameters that are not given have their defaults.
        """
        stage = _Stage(self._document, parameters)
        return {
            name
            for name, resource in self._document.get("Resources", {}).items()
            if not stage.holds(resource.get("Condition"))
        }

    def _written(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for name, resource in self._document["Resources"].items():
            is_made = name.startswith("Fn::") or not isinstance(resource, dict)
            yield name, {"Type": name} if is_made else resource

    def _shared(self, kind: str) -> dict[str, Any]:
        """What SAM's Globals give each function."""
        is_function = kind == "AWS::Serverless::Function"
        shared: dict[str, Any] = self._document.get("Globals", {}).get("Function", {})
        return shared if is_function else {}


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Both, as SAM merges them: the second wins, and maps are merged key by key."""
    both = {**first, **second}
    for key in first.keys() & second.keys():
        if isinstance(first[key], dict) and isinstance(second[key], dict):
            both[key] = _merged(first[key], second[key])
    return both


class _Stage:
    """Evaluates a template's functions with the parameters of one stage."""

    def __init__(self, document: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
        defaults = {
            name: parameter["Default"]
            for name, parameter in document.get("Parameters", {}).items()
            if "Default" in parameter
        }
        self._parameters = defaults | dict(parameters)
        self._mappings = document.get("Mappings", {})
        self._conditions = document.get("Conditions", {})

    def holds(self, name: str | None) -> bool:
        """Whether a condition holds; where none is named, it does."""
        if name is None:
            return True
        if name not in self._conditions:
            raise UsageError(f"The template names the condition {name}, which it does not have.")
        return bool(self.value(self._conditions[name]))

    def value(self, found: Any) -> Any:  # noqa: ANN401  whatever YAML may hold
        """The value with every function applied that can be."""
        if isinstance(found, list):
            values = (self.value(item) for item in found)
            return [value for value in values if value is not NO_VALUE]
        if not isinstance(found, dict):
            return found
        if len(found) == 1:
            ((function, argument),) = found.items()
            is_block = function == "Condition" and isinstance(argument, dict)  # a policy's
            if function in _FUNCTIONS and not is_block:
                return self._applied(function, argument)
        pairs = ((key, self.value(value)) for key, value in found.items())
        return {key: value for key, value in pairs if value is not NO_VALUE}

    def _applied(self, function: str, argument: Any) -> Any:  # noqa: ANN401  as above
        match function:
            case "Ref":
                is_nothing = argument == "AWS::NoValue"
                return NO_VALUE if is_nothing else self._parameters.get(argument, {"Ref": argument})
            case "Fn::If":
                name, then, otherwise = argument
                return self.value(then if self.holds(name) else otherwise)
            case "Fn::FindInMap":
                return self._found(*self.value(argument))
            case "Fn::Sub":
                return self._substituted(argument)
            case _:
                return self._is_true(function, argument)

    def _found(self, mapping: str, first: str, second: str) -> Any:  # noqa: ANN401  as above
        try:
            return self._mappings[mapping][first][second]
        except KeyError as error:
            raise UsageError(
                f"The template looks for {second} of {first} in its mapping {mapping}, "
                f"which has no {error.args[0]}."
            ) from error

    def _is_true(self, function: str, argument: Any) -> bool:  # noqa: ANN401  as above
        if function == "Condition":
            return self.holds(argument)
        values = self.value(argument)
        match function:
            case "Fn::Equals":
                return bool(values[0] == values[1])
            case "Fn::Not":
                return not values[0]
            case "Fn::And":
                return all(values)
            case _:
                return any(values)

    def _substituted(self, argument: Any) -> Any:  # noqa: ANN401  a text, or a text and its names
        text, names = (argument, {}) if isinstance(argument, str) else argument
        known = self._parameters | self.value(names)

        def replaced(found: re.Match[str]) -> str:
            value = known.get(found[1])
            return value if isinstance(value, str) else found[0]

        return re.sub(r"\$\{([^!}]+)\}", replaced, text)


_FUNCTIONS = frozenset(
    {
        "Ref", "Condition", "Fn::If", "Fn::Equals", "Fn::Not", "Fn::And", "Fn::Or",
        "Fn::FindInMap", "Fn::Sub",
    }
)  # fmt: skip


class _Loader(yaml.CSafeLoader):
    """Reads `!Sub x` as `{"Fn::Sub": x}`, and dates as the text that they are."""


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}  # type: ignore[arg-type]  # the third kind


def _text(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


_Loader.add_multi_constructor("!", _function)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", _text)
