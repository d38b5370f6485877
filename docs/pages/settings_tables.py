"""Settings: environment variables, keys of environments.toml, parameters of the template."""

from collections.abc import Iterator
from typing import Any

from msgspec import inspect
from pages.cells import code, codes, table
from pages.meanings import MissingMeaningError, fields, opening, sentence, word
from pages.struct_tables import default_of, struct_fields, type_words, unit_of
from pages.template_source import STAGES, environments_file, remarks, template

from mocktailverse.deployment.environments import Environment
from mocktailverse.settings import PREFIX, DeploySettings, Settings


def variables() -> Iterator[str]:
    """Yield a section for each reader of environment variables.

    Raises:
        MissingMeaningError: a variable is not documented.
    """
    for kind in Settings.__subclasses__():
        meanings = fields(kind)
        rows = [
            (
                code(_variable(field.name)),
                type_words(field.type),
                unit_of(field.name),
                default_of(field),
                meanings[field.name],
            )
            for field in struct_fields(kind)
        ]
        yield f"### {kind.__name__.removesuffix('Settings').lower()}\n\n{opening(kind.__doc__)}"
        yield table(("variable", "type", "unit", "default", "meaning"), rows)


def library_variables() -> str:
    """Return the table of the other variables that the template sets for its functions."""
    document = template().document
    shared = document["Globals"]["Function"]["Environment"]["Variables"]
    users = {variable: ["all"] for variable in shared if not variable.startswith(PREFIX)}
    for name, resource in document["Resources"].items():
        environment = resource.get("Properties", {}).get("Environment", {})
        for variable in environment.get("Variables", {}):
            if not variable.startswith(PREFIX):
                users.setdefault(variable, []).append(name.removesuffix("Function").lower())
    rows = [
        (code(name), word(name, Settings.__module__), ", ".join(functions))
        for name, functions in users.items()
    ]
    return table(("variable", "meaning", "functions"), rows)


def environment_keys() -> str:
    """Return the table of the keys of environments.toml, with the value in each environment."""
    values = [getattr(environments_file(), stage) for stage in STAGES]
    return table(("key", *STAGES, "takes", "unit", "meaning"), _keys(Environment, values, ""))


def _keys(kind: type, values: list[Any], path: str) -> Iterator[tuple[str, ...]]:
    """Yield a row for each key; a key that holds others comes before them."""
    meanings = fields(kind)
    for field in struct_fields(kind):
        name, inner = path + field.name, [getattr(value, field.name) for value in values]
        if isinstance(field.type, inspect.StructType):
            yield code(name), *("" for _ in values), "", "", meanings[field.name]
            yield from _keys(field.type.cls, inner, f"{name}.")
        elif isinstance(field.type, inspect.DictType) and isinstance(
            field.type.value_type, inspect.StructType
        ):
            yield code(name), *("" for _ in values), "", "", meanings[field.name]
            for key in inner[0]:
                each = [value[key] for value in inner]
                yield from _keys(field.type.value_type.cls, each, f"{name}.{key}.")
        else:
            unit = unit_of(field.name) or unit_of(path.rstrip("."))
            takes = type_words(field.type)
            yield (
                code(name),
                *(code(_toml(one)) for one in inner),
                takes,
                unit,
                meanings[field.name],
            )


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        inner = ", ".join(f"{name} = {_toml(one)}" for name, one in value.items())
        return f"{{{inner}}}"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"


def parameters() -> str:
    """Return the table of the template's parameters.

    Raises:
        MissingMeaningError: a parameter has no comment.
    """
    rows = []
    for name, parameter in template().document["Parameters"].items():
        meaning = remarks()["Parameters", name].text
        if not meaning:
            raise MissingMeaningError(f"The template's parameter `{name}` has no comment.")
        allowed = codes(parameter.get("AllowedValues", ()))
        rows.append(
            (
                code(name),
                _giver(name),
                code(parameter["Default"]) or "empty" if "Default" in parameter else "required",
                allowed or code(parameter.get("AllowedPattern", "")),
                sentence(meaning),
            )
        )
    return table(("parameter", "given by", "default", "values", "meaning"), rows)


def _giver(parameter: str) -> str:
    """Return what gives a parameter its value."""
    if parameter in environments_file().dev.parameters():
        return "environments.toml"
    names = {n.title().replace("_", ""): n for n in DeploySettings.__struct_fields__}
    return code(_variable(names[parameter])) if parameter in names else "the command itself"


def _variable(field: str) -> str:
    return PREFIX + field.upper()
