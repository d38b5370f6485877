"""Which drinks one catalogue file knows later than another, by the drinks' own versions."""

import msgspec
import pytest

from mocktailverse.catalogue.newer_drinks import newer_drinks


@pytest.fixture
def pair(tmp_path, new_file, new_drink):
    """Return a function that compares two files with versions of one drink; None: it is missing."""

    def compare(other, mine):
        drinks = [
            []
            if one is None
            else [new_drink("1", **{"observed_at": 10, "content_hash": "a", **one})]
            for one in (other, mine)
        ]
        paths = [new_file(tmp_path / name, some) for name, some in zip("ab", drinks, strict=True)]
        return newer_drinks(paths[0], than=paths[1])

    return compare


@pytest.mark.parametrize(
    ("other", "mine", "is_newer"),
    [
        ({}, {}, False),
        ({}, None, True),
        (None, {}, False),
        ({"withdrawn_at": 20}, {}, True),
        ({}, {"withdrawn_at": 20}, True),
        ({"quality": ("id_reassigned",), "previous_name": "Fizz"}, {}, True),
        ({"content_hash": "b"}, {"content_hash": "a"}, True),
        ({"content_hash": "a"}, {"content_hash": "b"}, False),
        ({"content_hash": "a", "withdrawn_at": 20}, {"content_hash": "b"}, False),
    ],
)
def test_a_later_version_counts_and_so_does_a_difference_of_one_version(
    pair, other, mine, is_newer
):
    assert pair(other, mine) == ({"thecocktaildb:1"} if is_newer else set())


def test_the_fields_of_a_version_are_compared_in_their_order(tmp_path, new_file, new_drink):
    drink = new_drink("1", observed_at=10)
    lineage = msgspec.structs.replace(drink.lineage, transform_version=9)
    newer_code = msgspec.structs.replace(drink, lineage=lineage, content_hash="0")
    later = msgspec.structs.replace(drink, observed_at=11, content_hash="0")
    files = [new_file(tmp_path / str(n), [d]) for n, d in enumerate((drink, newer_code, later))]
    for number, file in enumerate(files):
        assert not newer_drinks(file, than=file)
        for older in files[:number]:
            assert newer_drinks(file, than=older)
            assert not newer_drinks(older, than=file)


def test_a_file_that_cannot_be_read_knows_nothing(tmp_path, new_file, new_drink):
    good = new_file(tmp_path / "good", [new_drink("1")])
    bad = tmp_path / "bad"
    bad.write_bytes(b"not a catalogue" * 100)
    assert newer_drinks(bad, than=good) == newer_drinks(good, than=bad) == set()
