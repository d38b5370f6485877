"""The registry names modules and classes; each part of each source can be imported by its name."""

import subprocess
import sys

import pytest

from mocktailverse.errors import UsageError
from mocktailverse.sources import SOURCES, Source, fetched_sources, require_source
from mocktailverse.sources.collection import FetchRequest
from mocktailverse.sources.web_addresses import is_web_address


@pytest.mark.parametrize("name", SOURCES)
def test_every_part_of_a_source_can_be_imported(name):
    source = SOURCES[name]
    assert source.name == name
    assert source.records.id_field
    assert source.records is source.records, "built once"
    if source.collecting:
        assert is_web_address(source.collector.url)
        source.collector.check(FetchRequest(name))
        source.collector.check(FetchRequest(name, source.collector.strategies[0]))
    if source.checked_by:
        assert source.canary.id in source.canary.drink("text").decode()
    if source.simulating:
        assert source.simulation.path in {"", source.simulation.path.removesuffix("/")}


def test_simulated_sources_have_paths_of_their_own():
    paths = [source.simulation.path for source in SOURCES.values() if source.simulating]
    assert len(set(paths)) == len(paths)


def test_a_source_without_a_collector_says_which_have_one():
    source = Source("files", "Files", reader="reader:Reader")
    with pytest.raises(UsageError, match=", ".join(fetched_sources())):
        _ = source.collector
    assert source.simulation is None
    with pytest.raises(UsageError, match="no canary"):
        _ = source.canary


def test_an_unknown_source_names_the_choice():
    with pytest.raises(UsageError, match=r"Unknown source `x`\. Choose one of thecocktaildb, "):
        require_source("x")


def test_reading_one_source_loads_no_http_client_and_no_other_source():
    code = (
        "import sys; from mocktailverse.sources import SOURCES; SOURCES['thecocktaildb'].records;"
        "print([m for m in sys.modules if 'httpx' in m or 'starlette' in m or 'opendrinks' in m])"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
