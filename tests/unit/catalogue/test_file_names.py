"""Each format of the catalogue is published under its own name; `catalogue.sqlite` keeps its."""

import pytest

from mocktailverse.catalogue import file_names


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (1, "catalogue.sqlite"),
        (3, "catalogue.sqlite"),
        (4, "catalogue-4.json"),
        (12, "catalogue-12.json"),
    ],
)
def test_the_formats_up_to_3_share_a_name_and_later_ones_have_their_own(number, name):
    assert file_names.file_name(number) == name
    assert file_names.format_of(name) == max(number, 3)


@pytest.mark.parametrize(
    "name",
    ["catalogue-.json", "catalogue-04.json", "catalogue-4.json.bak", "a/catalogue.sqlite"],
)
def test_other_objects_are_no_catalogues(name):
    assert file_names.format_of(name) is None


def test_readers_try_their_own_file_and_then_the_older_ones(monkeypatch):
    assert file_names.readable_names()[0] == file_names.file_name()
    monkeypatch.setattr(file_names, "FORMAT", 5)
    names = ("catalogue-5.json", "catalogue-4.json", "catalogue.sqlite")
    assert file_names.readable_names() == names
    monkeypatch.setattr(file_names, "OLDEST_FORMAT", 4)
    assert file_names.readable_names() == names[:2]


def test_only_files_before_the_previous_format_are_obsolete(monkeypatch):
    names = [file_names.file_name(number) for number in (3, 4, 5, 6)]
    obsolete = {}
    for number in (3, 4, 5, 6):
        monkeypatch.setattr(file_names, "FORMAT", number)
        obsolete[number] = file_names.obsolete([*names, "catalogue-x"])
    assert obsolete == {3: [], 4: [], 5: names[:1], 6: names[:2]}
