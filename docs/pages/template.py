"""The page of the deployed parts: infrastructure/template.yaml, read as its author wrote it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pages.markdown import code, codes, page, table
from pages.meanings import sentence
from pages.settings import parameters
from pages.source import comments, remarks, stages_of, template, written

ROLE = "AWS::IAM::Role"
FUNCTION = "AWS::Serverless::Function"
PAGE = re.compile(r"docs/([\w/-]+)\.md")


def template_page() -> str:
    """The page."""
    document = template().document
    found = document["Resources"]
    with_rights = {name: list(_statements(one["Properties"])) for name, one in found.items()}
    return page(
        "The template",
        "What `infrastructure/template.yaml` deploys: its parameters, what differs between the "
        "stages, every resource, every right, and the outputs.",
        "`infrastructure/template.yaml`",
        "In values `${Name}` is another resource or a parameter, and `Stages.${Stage}.LogDays` a "
        "line of a mapping.",
        "## Parameters",
        "Who gives them, see [settings](settings.md#template-parameters).",
        table(("parameter", "default", "values", "meaning"), map(_parameter, parameters())),
        "## Mappings",
        *(_mapping(name, body) for name, body in document["Mappings"].items()),
        "## Conditions",
        table(("condition", "holds if", "in", "why"), _conditions(document["Conditions"])),
        "## Resources",
        *_sections(found),
        "## Functions",
        _functions(found),
        "## Rights",
        "What each role may do, and which policies stand on resources. Whatever is not named is "
        "refused.",
        *(_rights(name, found[name], rights) for name, rights in with_rights.items() if rights),
        "## Outputs",
        table(("output", "value", "remark"), _outputs(document["Outputs"])),
    )


def _parameter(row: tuple[str, ...]) -> tuple[str, ...]:
    name, _giver, *others = row
    return name, *others


def _mapping(name: str, body: Mapping[str, Mapping[str, Any]]) -> str:
    """A table with a column for each of the mapping's first keys."""
    keys = dict.fromkeys(key for line in body.values() for key in line)
    rows = [(code(key), *(code(line.get(key, "")) for line in body.values())) for key in keys]
    return f"### {name}\n\n{table(('', *body), rows)}"


def _conditions(conditions: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for name, body in conditions.items():
        told = ", ".join(stages_of(name)) or "as chosen"
        yield code(name), code(written(body)), told, sentence(comments("Conditions")[name])


def _sections(found: Mapping[str, Any]) -> Iterator[str]:
    """The resources under the template's own headings."""
    sections: dict[str, list[tuple[str, ...]]] = {}
    for name, resource in found.items():
        rows = sections.setdefault(remarks()[name].section, [])
        condition = resource.get("Condition", "")
        rows.append(
            (
                code(name),
                code(resource["Type"]),
                code(_given_name(resource["Properties"])),
                code(condition),
                _what_for(name, resource["Type"], resource["Properties"]),
            )
        )
    heads = ("resource", "type", "name", "if", "what for")
    for title, rows in sections.items():
        yield f"### {sentence(title).rstrip('.')}\n\n{table(heads, rows)}"


def _given_name(properties: Mapping[str, Any]) -> str:
    """The name that the template chooses: all of them carry the stage."""
    chosen = (
        value for key, value in properties.items() if key.endswith("Name") and "Fn::Sub" in value
    )
    return written(next(chosen, ""))


def _what_for(name: str, kind: str, properties: Mapping[str, Any]) -> str:
    """The comment or description; else what it belongs to."""
    told = (
        properties.get("AlarmDescription", ""),
        properties.get("Description", ""),
        remarks()[name].text,
    )
    if any(told):
        text = " ".join(sentence(text.strip()) for text in told if text)
        return PAGE.sub(r"[\1](../\1.md)", text)
    if kind == FUNCTION:  # the heading tells
        return ""
    owners = dict.fromkeys(owner for value in properties.values() for owner in _referred(value))
    return f"Of {codes(owners)}." if owners else ""


def _referred(value: Any) -> list[str]:  # noqa: ANN401  whatever YAML may hold
    """The resource that a property is; of a list, those of its items."""
    match value:
        case {"Ref": name} if name in remarks():
            return [name]
        case {"Fn::GetAtt": [name, *_]}:
            return [name]
        case {"Fn::GetAtt": str(name)}:
            return [name.partition(".")[0]]
        case list():
            return [name for one in value for name in _referred(one)]
        case _:
            return []


def _functions(found: Mapping[str, Any]) -> str:
    rows = []
    for name, resource in found.items():
        if resource["Type"] == FUNCTION:
            properties = resource["Properties"]
            variables = properties["Environment"]["Variables"]
            rows.append(
                (
                    code(name),
                    code(properties["Handler"]),
                    code(written(properties["MemorySize"])),
                    code(written(properties["Timeout"])),
                    codes(v for v in variables if v.startswith("MOCKTAILVERSE_")),
                )
            )
    return table(("function", "handler", "MiB", "time limit, s", "settings"), rows)


def _statements(properties: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The statements of the policies of a role or on a resource."""
    documents = [properties.get("PolicyDocument")]
    documents += [policy["PolicyDocument"] for policy in properties.get("Policies", ())]
    for document in filter(None, documents):
        for statement in document["Statement"]:
            match statement:
                case {"Fn::If": [name, {"Ref": "AWS::NoValue"}, body]}:
                    yield {**body, "If": f"not {name}"}
                case {"Fn::If": [name, body, {"Ref": "AWS::NoValue"}]}:
                    yield {**body, "If": name}
                case _:
                    yield statement


def _rights(name: str, resource: Mapping[str, Any], rights: list[Mapping[str, Any]]) -> str:
    why = remarks()[name].statements
    has_denials = any(one["Effect"] == "Deny" for one in rights)
    rows = [
        (
            code(one.get("Sid", "")),
            one["Effect"] if has_denials else "",
            _principal(one),
            _several(one["Action"]),
            _several(one["Resource"]),
            _conditioned(one),
            code(one.get("If", "")),
            sentence(why.get(one.get("Sid", ""), "")),
        )
        for one in rights
    ]
    heads = ("statement", "effect", "who", "actions", "on", "condition", "if", "why")
    return f"### {name}\n\n{_bearer(resource)}\n\n{table(heads, rows)}"


def _bearer(resource: Mapping[str, Any]) -> str:
    """Whose rights these are."""
    if resource["Type"] == ROLE:
        (trust,) = resource["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        condition = _conditioned(trust)
        return f"Taken on by {_principal(trust)}{condition and f', if {condition}'}."
    return f"A policy of type `{resource['Type']}`."


def _principal(statement: Mapping[str, Any]) -> str:
    """Who may: `lambda.amazonaws.com`, or everybody, `*`."""
    found = statement.get("Principal", {})
    return code(found) if isinstance(found, str) else " ".join(map(_several, found.values()))


def _conditioned(statement: Mapping[str, Any]) -> str:
    """Under which conditions: `StringEquals aws:SourceAccount = ...`."""
    return codes(
        f"{operator} {key} = {written(value)}"
        for operator, keys in statement.get("Condition", {}).items()
        for key, value in keys.items()
    )


def _several(value: Any) -> str:  # noqa: ANN401  one or a list
    return codes(written(one) for one in (value if isinstance(value, list) else [value]))


def _outputs(outputs: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    behind = comments("Outputs")
    for name, output in outputs.items():
        yield code(name), code(written(output["Value"])), sentence(behind[name])
