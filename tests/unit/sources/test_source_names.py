"""A source is one package and one line of registration: nothing else knows it by its name."""

import re
import shutil

import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.cost.template import Template
from mocktailverse.deployment import environments, stage_mapping
from mocktailverse.functions.fetch import access_to
from mocktailverse.settings import FetchSettings
from mocktailverse.sources import SOURCES, Source
from mocktailverse.sources.collection import SourceAccess

SRC = find_checkout().source
TEXT = {".css", ".html", ".js", ".json", ".py", ".toml", ".yaml"}
WORDS = {"own"}
"""Names that are English words, too: only quoted, in keys, in ids and in module names."""

EXCEPTIONS = {
    # The one place that says which source files, ids and fetches without a name belong to.
    "loads/object_version.py": {"thecocktaildb"},
    # The credit that Datasette shows on its pages: text that its format takes from this file only.
    "local/browser/metadata.yaml": {"thecocktaildb"},
    "sources/__init__.py": {*SOURCES},  # the registration itself
}
"""Files of `src` that name a source outside of its package, and why they must."""


def mention(name: str) -> re.Pattern[str]:
    forms = rf"[\"']{name}[\"']|raw/{name}\b|\b{name}:\w|\bsources[./]{name}\b"
    return re.compile(forms if name in WORDS else name, re.IGNORECASE)


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_is_named_in_its_package_and_its_registration_only(name):
    naming = {
        path.relative_to(SRC).as_posix()
        for path in SRC.rglob("*.*")
        if path.suffix in TEXT and mention(name).search(path.read_text(encoding="utf-8"))
    }
    outside = {path for path in naming if not path.startswith(f"sources/{name}/")}
    assert outside == {path for path, names in EXCEPTIONS.items() if name in names}


def test_the_default_source_is_named_once():
    text = (SRC / "loads" / "object_version.py").read_text(encoding="utf-8")
    assert text.lower().count("thecocktaildb") == 1


@pytest.fixture
def registered(monkeypatch):
    """Register a third source that can be fetched, as one line."""
    source = Source("barbook", "Barbook", reader="record:Records", collecting="client:Collector")
    monkeypatch.setitem(SOURCES, source.name, source)


@pytest.mark.usefixtures("registered")
def test_a_registered_source_gets_a_schedule_and_its_rights_by_its_registration():
    checkout = find_checkout()
    text = stage_mapping.with_all_stages(
        checkout.template.read_text(), environments.read(checkout.environments)
    )
    assert text.count("  FetchBarbookSchedule:\n") == 1
    assert '\'{"source": "barbook"}\'' in text
    assert "${DataBucket.Arn}/raw/barbook/*'" in text
    states = Template.parse(text).document["Mappings"]["Stages"]["FetchBarbookState"]
    assert states == dict.fromkeys(("local", "dev", "staging", "prod"), "DISABLED")
    again = stage_mapping.with_all_stages(text, environments.read(checkout.environments))
    assert again == text


@pytest.mark.usefixtures("registered")
def test_a_registered_source_can_be_configured_by_its_name(tmp_path):
    path = tmp_path / "environments.toml"
    shutil.copy(find_checkout().environments, path)
    entry = 'fetch.barbook = {schedule = "rate(2 days)", enabled = true}'
    path.write_text(path.read_text().replace("[dev]\n", f"[dev]\n{entry}\n"))
    mapping = environments.read(path).dev.mapping()
    assert (mapping["FetchBarbook"], mapping["FetchBarbookState"]) == ("rate(2 days)", "ENABLED")


@pytest.mark.parametrize(
    ("source", "access"),
    [
        ("thecocktaildb", SourceAccess(None, "secret", 4)),
        ("opendrinks", SourceAccess("https://a.example", None, 0.5)),
        ("barbook", SourceAccess(None, "theirs", 4)),
    ],
)
def test_a_source_is_given_its_own_address_key_and_rate_only(source, access):
    settings = FetchSettings(
        data_bucket="data",
        source_urls="opendrinks=https://a.example",
        source_key="secret barbook=theirs",
        source_requests_per_s="opendrinks=0.5",
    )
    assert access_to(source, settings) == access
