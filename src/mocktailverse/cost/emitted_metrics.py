"""The metrics that the functions' code emits, and what of them cannot be counted."""

import re
from pathlib import Path

DIMENSIONS = re.compile(
    r"\b(add_dimension|set_default_dimensions|single_metric|capture_cold_start_metric"
    r"|add_cold_start_metric|put_metric_data)\b"
)
ANY_METRIC = re.compile(r"\badd_metric\(")
NAMED_METRIC = re.compile(r'\badd_metric\(\s*(?:name=)?"(\w+)"')

HANDLER = re.compile(r"^def handler\(", re.MULTILINE)
"""What a module has that Lambda calls; only its metrics are counted, once a function."""


def short_name(module: str) -> str:
    """Return `fetch` for the module `fetch_handler`."""
    return module.removesuffix("_handler")


def emitted(functions: Path) -> dict[str, int]:
    """Return how many metrics the code of each function emits, by the function's short name."""
    return {
        short_name(module.stem): len(set(NAMED_METRIC.findall(module.read_text("utf-8"))))
        for module in functions.glob("*.py")
    }


def unaccounted_code(functions: Path) -> tuple[str, ...]:
    """A sentence for each of the functions' modules whose metrics cannot be counted."""
    sentences: list[str] = []
    for module in sorted(functions.rglob("*.py")):
        text = module.read_text("utf-8")
        sentences += [
            f"functions/{module.name} calls {name}: each value of a dimension is one more metric."
            for name in sorted(set(DIMENSIONS.findall(text)))
        ]
        if len(ANY_METRIC.findall(text)) > len(NAMED_METRIC.findall(text)):
            sentences.append(f"functions/{module.name} adds a metric whose name it computes.")
        if ANY_METRIC.search(text) and not HANDLER.search(text):
            sentences.append(
                f"functions/{module.name} adds metrics and is no function: nobody counts them."
            )
    return tuple(sentences)
