"""What fields, columns and words mean: read from where they are written, never told twice.

A field's meaning is the text below it in its class; words that are no field stand in a module's
docstring, one a line: the word, two spaces or more, its meaning.
"""

import ast
import re
import sys
from functools import cache
from inspect import cleandoc
from pathlib import Path

WORD = re.compile(r"(\S+(?: \S+)*) {2,}(\S.*)")


class MissingMeaningError(Exception):
    """Something has no meaning where one has to stand."""


def fields(kind: type) -> dict[str, str]:
    """The meanings of a class's fields, in their order.

    Raises:
        MissingMeaningError: one has no text below it.
    """
    body = _class(_tree(_file(kind.__module__)), kind.__name__).body
    found = {}
    for statement, below in zip(body, [*body[1:], None], strict=True):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        name = statement.target.id
        match below:
            case ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = " ".join(text.split())
            case _:
                raise MissingMeaningError(
                    f"{kind.__module__}.{kind.__name__}.{name} says nowhere what it means: "
                    "write it as a docstring below the field."
                )
    return found


def summary(kind: type) -> str:
    """The first paragraph of a class's docstring."""
    return opening(cleandoc(kind.__doc__ or ""))


def words(module: str) -> list[dict[str, str]]:
    """The words that a module's docstring explains: one dict for each list of them."""
    return listed(docstring(module))


def word(name: str, *modules: str) -> str:
    """The meaning of a word in the docstrings of modules.

    Raises:
        MissingMeaningError: none of them explains it.
    """
    for module in modules:
        for found in words(module):
            if name in found:
                return found[name]
    raise MissingMeaningError(
        f"{name} says nowhere what it means: write a line `{name}  meaning` into the docstring "
        f"of {' or '.join(modules)}."
    )


def docstring(module: str) -> str:
    """A module's docstring; the module is not imported."""
    return ast.get_docstring(_tree(_file(module))) or ""


def listed(text: str) -> list[dict[str, str]]:
    """The lists of words in a docstring; a meaning may go on in lines that are indented."""
    found = []
    for paragraph in text.split("\n\n"):
        entries = re.sub(r"\n {2,}", " ", paragraph).splitlines()
        pairs = [WORD.fullmatch(entry) for entry in entries]
        if pairs and all(pairs):
            found.append({pair[1]: pair[2] for pair in pairs if pair})
    return found


def sentence(text: str) -> str:
    """The text as a sentence: a capital letter and a full stop."""
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?:" else ".")


def opening(text: str) -> str:
    """The first paragraph of a docstring, in one line."""
    return " ".join(text.partition("\n\n")[0].split())


def _class(tree: ast.Module, name: str) -> ast.ClassDef:
    return next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == name)


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _file(module: str) -> Path:
    """Where a module's source is, imported or not."""
    if module in sys.modules:
        return Path(str(sys.modules[module].__file__))
    package, _, name = module.rpartition(".")
    folder = _file(package).parent if package else Path()
    as_module = folder / f"{name}.py"
    return as_module if as_module.is_file() else folder / name / "__init__.py"
