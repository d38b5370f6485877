"""Decode: any bytes, in any chunks, from any cursor."""

from collections.abc import Iterator
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from mocktailverse.drinks.codes import Reason
from mocktailverse.errors import TransientError
from mocktailverse.loads.load_record import START, Checkpoint
from mocktailverse.pipeline.decode import DecodedRecord, RawRecord, UnreadableRecord, decode
from mocktailverse.pipeline.independent_count import count_records
from mocktailverse.sources import SOURCES
from strategies.raw_objects import (
    as_ndjson,
    dump,
    fragments,
    packed,
    pieces,
    raw_objects,
    sample_records,
)

BOM, GZIP = b"\xef\xbb\xbf", b"\x1f\x8b"
READER = SOURCES["thecocktaildb"].records
offsets = st.lists(st.integers(0, 5000), max_size=6)


class Stored:
    """Stored bytes in chunks; with `broken`, reading fails after the last one."""

    def __init__(self, *chunks: bytes, broken: bool = False) -> None:
        self._chunks = chunks
        self._broken = broken

    def chunks(self, start: int = 0) -> Iterator[bytes]:
        for chunk in self._chunks:
            if start < len(chunk):
                yield chunk[start:]
            start = max(0, start - len(chunk))
        if self._broken:
            raise TransientError("connection reset")


def read(stored: Stored, start: Checkpoint = START) -> list[DecodedRecord]:
    return list(decode(stored, READER, start))


@given(raw_objects)
def test_any_bytes_are_decoded_into_records_with_increasing_positions(body: bytes):
    records = read(Stored(body))
    positions = [record.position for record in records]
    assert None not in positions[:-1]
    assert all(a < b for a, b in pairwise(at for at in positions if at is not None))
    for record in records:
        if isinstance(record, UnreadableRecord):
            assert record.code in set(Reason)


@given(raw_objects, offsets)
def test_the_chunk_size_makes_no_difference(body: bytes, at: list[int]):
    whole = read(Stored(body))
    assert read(Stored(*pieces(body, at))) == whole
    assert read(Stored(*(body[i : i + 1] for i in range(len(body))))) == whole


@given(raw_objects, offsets)
def test_decoding_from_any_cursor_gives_the_rest(body: bytes, at: list[int]):
    stored = Stored(*pieces(body, at))
    records = read(stored)
    for number, record in enumerate(records, 1):
        assert read(stored, record.after) == records[number:]


@given(raw_objects, st.integers(0, 5000))
def test_an_interrupted_read_gives_the_first_records_or_all(body: bytes, cut: int):
    whole = read(Stored(body))
    records = []
    try:
        for record in decode(Stored(body[: cut % (len(body) + 1)], broken=True), READER):
            records.append(record)  # noqa: PERF402 - keeps the records before the error
    except TransientError:
        assert records == whole[: len(records)]
    else:  # the object was rejected before its end was read
        assert records == whole


@given(
    st.lists(st.sampled_from(sample_records()), min_size=3, max_size=5),
    st.lists(fragments | st.binary(max_size=3), max_size=6).map(b"".join),
    st.integers(0, 5),
    st.booleans(),
)
def test_a_broken_line_hides_no_record_of_the_other_lines(
    good: list[dict[str, object]],
    broken: bytes,
    line_number: int,
    is_gzipped: bool,  # noqa: FBT001 - drawn
):
    is_first = line_number % (len(good) + 1) == 0
    assume(not is_first or not (b"idDrink" in broken or broken.startswith((GZIP, BOM))))
    lines = [dump(record) for record in good]
    lines.insert(line_number % (len(lines) + 1), broken.replace(b"\n", b" "))
    body = b"\n".join(lines) + b"\n"
    records = read(Stored(packed(body) if is_gzipped else body))
    loaded = [record.data for record in records if isinstance(record, RawRecord)]
    for record in as_ndjson(good).splitlines():
        assert record in loaded


@given(raw_objects)
def test_the_independent_reader_counts_as_many_records_as_decode_gives(body: bytes):
    count = count_records(Stored(body).chunks, READER.id_field, READER.columns)
    assert count == len(read(Stored(body)))
