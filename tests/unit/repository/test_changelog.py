"""The changelog: the version of the package is released or is the next release."""

import re
import tomllib
from datetime import date

from mocktailverse.checkout import find_checkout

ROOT = find_checkout().template.parents[1]
TITLES = re.findall(r"^## (.*)$", (ROOT / "docs" / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_the_newest_release_is_the_version_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert TITLES[0] == "Unreleased"
    assert TITLES[1].split()[0] == project["version"]


def test_releases_have_a_version_and_a_date_newest_first():
    releases = [re.fullmatch(r"(\d+)\.(\d+)\.(\d+) \((.*)\)", title) for title in TITLES[1:]]
    assert all(releases)
    versions = [tuple(map(int, release.groups()[:3])) for release in releases if release]
    dates = [date.fromisoformat(release[4]) for release in releases if release]
    assert versions == sorted(versions, reverse=True)
    assert dates == sorted(dates, reverse=True)
