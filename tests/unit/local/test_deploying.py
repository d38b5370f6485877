"""A local stack is deployed again when its template, code or rights have changed."""

from pathlib import Path

import msgspec
import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.local import deploying, service_users

CODE = Path("functions-0123.zip")


@pytest.fixture
def changed(tmp_path):
    """Return a function that writes a changed copy of a file."""

    def copy(path: Path) -> Path:
        other = tmp_path / path.name
        other.write_bytes(path.read_bytes() + b"\n")
        return other

    return copy


@pytest.mark.parametrize("part", ["template", "dashboard_access", "environments"])
def test_a_change_of_a_template_or_of_environments_is_another_deployment(changed, part):
    checkout = find_checkout()
    other = msgspec.structs.replace(checkout, **{part: changed(getattr(checkout, part))})
    fingerprint = deploying.fingerprint(checkout, CODE)
    assert deploying.fingerprint(other, CODE) != fingerprint
    assert deploying.fingerprint(checkout, CODE) == fingerprint


def test_a_change_of_code_or_service_rights_is_another_deployment(changed, monkeypatch):
    checkout = find_checkout()
    fingerprint = deploying.fingerprint(checkout, CODE)
    assert deploying.fingerprint(checkout, Path("functions-4567.zip")) != fingerprint
    monkeypatch.setattr(service_users, "__file__", str(changed(Path(service_users.__file__))))
    assert deploying.fingerprint(checkout, CODE) != fingerprint
