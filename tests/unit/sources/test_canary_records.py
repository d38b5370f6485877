"""The canary's records, as the default source's reader sees them."""

import msgspec
import pytest

from mocktailverse.drinks.record import Absence
from mocktailverse.errors import RecordRejectedError
from mocktailverse.loads.object_version import DEFAULT_SOURCE
from mocktailverse.sources import require_source

SOURCE = require_source(DEFAULT_SOURCE)


def record_of(body):
    (record,) = msgspec.json.decode(body)["drinks"]
    return record


def test_the_drink_is_complete_and_has_no_drift():
    record = SOURCE.records.from_fields(record_of(SOURCE.canary.drink("Check.")))
    assert (record.id, record.instructions) == ("999999999999", {"en": "Check."})
    assert record.drift == ()


def test_its_absence_is_one():
    absence = SOURCE.records.from_fields(record_of(SOURCE.canary.absence()))
    assert isinstance(absence, Absence)
    assert absence.id == SOURCE.canary.id


def test_no_id_after_it_is_accepted():
    record = record_of(SOURCE.canary.drink("Check."))
    record[SOURCE.records.id_field] = str(int(SOURCE.canary.id) + 1)
    with pytest.raises(RecordRejectedError):
        SOURCE.records.from_fields(record)
