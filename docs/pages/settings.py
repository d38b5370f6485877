"""The page of all settings: environment variables, environments.toml, template parameters."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import inspect
from pages.kinds import default_of, struct_fields, type_words, unit_of
from pages.markdown import code, codes, page, table
from pages.meanings import MissingMeaningError, fields, sentence, summary, word
from pages.source import STAGES, described, template

from mocktailverse.deployment.environments import Environment
from mocktailverse.settings import PREFIX, DeploySettings, Settings

MODULE = "mocktailverse.settings"
OWN_OF_LIBRARIES = """\
Libraries read these by themselves. The template sets them for its functions; the standard
variables of the AWS tools, such as `AWS_PROFILE` and `AWS_DEFAULT_REGION`, say who and where
one is."""


def settings() -> str:
    """The page.

    Raises:
        MissingMeaningError: a variable, a key or a parameter does not say what it means.
    """
    return page(
        "Settings",
        "Every environment variable, every key of `infrastructure/environments.toml`, and the "
        "parameters of the template.",
        "`src/mocktailverse/settings.py`, `src/mocktailverse/deployment/environments.py` and "
        "`infrastructure/`",
        "## Environment variables",
        "Mocktailverse reads these and no others. An empty variable counts as absent; one that is "
        "missing or is not of its type ends with a sentence that names it.",
        *(_variables(kind) for kind in Settings.__subclasses__()),
        "### Of the libraries",
        OWN_OF_LIBRARIES,
        _library_variables(),
        "## environments.toml",
        summary(Environment)
        + " How to change it: [deploy](../how-to/deploy.md#change-an-environment).",
        table(("key", "takes", "unit", "meaning"), _keys(Environment)),
        "What each environment has:",
        table(("key", *STAGES), _values(Environment)),
        "## Template parameters",
        "Who gives them when `mocktailverse deploy` runs; with `sam deploy` a parameter that is "
        "not given has its default.",
        table(("parameter", "given by", "default", "values", "meaning"), parameters()),
    )


def parameters() -> list[tuple[str, ...]]:
    """The template's parameters: name, who gives it, default, values, meaning."""
    return [
        (
            code(name),
            _giver(name),
            "required" if "Default" not in parameter else code(parameter["Default"]) or "empty",
            codes(parameter.get("AllowedValues", ())) or code(parameter.get("AllowedPattern", "")),
            sentence(_described(name, parameter)),
        )
        for name, parameter in template().document["Parameters"].items()
    ]


def _described(name: str, parameter: Mapping[str, Any]) -> str:
    if "Description" not in parameter:
        raise MissingMeaningError(f"The template's parameter {name} has no Description.")
    return str(parameter["Description"])


def _giver(parameter: str) -> str:
    """Who gives a parameter its value."""
    if parameter in described().dev.parameters():
        return "environments.toml"
    names = {_titled(field): field for field in DeploySettings.__struct_fields__}
    return code(_variable(names[parameter])) if parameter in names else "the command itself"


def _variables(kind: type[Settings]) -> str:
    meanings = fields(kind)
    rows = [
        (
            code(_variable(field.name)),
            type_words(field.type),
            unit_of(field.name),
            _default(field),
            meanings[field.name],
        )
        for field in struct_fields(kind)
    ]
    reader = kind.__name__.removesuffix("Settings").lower()
    heading = f"### {reader}\n\n{summary(kind)}"
    return f"{heading}\n\n{table(('variable', 'type', 'unit', 'default', 'meaning'), rows)}"


def _default(field: inspect.Field) -> str:
    match default_of(field):
        case msgspec.NODEFAULT:
            return "required"
        case None:
            return "absent"
        case bool(truth):
            return code(str(truth).lower())
        case float(number):
            return code(f"{number:g}")
        case other:
            return code(other)


def _library_variables() -> str:
    """What the template sets for its functions beside Mocktailverse's own variables."""
    users: dict[str, list[str]] = {}
    for name, resource in template().document["Resources"].items():
        environment = resource.get("Properties", {}).get("Environment", {})
        for variable in environment.get("Variables", {}):
            if not variable.startswith(PREFIX):
                users.setdefault(variable, []).append(name.removesuffix("Function").lower())
    rows = [
        (code(name), sentence(word(name, MODULE)), ", ".join(functions))
        for name, functions in users.items()
    ]
    return table(("variable", "meaning", "functions"), rows)


def _keys(kind: type, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """A row for each key of environments.toml; a key that holds others comes before them."""
    meanings = fields(kind)
    for field in struct_fields(kind):
        here = (*path, field.name)
        is_group = isinstance(field.type, inspect.StructType)
        unit = unit_of(field.name) or unit_of(path[-1] if path else "")
        takes = "" if is_group else type_words(field.type)
        yield code(".".join(here)), takes, "" if is_group else unit, meanings[field.name]
        if isinstance(field.type, inspect.StructType):
            yield from _keys(field.type.cls, here)


def _values(kind: type, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """A row for each key that holds a value, with the value of each environment."""
    for field in struct_fields(kind):
        here = (*path, field.name)
        if isinstance(field.type, inspect.StructType):
            yield from _values(field.type.cls, here)
        else:
            yield code(".".join(here)), *(code(_toml(_at(stage, here))) for stage in STAGES)


def _at(stage: str, path: tuple[str, ...]) -> Any:  # noqa: ANN401  a key's value is of any type
    value: Any = getattr(described(), stage)
    for name in path:
        value = getattr(value, name)
    return value


def _toml(value: object) -> str:
    """A value as environments.toml has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def _variable(field: str) -> str:
    return PREFIX + field.upper()


def _titled(field: str) -> str:
    return field.title().replace("_", "")
