"""The logs: log groups, the lines that the functions write, and their fields."""

import ast
import io
import json
import logging
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from aws_lambda_powertools import Logger
from msgspec import Struct
from pages.cells import code, codes, table
from pages.meanings import MissingMeaningError, fields, opening, word, word_table
from pages.template_source import STAGES, of_type

from mocktailverse.checkout import find_checkout
from mocktailverse.functions import failure_log
from mocktailverse.loads.load_record import Counts
from mocktailverse.loads.object_version import ObjectVersion
from mocktailverse.pipeline.publishing import PublishResult
from mocktailverse.pipeline.reconciliation import ReconcileReport
from mocktailverse.sources.collection import FetchReport

LEVELS = {"info": "info", "warning": "warning", "error": "error", "exception": "error"}
REPORTS: dict[str, type[Struct]] = {
    "fetched": FetchReport,
    "loaded": Counts,
    "published": PublishResult,
    "reconciled": ReconcileReport,
}
"""Log lines that contain all fields of a report, by their message."""


def log_groups() -> str:
    """Return the table of the log groups and how long each stage keeps them."""
    groups = {stage: of_type(stage, "AWS::Logs::LogGroup") for stage in STAGES}
    rows = [
        (
            code(group["LogGroupName"].replace(f"-{STAGES[0]}", "-<environment>")),
            *(str(groups[stage][name]["RetentionInDays"]) for stage in STAGES),
        )
        for name, group in groups[STAGES[0]].items()
    ]
    return table(("log group", *(f"days in {stage}" for stage in STAGES)), rows)


@cache
def line_keys() -> tuple[list[str], list[str]]:
    """Return the keys that the logger writes into every line, and those of an exception."""
    stream = io.StringIO()
    logger = Logger(service="docs", stream=stream, level=logging.INFO)
    logger.info("a line")
    logger.error("another", exc_info=ValueError("why"))
    plain, failed = (list(json.loads(line)) for line in stream.getvalue().splitlines())
    return plain, [key for key in failed if key not in plain]


def log_lines() -> str:
    """Return the table of all log lines of the functions.

    Raises:
        MissingMeaningError: the fields of a line are not known.
    """
    return table(("function", "level", "message", "fields"), _log_lines())


def _log_lines() -> Iterator[tuple[str, ...]]:
    for path in sorted((find_checkout().source / "functions").glob("*.py")):
        is_shared = path.stem == Path(str(failure_log.__file__)).stem
        function = "all" if is_shared else path.stem.removesuffix("_handler")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            match node:
                case ast.Call(func=ast.Attribute(value=logger, attr=level), args=[text, *_]) if (
                    level in LEVELS and "logger" in ast.unparse(logger).lower()
                ):
                    message = _message(text)
                    names = codes(dict.fromkeys(_fields(message, node, tree)))
                    yield function, LEVELS[level], code(message), names


def _message(argument: ast.expr) -> str:
    if isinstance(argument, ast.Constant):
        return str(argument.value)
    return str(getattr(failure_log, ast.unparse(argument)))


def _fields(message: str, call: ast.Call, tree: ast.Module) -> Iterator[str]:
    """Yield the fields of a log line; `**names` are those that the module's `_names` returns."""
    for keyword in call.keywords:
        if keyword.arg:
            yield from [] if keyword.arg == "exc_info" else [keyword.arg]
        elif ast.unparse(keyword.value) == "names":
            yield from _constants(
                next(n for n in ast.walk(tree) if _is_names_function(n)), ast.Dict
            )
        elif message in REPORTS:
            left_out = {*_constants(keyword.value, ast.Compare)}
            yield from (n for n in REPORTS[message].__struct_fields__ if n not in left_out)
        else:
            raise MissingMeaningError(
                f"The fields of the log line {message!r} are not known. Add its Struct to "
                f"REPORTS in `{Path(__file__).name}`."
            )
    if "exc_info" in ast.unparse(call) or ast.unparse(call.func).endswith("exception"):
        yield from line_keys()[1]


def _is_names_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef) and node.name == "_names"


def _constants(tree: ast.AST, kind: type[ast.AST]) -> Iterator[str]:
    """Yield the constants that are keys of a dict, or sides of a comparison, in a tree."""
    for node in ast.walk(tree):
        if isinstance(node, kind):
            parts = node.keys if isinstance(node, ast.Dict) else ast.iter_child_nodes(node)
            yield from (str(part.value) for part in parts if isinstance(part, ast.Constant))


def record_fields() -> str:
    """Return the table of the fields that identify a record in the logs."""
    rows = {
        "trace": opening(vars(ObjectVersion)["trace_id"].__doc__),
        "load": opening(ObjectVersion.load_id.__doc__).replace("Return the", "The", 1),
        "key": fields(ObjectVersion)["key"],
        "traces": word("traces", "mocktailverse.functions.publish"),
    }
    return word_table("field", rows)
