"""Builds DynamoDB update expressions: the text, its placeholders and their values."""

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from mocktailverse.stores.items import to_value


class Update(Struct, frozen=True, kw_only=True):
    """The changes of one `UpdateItem` call, by attribute name.

    Every attribute gets a placeholder, because many names are reserved words. Example:
    `Update(put={"status": "done"}, add={"attempts": 1})` becomes
    `SET #status = :status ADD #attempts :attempts`.
    """

    put: Mapping[str, object] = {}
    """Attributes to set."""
    default: Mapping[str, object] = {}
    """Attributes to set if they are absent."""
    add: Mapping[str, int] = {}
    """Numbers to add to attributes."""
    remove: tuple[str, ...] = ()
    """Attributes to remove."""
    condition: str = ""
    """Nothing is written unless it holds; names attributes as `#name` and values as `:name`."""
    values: Mapping[str, object] = {}
    """The condition's values."""

    def arguments(self) -> dict[str, Any]:
        """Return the arguments for `update_item`."""
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
        # DynamoDB refuses empty ones.
        return {name: value for name, value in arguments.items() if value}
