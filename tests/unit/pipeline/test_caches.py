"""What the transform remembers cannot change what it returns."""

import json
import sys

from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.stores.items import to_item
from strategies.effort import examples
from strategies.raw_records import record_texts, transformed


def bounded_caches():
    """Return the bounded caches of every imported module; unbounded ones hold reference tables."""
    modules = [module for name, module in sys.modules.items() if name.startswith("mocktailverse.")]
    caches = {
        id(value): value
        for module in modules
        for value in vars(module).values()
        if hasattr(value, "cache_parameters") and value.cache_parameters()["maxsize"] is not None
    }
    return list(caches.values())


def results(body):
    """Return the results as text, in which 1, 1.0 and True differ; with the items."""
    return [
        (repr(result), json.dumps(to_item(result.register)) if result.register else None)
        for result in transformed(body)
    ]


@settings(max_examples=examples(100))
@given(st.lists(record_texts(), min_size=1, max_size=5))
def test_records_give_the_same_with_full_and_with_empty_caches(texts):
    body = "\n".join(texts).encode("utf-8", "surrogatepass")
    results(body)  # fills the caches
    warm = results(body)
    caches = bounded_caches()
    assert len(caches) > 10
    for cache in caches:
        cache.cache_clear()
    assert results(body) == warm
