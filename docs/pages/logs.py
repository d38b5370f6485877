"""What the logs hold: log groups, the lines of the functions, and the fields of each."""

import ast
import io
import json
import logging
from collections.abc import Iterator
from functools import cache
from inspect import cleandoc
from pathlib import Path
from typing import Any, NamedTuple

from aws_lambda_powertools import Logger
from msgspec import Struct
from pages.markdown import code, codes, table
from pages.meanings import MissingMeaningError, fields, opening, sentence, word
from pages.source import STAGES, of_type

from mocktailverse.checkout import find_checkout
from mocktailverse.functions import failure_log as failures
from mocktailverse.loads.load_record import Counts
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.publish import Published
from mocktailverse.pipeline.reconcile import ReconcileReport
from mocktailverse.sources.thecocktaildb.extract_report import ExtractReport

GROUP = "AWS::Logs::LogGroup"
LEVELS = ("info", "warning", "error", "exception")
REPORTS: dict[str, type[Struct]] = {
    "fetched": ExtractReport,
    "loaded": Counts,
    "published": Published,
    "reconciled": ReconcileReport,
}
"""Log lines that carry all fields of a report, by their message."""


def logs() -> tuple[str, ...]:
    """The parts of the page that are about logs."""
    return (
        table(("log group", *(f"days in {stage}" for stage in STAGES)), _log_groups()),
        f"A line is one JSON object with {codes(_keys().of_all)}. Beside these:",
        table(("function", "level", "message", "fields"), _log_lines()),
        "What tells one record from all others:",
        table(("field", "meaning"), _names()),
        "`mocktailverse trace` follows it: [how](../runbooks/README.md#follow-one-record).",
    )


def _log_groups() -> Iterator[tuple[str, ...]]:
    days = {stage: of_type(stage, GROUP) for stage in STAGES}
    for name, group in days[STAGES[0]].items():
        shown = group["LogGroupName"].replace(f"-{STAGES[0]}", "-<environment>")
        yield code(shown), *(str(days[stage][name]["RetentionInDays"]) for stage in STAGES)


class LineKeys(NamedTuple):
    """What the logger itself writes into every line, and beside that where there is an error."""

    of_all: list[str]
    of_errors: list[str]


@cache
def _keys() -> LineKeys:
    stream = io.StringIO()
    logger = Logger(service="docs", stream=stream, level=logging.INFO)
    logger.info("a line")
    logger.error("another", exc_info=ValueError("why"))
    plain, failed = (list(json.loads(line)) for line in stream.getvalue().splitlines())
    return LineKeys(plain, [key for key in failed if key not in plain])


def _log_lines() -> Iterator[tuple[str, ...]]:
    for path in sorted((find_checkout().source / "functions").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and _is_log_line(call):
                message = _message(call.args[0])
                fields = list(dict.fromkeys(_fields(message, call, tree)))
                of_all = path.stem == Path(str(failures.__file__)).stem
                function = "all" if of_all else path.stem.removesuffix("_handler")
                yield function, _level(call), code(message), codes(fields)


def _is_log_line(call: ast.Call) -> bool:
    is_logger = isinstance(call.func, ast.Attribute) and "logger" in ast.unparse(call.func).lower()
    return is_logger and _level(call) in LEVELS


def _level(call: ast.Call) -> str:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    return "error" if name == "exception" else name


def _message(argument: ast.expr) -> str:
    if isinstance(argument, ast.Constant):
        return str(argument.value)
    return str(getattr(failures, ast.unparse(argument)))


def _fields(message: str, call: ast.Call, tree: ast.Module) -> Iterator[str]:
    """The fields of a log line; `**names` are those that the module's `_names` gives."""
    for keyword in call.keywords:
        if keyword.arg:
            yield from [] if keyword.arg == "exc_info" else [keyword.arg]
        elif ast.unparse(keyword.value) == "names":
            yield from _given_names(tree)
        elif message in REPORTS:
            left_out = {n.value for n in ast.walk(keyword.value) if isinstance(n, ast.Constant)}
            yield from (n for n in REPORTS[message].__struct_fields__ if n not in left_out)
        else:
            raise MissingMeaningError(
                f"The log line {message!r} has fields of {ast.unparse(keyword.value)}: name their "
                f"Struct in REPORTS of {Path(__file__).name}."
            )
    has_exception = any(keyword.arg == "exc_info" for keyword in call.keywords)
    if has_exception or ast.unparse(call.func).endswith("exception"):
        yield from _keys().of_errors


def _given_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == "_names":
            (names,) = (n for n in ast.walk(node) if isinstance(n, ast.Dict))
            yield from (str(key.value) for key in names.keys if isinstance(key, ast.Constant))


def _names() -> Iterator[tuple[str, str]]:
    """The fields by which a record is followed."""
    properties = vars(ObjectVersion)
    yield code("trace"), _doc(properties["trace_id"])
    yield code("load"), _doc(ObjectVersion.load_id)
    yield code("key"), fields(ObjectVersion)["key"]
    yield code("traces"), sentence(word("traces", "mocktailverse.functions.publish_handler"))


def _doc(found: Any) -> str:  # noqa: ANN401  a function or a property
    return opening(cleandoc(found.__doc__))
