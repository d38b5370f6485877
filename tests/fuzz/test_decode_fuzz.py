"""Decode: any bytes, any cut, any cursor."""

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
READER = SOURCES["thecocktaildb"]
places = st.lists(st.integers(0, 5000), max_size=6)


class Stored:
    """Stored bytes in chunks; with `broken`, reading fails behind the last one."""

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
def test_any_bytes_are_decoded_into_pieces_with_rising_positions(body: bytes):
    found = read(Stored(body))
    positions = [piece.position for piece in found]
    assert None not in positions[:-1]
    assert all(a < b for a, b in pairwise(at for at in positions if at is not None))
    for piece in found:
        if isinstance(piece, UnreadableRecord):
            assert piece.code in set(Reason)


@given(raw_objects, places)
def test_the_chunk_size_makes_no_difference(body: bytes, at: list[int]):
    whole = read(Stored(body))
    assert read(Stored(*pieces(body, at))) == whole
    assert read(Stored(*(body[i : i + 1] for i in range(len(body))))) == whole


@given(raw_objects, places)
def test_decoding_from_any_cursor_gives_the_rest(body: bytes, at: list[int]):
    stored = Stored(*pieces(body, at))
    found = read(stored)
    for number, piece in enumerate(found, 1):
        assert read(stored, piece.after) == found[number:]


@given(raw_objects, st.integers(0, 5000))
def test_reading_that_breaks_off_gives_a_beginning_of_the_pieces_or_none(body: bytes, cut: int):
    whole = read(Stored(body))
    found = []
    try:
        for piece in decode(Stored(body[: cut % (len(body) + 1)], broken=True), READER):
            found.append(piece)  # noqa: PERF402 - those before the error are kept
    except TransientError:
        assert found == whole[: len(found)]
    else:  # it was rejected as a whole before the end was read
        assert found == whole


@given(
    st.lists(st.sampled_from(sample_records()), min_size=3, max_size=5),
    st.lists(fragments | st.binary(max_size=3), max_size=6).map(b"".join),
    st.integers(0, 5),
    st.booleans(),
)
def test_a_broken_line_hides_no_record_of_the_other_lines(
    good: list[dict[str, object]],
    broken: bytes,
    place: int,
    is_packed: bool,  # noqa: FBT001 - drawn
):
    is_first = place % (len(good) + 1) == 0
    assume(not is_first or not (b"idDrink" in broken or broken.startswith((GZIP, BOM))))
    lines = [dump(record) for record in good]
    lines.insert(place % (len(lines) + 1), broken.replace(b"\n", b" "))
    body = b"\n".join(lines) + b"\n"
    found = read(Stored(packed(body) if is_packed else body))
    loaded = [piece.data for piece in found if isinstance(piece, RawRecord)]
    for record in as_ndjson(good).splitlines():
        assert record in loaded


@given(raw_objects)
def test_the_independent_reader_counts_as_many_records_as_decode_gives(body: bytes):
    count = count_records(Stored(body).chunks, READER.id_field, READER.columns)
    assert count == len(read(Stored(body)))
