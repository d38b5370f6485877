"""The bill of materials of a zip: valid CycloneDX, complete, reproducible."""

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from mocktailverse.deployment.bill_of_materials import bill_of_materials

PACKAGES = {
    "pydantic_core-2.1.dist-info": "Name: pydantic_core\nVersion: 2.1\nLicense-Expression: MIT\n\n",
    "Mangum-0.19.dist-info": "Name: Mangum\nVersion: 0.19\nLicense: a long text\n\nVersion: no\n",
}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "functions.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("mocktailverse/functions/__init__.py", "")
        for folder, metadata in PACKAGES.items():
            bundle.writestr(f"{folder}/METADATA", metadata)
            bundle.writestr(f"{folder}/WHEEL", "Tag: py3-none-any")
        bundle.writestr("vendor/x.dist-info/METADATA", "Name: not-installed\nVersion: 1\n\n")
    return path


def document(archive: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(bill_of_materials(archive))
    return content


def test_it_is_valid_by_the_schema_of_cyclonedx(archive):
    text = bill_of_materials(archive).decode()
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    broken = text.replace('"library"', '"libary"')
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(broken) is not None


def test_it_lists_each_installed_package_once(archive):
    components = document(archive)["components"]
    assert [one["purl"] for one in components] == [
        "pkg:pypi/mangum@0.19",
        "pkg:pypi/pydantic-core@2.1",
    ]
    assert components[1]["licenses"] == [{"expression": "MIT"}]
    assert "licenses" not in components[0]


def test_it_names_the_zip_by_its_hash_and_depends_on_nothing_else(archive, tmp_path):
    component = document(archive)["metadata"]["component"]
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert component["hashes"] == [{"alg": "SHA-256", "content": digest}]
    copy = tmp_path / "other.zip"
    copy.write_bytes(archive.read_bytes())
    assert bill_of_materials(copy) == bill_of_materials(archive)
