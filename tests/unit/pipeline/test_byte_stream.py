"""Decoded bytes: gzip in chunks of any size, lines with their offsets, and the limits of both."""

import gzip
import random
import zlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.drinks.codes import Reason
from mocktailverse.errors import TransientError
from mocktailverse.pipeline import byte_stream
from mocktailverse.pipeline.byte_stream import (
    DecodedBytes,
    DecodedLine,
    GzipDamagedError,
    TooLargeError,
    inflate,
)
from strategies.effort import examples

quick = settings(max_examples=examples(60), deadline=None)
cuts = st.lists(st.integers(0, 400), max_size=8)
texts = st.lists(st.sampled_from([b"\n", b"", b"a", b"\r\n", b"bcd", b" ", b"\xff"])).map(b"".join)


def pieces(data: bytes, at: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(min(place, len(data)) for place in at)})
    return [data[start:end] for start, end in pairwise(places)]


def inflated(data: bytes, at: list[int]) -> tuple[bytes, bool]:
    """Return the decompressed bytes, and whether the data is damaged."""
    out = b""
    try:
        for step in inflate(pieces(data, at)):
            out += step
    except GzipDamagedError:
        return out, True
    return out, False


@quick
@given(texts, cuts)
def test_any_chunking_gives_the_same_lines(chunked, data, at):
    lines = list(DecodedBytes(chunked(*pieces(data, at))).lines())
    assert lines == list(DecodedBytes(chunked(data)).lines())
    assert b"\n".join(line.data for line in lines) == data.removesuffix(b"\n")
    assert [line.start for line in lines] == [0, *(line.end for line in lines)][: len(lines)]


@quick
@given(texts, cuts)
def test_reading_can_resume_at_any_line(chunked, data, at):
    for body in (data, gzip.compress(data)):
        source = DecodedBytes(chunked(*pieces(body, at)))
        lines = list(source.lines())
        for index, line in enumerate(lines):
            assert list(source.lines(line.start)) == lines[index:]


@quick
@given(st.lists(texts, min_size=1, max_size=3), cuts, st.integers(1, 9))
def test_all_members_of_gzip_are_read_in_steps_of_any_size(members, at, step):
    data = b"".join(gzip.compress(member) for member in members)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(byte_stream, "INFLATE_STEP", step)
        assert inflated(data, at) == (b"".join(members), False)


@quick
@given(st.binary(max_size=300), st.data())
def test_truncated_gzip_gives_the_beginning_of_the_data_independent_of_chunks(content, data):
    content = content + b"ab" * 200
    whole = gzip.compress(content)
    cut = whole[: data.draw(st.integers(2, len(whole) - 1))]
    out, damaged = inflated(cut, data.draw(cuts))
    assert damaged
    assert content.startswith(out)
    assert out == inflated(cut, [])[0]


@pytest.mark.parametrize("step", [1, 2, 7, 256 * 1024])
def test_truncated_gzip_gives_all_readable_data(monkeypatch, step):
    monkeypatch.setattr(byte_stream, "INFLATE_STEP", step)
    content = b"".join(b"%d\n" % number for number in range(2000)) + b"x" * 5000
    whole = gzip.compress(content)
    for end in (len(whole) - 1, len(whole) - 8, len(whole) - 9, len(whole) // 2):
        readable = zlib.decompressobj(wbits=31).decompress(whole[:end])
        assert inflated(whole[:end], [])[0] == readable


@quick
@given(texts, cuts, st.integers(0, 5))
def test_zeros_after_and_between_members_are_padding(content, at, zeros):
    member = gzip.compress(content) + b"\0" * zeros
    assert inflated(member, at) == (content, False)
    assert inflated(member + member, at) == (2 * content, False)


def test_garbage_after_a_member_is_damage_and_the_data_before_it_is_read():
    assert inflated(gzip.compress(b"abc") + b"garbage", []) == (b"abc", True)
    assert inflated(zlib.compress(b"abc"), []) == (b"", True)
    assert inflated(gzip.compress(b"abc") + zlib.compress(b"d"), []) == (b"abc", True)
    for byte in range(1, 256):
        assert inflated(gzip.compress(b"abc") + bytes([byte]), []) == (b"abc", True)


def test_a_wrong_checksum_is_damage():
    member = bytearray(gzip.compress(b"abc"))
    member[-6] ^= 1
    with pytest.raises(GzipDamagedError) as raised:
        list(inflate([bytes(member)]))
    assert raised.value.code == Reason.GZIP_CORRUPT


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        (gzip.compress(b"abc", mtime=0)[:-1], "its end is missing"),
        (
            b"\x1f\x8b\x07" + b"x" * 9,
            "Error -3 while decompressing data: unknown compression method",
        ),
    ],
)
def test_the_error_about_damage_names_its_cause(body, cause):
    with pytest.raises(GzipDamagedError) as raised:
        list(inflate([body]))
    assert str(raised.value) == f"The gzip data is damaged or truncated: {cause}."


def test_empty_data_is_not_damaged():
    assert inflated(b"", []) == (b"", False)
    assert list(inflate([b"", gzip.compress(b"")])) == []


def test_gzip_may_decompress_up_to_the_limit_but_not_beyond(monkeypatch, chunked):
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", 1000)
    assert DecodedBytes(chunked(gzip.compress(b"x" * 1000))).document() == (b"x" * 1000, None)
    bomb = gzip.compress(b"x" * 1001)
    with pytest.raises(TooLargeError) as raised:
        DecodedBytes(chunked(bomb))
    assert raised.value.code == Reason.OBJECT_TOO_LARGE
    assert str(raised.value).startswith("The gzip data is larger than 64 MiB once decoded. Send")
    trusted = DecodedBytes(chunked(bomb), trusted=True)
    assert sum(map(len, trusted.chunks())) == 1001


def test_a_gzip_bomb_of_many_members_is_refused(monkeypatch, chunked):
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", 1000)
    with pytest.raises(TooLargeError):
        DecodedBytes(chunked(gzip.compress(b"x" * 100) * 11))


def test_a_gzip_bomb_is_refused_before_it_is_fully_decompressed(monkeypatch, chunked):
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", 10_000)
    monkeypatch.setattr(byte_stream, "INFLATE_STEP", 1000)
    unpacked = []

    def spy(chunks):
        for step in inflate(chunks):
            unpacked.append(len(step))
            yield step

    monkeypatch.setattr(byte_stream, "inflate", spy)
    with pytest.raises(TooLargeError):
        DecodedBytes(chunked(gzip.compress(b"\0" * 50_000_000)))
    assert sum(unpacked) <= 11_000


def test_a_document_may_have_the_maximum_size_but_not_more(monkeypatch, chunked):
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", 10)
    assert DecodedBytes(chunked(b"x" * 9, b"x")).document() == (b"x" * 10, None)
    with pytest.raises(TooLargeError):
        DecodedBytes(chunked(b"x" * 9, b"xx")).document()


def test_a_document_may_have_the_maximum_number_of_objects_but_not_more(monkeypatch, chunked):
    monkeypatch.setattr(byte_stream, "DOCUMENT_OBJECTS_LIMIT", 1000)
    assert DecodedBytes(chunked(b"{}" * 1000)).document() == (b"{}" * 1000, None)
    with pytest.raises(TooLargeError, match="holds over 1,000 objects once decoded"):
        DecodedBytes(chunked(b"{}" * 1001)).document()


def test_the_limits_are_those_in_the_error_messages(chunked):
    mebibytes = [b" " * 2**20] * 64
    document, damage = DecodedBytes(chunked(*mebibytes)).document()
    assert (len(document), damage) == (64 * 2**20, None)
    with pytest.raises(TooLargeError, match="64 MiB"):
        DecodedBytes(chunked(*mebibytes, b" ")).document()
    assert DecodedBytes(chunked(b"{}" * 500_000)).document()[1] is None
    with pytest.raises(TooLargeError, match="500,000"):
        DecodedBytes(chunked(b"{}" * 500_001)).document()


@pytest.mark.parametrize("cut", [0, 12])
def test_the_last_line_may_have_the_maximum_size_but_not_more(monkeypatch, chunked, cut):
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", 10)
    for size, data in ((9, b"y" * 9), (10, b"y" * 10), (11, None)):
        body = b"ab\n" + b"y" * size
        source = chunked(body[:cut], body[cut:])
        assert list(DecodedBytes(source).lines())[1:] == [DecodedLine(3, 3 + size, data)]


def test_damage_after_a_line_that_is_too_long_is_reported_with_the_line(monkeypatch, chunked):
    monkeypatch.setattr(byte_stream, "DECODED_LIMIT", 10)
    body = gzip.compress(b"ab\n" + b"y" * 11)[:-1]
    first, last = DecodedBytes(chunked(body), trusted=True).lines()
    assert (first, last[:3]) == (DecodedLine(0, 3, b"ab"), (3, 14, None))
    assert last.damage.code == Reason.GZIP_CORRUPT


def test_damage_before_any_text_gives_an_empty_line(chunked):
    (line,) = DecodedBytes(chunked(gzip.compress(b"")[:10])).lines()
    assert line[:3] == (0, 0, b"")
    assert line.damage.code == Reason.GZIP_CORRUPT


def test_no_chunk_is_empty(chunked):
    body = gzip.compress(b"abc") + gzip.compress(b"") + gzip.compress(b"def")
    source = DecodedBytes(chunked(body))
    assert [list(source.chunks(start)) for start in (0, 1, 3, 6)] == [
        [b"abc", b"def"],
        [b"bc", b"def"],
        [b"def"],
        [],
    ]


def test_the_damage_of_a_document_is_returned_with_the_readable_part(chunked):
    document, damage = DecodedBytes(chunked(gzip.compress(b"[1]")[:-1])).document()
    assert (document, damage.code) == (b"[1]", Reason.GZIP_CORRUPT)


@quick
@given(cuts)
def test_a_line_above_the_limit_is_skipped_in_any_chunking(chunked, at):
    data = b"ab\n" + b"x" * 11 + b"\ncd\n" + b"y" * 10 + b"\n" + b"z" * 12
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(byte_stream, "DECODED_LIMIT", 10)
        assert list(DecodedBytes(chunked(*pieces(data, at))).lines()) == [
            DecodedLine(0, 3, b"ab"),
            DecodedLine(3, 15, None),
            DecodedLine(15, 18, b"cd"),
            DecodedLine(18, 29, b"y" * 10),
            DecodedLine(29, 41, None),
        ]


@quick
@given(cuts)
def test_the_byte_order_mark_is_not_part_of_the_text(chunked, at):
    data = b"\xef\xbb\xbfa\nb"
    for body in (data, gzip.compress(data)):
        source = DecodedBytes(chunked(*pieces(body, at)))
        assert list(source.lines()) == [DecodedLine(3, 5, b"a"), DecodedLine(5, 6, b"b")]
        assert source.document() == (b"a\nb", None)


@pytest.mark.parametrize("data", [b"", b"\xef", b"\xef\xbb", b"\x1f"])
def test_data_shorter_than_any_magic_number_is_returned_unchanged(chunked, data):
    assert DecodedBytes(chunked(data)).document() == (data, None)


def test_a_line_is_not_returned_if_reading_fails_within_it(chunked):
    lines = DecodedBytes(chunked(b"a\nb", error=TransientError("cut"))).lines()
    assert next(lines) == DecodedLine(0, 2, b"a")
    with pytest.raises(TransientError):
        next(lines)


def test_a_line_truncated_by_damaged_gzip_is_returned_with_the_damage(chunked):
    body = gzip.compress(b"first\n" + b"second line\n" * 3)[:-12]
    first, *_, last = DecodedBytes(chunked(body)).lines()
    assert (first.data, first.damage) == (b"first", None)
    assert last.damage.code == Reason.GZIP_CORRUPT
    assert b"second line".startswith(last.data)
    assert last.end == last.start + len(last.data)


def noisy(size):
    """Return bytes that gzip can hardly compress."""
    return random.Random(1).randbytes(size)


def test_gzip_of_any_size_is_read_in_any_number_of_chunks():
    content = noisy(200_000)
    body = gzip.compress(content)
    for at in ([], [1], [65_535], [65_536], [65_537, 131_073]):
        assert inflated(body, at) == (content, False)


@quick
@given(
    content=st.sampled_from([b"tiny", b"abc" * 9_000, noisy(3_000), noisy(200_000)]),
    place=st.floats(0, 1),
    flipped=st.integers(1, 255),
    at=cuts,
)
def test_all_data_before_damage_is_read_in_any_chunking(content, place, flipped, at):
    body = bytearray(gzip.compress(content))
    body[10 + int(place * (len(body) - 11))] ^= flipped
    by_byte = inflated(bytes(body), range(1, 400))
    assert inflated(bytes(body), at) == by_byte
    assert inflated(bytes(body), []) == by_byte
    text, damaged = by_byte
    assert damaged or text == content  # padding bits of the last byte have no effect
    if len(content) == 200_000 and place > 0.5:
        assert text[:90_000] == content[:90_000]
