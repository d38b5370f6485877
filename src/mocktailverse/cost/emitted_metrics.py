"""Count the custom metrics that the functions' code emits, and name those it cannot count."""

import re
from pathlib import Path

_ADDS_DIMENSIONS = re.compile(
    r"\b(add_dimension|set_default_dimensions|single_metric|capture_cold_start_metric"
    r"|add_cold_start_metric|put_metric_data)\b"
)
_ANY_METRIC = re.compile(r"\badd_metric\(")
_NAMED_METRIC = re.compile(r'\badd_metric\(\s*(?:name=)?"(\w+)"')

_HANDLER = re.compile(r"^def handler\(", re.MULTILINE)
"""The entry point of a function. Metrics are counted in modules that have one, once a function."""


def emitted_metrics(functions: Path) -> dict[str, int]:
    """Return how many metrics the code of each function emits, by module name."""
    return {
        module.stem: len(set(_NAMED_METRIC.findall(module.read_text("utf-8"))))
        for module in functions.glob("*.py")
    }


def unaccounted_code(functions: Path) -> tuple[str, ...]:
    """Return a sentence for each metric in the functions' code that cannot be counted."""
    sentences: list[str] = []
    for module in sorted(functions.rglob("*.py")):
        text = module.read_text("utf-8")
        sentences += [
            f"functions/{module.name} calls {name}: each value of a dimension is a separate metric."
            for name in sorted(set(_ADDS_DIMENSIONS.findall(text)))
        ]
        if len(_ANY_METRIC.findall(text)) > len(_NAMED_METRIC.findall(text)):
            sentences.append(f"functions/{module.name} adds a metric whose name is computed.")
        if _ANY_METRIC.search(text) and not _HANDLER.search(text):
            sentences.append(
                f"functions/{module.name} adds metrics, but has no handler: they are not counted."
            )
    return tuple(sentences)
