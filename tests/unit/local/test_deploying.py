"""When a local stack is deployed anew: as soon as anything that decides it has changed."""

from pathlib import Path

import msgspec
import pytest

from mocktailverse.checkout import find_checkout
from mocktailverse.local import deploying, service_users

CODE = Path("functions-0123.zip")


@pytest.fixture
def changed(tmp_path):
    """Another version of a file."""

    def make(path: Path) -> Path:
        other = tmp_path / path.name
        other.write_bytes(path.read_bytes() + b"\n")
        return other

    return make


@pytest.mark.parametrize("part", ["template", "environments"])
def test_a_change_of_what_is_deployed_is_another_deployment(changed, part):
    checkout = find_checkout()
    other = msgspec.structs.replace(checkout, **{part: changed(getattr(checkout, part))})
    known = deploying.fingerprint(checkout, CODE)
    assert deploying.fingerprint(other, CODE) != known
    assert deploying.fingerprint(checkout, CODE) == known


def test_other_code_or_other_rights_of_the_services_are_another_deployment(changed, monkeypatch):
    checkout = find_checkout()
    known = deploying.fingerprint(checkout, CODE)
    assert deploying.fingerprint(checkout, Path("functions-4567.zip")) != known
    monkeypatch.setattr(service_users, "__file__", str(changed(Path(service_users.__file__))))
    assert deploying.fingerprint(checkout, CODE) != known
