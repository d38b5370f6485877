"""What infrastructure/template.yaml deploys, read as its author wrote it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pages.cells import code, codes, table
from pages.meanings import sentence
from pages.template_source import remarks, short, stages_of, template

ROLE = "AWS::IAM::Role"
FUNCTION = "AWS::Serverless::Function"
REFERENCE = re.compile(r"\$\{(\w+)[\w.]*\}")
PAGE = re.compile(r"docs/([\w/-]+)\.md")


def mappings() -> Iterator[str]:
    """Yield a section for each mapping, with a line for each of its first keys."""
    for name, lines in template().document["Mappings"].items():
        keys = dict.fromkeys(key for line in lines.values() for key in line)
        rows = [(code(n), *(code(line.get(k, "")) for k in keys)) for n, line in lines.items()]
        yield f"### {name}\n\n{table(('', *keys), rows)}"


def conditions() -> str:
    """Return the table of the conditions."""
    rows = [
        (
            code(name),
            code(short(body)),
            ", ".join(stages_of(name)) or "as chosen",
            sentence(remarks()["Conditions", name].text),
        )
        for name, body in template().document["Conditions"].items()
    ]
    return table(("condition", "holds if", "in", "why"), rows)


def resources() -> Iterator[str]:
    """Yield a section for each of the template's headings, with the resources below it."""
    sections: dict[str, list[tuple[str, ...]]] = {}
    for name, resource in template().document["Resources"].items():
        properties = resource["Properties"]
        names = (
            v
            for k, v in properties.items()
            if k.endswith("Name") and isinstance(v, dict) and "Fn::Sub" in v
        )
        row = (
            code(name),
            code(resource["Type"]),
            code(short(next(names, ""))),
            code(resource.get("Condition", "")),
            _purpose(name, resource["Type"], properties),
        )
        sections.setdefault(remarks()["Resources", name].section, []).append(row)
    for title, rows in sections.items():
        resources = table(("resource", "type", "name", "if", "what for"), rows)
        yield f"### {title[:1].upper()}{title[1:]}\n\n{resources}"


def _purpose(name: str, kind: str, properties: Mapping[str, Any]) -> str:
    """Return the description and the comment of a resource; else what it belongs to."""
    described = [properties.get(key) for key in ("AlarmDescription", "Description")]
    texts = [text for text in described if isinstance(text, str)]  # not a reference
    texts.append(remarks()["Resources", name].text)
    if any(texts):
        return PAGE.sub(r"[\1](../\1.md)", " ".join(sentence(t.strip()) for t in texts if t))
    if kind == FUNCTION:
        return ""
    values = [v for one in properties.values() for v in (one if isinstance(one, list) else [one])]
    names = [match[1] for value in values if (match := REFERENCE.fullmatch(short(value)))]
    owners = dict.fromkeys(name for name in names if ("Resources", name) in remarks())
    return f"Of {codes(owners)}." if owners else ""


def functions() -> str:
    """Return the table of the functions; its first row is what all of them have."""
    document = template().document
    rows = [("all", "", "", "", _settings(document["Globals"]["Function"]))]
    rows += [
        (
            code(name),
            *(code(short(properties[key])) for key in ("Handler", "MemorySize", "Timeout")),
            _settings(properties),
        )
        for name, resource in document["Resources"].items()
        if resource["Type"] == FUNCTION and (properties := resource["Properties"])
    ]
    return table(("function", "handler", "MiB", "time limit, s", "settings"), rows)


def _settings(properties: Mapping[str, Any]) -> str:
    return codes(v for v in properties["Environment"]["Variables"] if v.startswith("MOCKTAIL"))


def rights() -> Iterator[str]:
    """Yield a section for each role and policy, with its statements."""
    for name, resource in template().document["Resources"].items():
        if statements := list(_statements(resource["Properties"])):
            yield f"### {name}\n\n{_holder(resource)}\n\n{_rights(name, statements)}"


def _rights(name: str, statements: list[Mapping[str, Any]]) -> str:
    reasons = remarks()["Resources", name].statements
    has_denials = any(one["Effect"] == "Deny" for one in statements)
    rows = [
        (
            code(one.get("Sid", "")),
            one["Effect"] if has_denials else "",
            _principal(one),
            _texts(one["Action"]),
            _texts(one["Resource"]),
            _conditions(one),
            code(one.get("If", "")),
            sentence(reasons.get(one.get("Sid", ""), "")),
        )
        for one in statements
    ]
    return table(("statement", "effect", "who", "actions", "on", "condition", "if", "why"), rows)


def _statements(properties: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the policy statements; `If` names the condition of the template that one depends on."""
    policies = [properties, *properties.get("Policies", ())]
    for document in (policy["PolicyDocument"] for policy in policies if "PolicyDocument" in policy):
        for statement in document["Statement"]:
            match statement:
                case {"Fn::If": [name, {"Ref": "AWS::NoValue"}, body]}:
                    yield {**body, "If": f"not {name}"}
                case {"Fn::If": [name, body, {"Ref": "AWS::NoValue"}]}:
                    yield {**body, "If": name}
                case _:
                    yield statement


def _holder(resource: Mapping[str, Any]) -> str:
    """Return who has these rights, or the type of the policy."""
    if resource["Type"] == ROLE:
        (trust,) = resource["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        condition = _conditions(trust)
        return f"Assumed by {_principal(trust)}{condition and f', if {condition}'}."
    return f"A policy of type `{resource['Type']}`."


def _principal(statement: Mapping[str, Any]) -> str:
    """Return who may use the right: `lambda.amazonaws.com`, or everybody, `*`."""
    principal = statement.get("Principal", {})
    return (
        code(principal) if isinstance(principal, str) else " ".join(map(_texts, principal.values()))
    )


def _conditions(statement: Mapping[str, Any]) -> str:
    """Return when the statement applies: `StringEquals aws:SourceAccount = ...`."""
    return codes(
        f"{operator} {key} = {short(value)}"
        for operator, keys in statement.get("Condition", {}).items()
        for key, value in keys.items()
    )


def _texts(value: Any) -> str:  # noqa: ANN401  one or a list
    return codes(short(one) for one in (value if isinstance(value, list) else [value]))


def outputs() -> str:
    """Return the table of the outputs."""
    rows = [
        (code(name), code(short(output["Value"])), sentence(remarks()["Outputs", name].text))
        for name, output in template().document["Outputs"].items()
    ]
    return table(("output", "value", "remark"), rows)
