"""DynamoDB update expressions from plain Python."""

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from mocktailverse.stores.items import to_value


class Update(Struct, frozen=True, kw_only=True):
    """What an update changes, by attribute name.

    `default` is set where the attribute is absent, `put` always; `add` is added; `condition` may
    name attributes as `#name` and take `values` as `:name`.
    """

    put: Mapping[str, object] = {}
    default: Mapping[str, object] = {}
    add: Mapping[str, int] = {}
    remove: tuple[str, ...] = ()
    condition: str = ""
    values: Mapping[str, object] = {}

    def arguments(self) -> dict[str, Any]:
        """The arguments of an `update_item` call."""
        default = {name: value for name, value in self.default.items() if name not in self.put}
        sets = [f"#{name} = if_not_exists(#{name}, :{name})" for name in default]
        sets += [f"#{name} = :{name}" for name in self.put]
        clauses = {
            "SET": sets,
            "REMOVE": [f"#{name}" for name in self.remove],
            "ADD": [f"#{name} :{name}" for name in self.add],
        }
        expression = " ".join(
            f"{verb} {', '.join(terms)}" for verb, terms in clauses.items() if terms
        )
        names = set(re.findall(r"#(\w+)", f"{expression} {self.condition}"))
        values = {**default, **self.put, **self.add, **self.values}
        arguments = {
            "UpdateExpression": expression,
            "ExpressionAttributeNames": {f"#{name}": name for name in sorted(names)},
            "ExpressionAttributeValues": {f":{name}": to_value(v) for name, v in values.items()},
            "ConditionExpression": self.condition,
        }
        return {name: value for name, value in arguments.items() if value}  # none may be empty
