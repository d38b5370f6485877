"""What fields, columns and words mean, read from the source where they are documented.

The meaning of a field is the docstring below it. The meaning of any other word is in the docstring
of a module, one word a line: the word, at least two spaces, its meaning.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from inspect import cleandoc
from pathlib import Path

from pages.cells import code, table

WORD = re.compile(r"(\S+(?: \S+)*) {2,}(\S.*)")


class MissingMeaningError(Exception):
    """Something that the reference lists is not documented."""


def fields(kind: type) -> dict[str, str]:
    """Return the meanings of a class's fields, in their order.

    Raises:
        MissingMeaningError: a field has no docstring below it.
    """
    return dict(_fields(kind))


def _fields(kind: type) -> Iterator[tuple[str, str]]:
    classes = (node for node in _tree(kind.__module__).body if isinstance(node, ast.ClassDef))
    body = next(node.body for node in classes if node.name == kind.__name__)
    for statement, below in zip(body, [*body[1:], None], strict=True):
        match statement, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=text)):
                yield name, " ".join(str(text).split())
            case ast.AnnAssign(target=ast.Name(id=name)), _:
                raise MissingMeaningError(
                    f"`{kind.__module__}.{kind.__name__}.{name}` is not documented. Write a "
                    "docstring below the field."
                )


def words(module: str) -> list[dict[str, str]]:
    """Return the word lists in a module's docstring, as sentences; long lines are indented."""
    lists = []
    for paragraph in docstring(module).split("\n\n"):
        entries = re.sub(r"\n {2,}", " ", paragraph).splitlines()
        pairs = [pair.groups() for entry in entries if (pair := WORD.fullmatch(entry))]
        if pairs and len(pairs) == len(entries):
            lists.append({name: sentence(text) for name, text in pairs})
    return lists


def all_words(module: str) -> dict[str, str]:
    """Return the meanings of all words in a module's docstring."""
    return {name: text for listed in words(module) for name, text in listed.items()}


def word(name: str, module: str) -> str:
    """Return the meaning of a word in a module's docstring.

    Raises:
        MissingMeaningError: it is not there.
    """
    return meaning(all_words(module), name, f"the docstring of `{module}`")


def meaning(meanings: dict[str, str], name: str, place: str) -> str:
    """Return one of the meanings.

    Raises:
        MissingMeaningError: the name is not among them.
    """
    if name not in meanings:
        raise MissingMeaningError(f"`{name}` is not documented. Add it to {place}.")
    return meanings[name]


def word_table(head: str, listed: dict[str, str]) -> str:
    """Return a table of words and their meanings."""
    return table((head, "meaning"), [(code(name), text) for name, text in listed.items()])


def docstring(module: str) -> str:
    """Return a module's docstring without importing the module."""
    return ast.get_docstring(_tree(module)) or ""


def opening(text: str | None) -> str:
    """Return the first paragraph of a docstring, in one line."""
    return " ".join(cleandoc(text or "").partition("\n\n")[0].split())


def sentence(text: str) -> str:
    """Return the text with a capital letter and a full stop."""
    return text and text[0].upper() + text[1:] + ("" if text[-1] in ".!?:" else ".")


def source(module: str) -> str:
    """Return a module's source without importing the module."""
    spec = find_spec(module)
    assert spec and spec.origin  # noqa: PT018, S101  every module here has a file
    return Path(spec.origin).read_text(encoding="utf-8")


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(source(module))
