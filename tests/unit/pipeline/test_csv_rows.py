"""CSV rows: a malformed row is rejected alone, whatever its quotes are."""

import csv
import gzip
import io
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mocktailverse.errors import TransientError
from mocktailverse.pipeline import csv_rows as csv_rows_module
from mocktailverse.pipeline.byte_stream import DecodedBytes, DecodedLine
from mocktailverse.pipeline.csv_rows import CsvHeader, csv_rows
from strategies.effort import examples

quick = settings(max_examples=examples(80), deadline=None)
KNOWN = frozenset({"idDrink", "strDrink", "strInstructions"})
cells = st.text(
    alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=12
) | st.sampled_from(['"', '""', "a\nb", "a\r\nb", ",;\t|", "é", " ", '"a"\n,"'])


def read(chunked, data: bytes):
    lines = DecodedBytes(chunked(data)).lines()
    header = CsvHeader(next(lines), KNOWN)
    return header, list(csv_rows(lines, header))


def fields_of(chunked, data: bytes):
    return [row.fields and list(row.fields.values()) for row in read(chunked, data)[1]]


@quick
@given(
    st.lists(st.tuples(cells, cells, cells), max_size=6),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_the_output_of_a_csv_writer_is_read_back(chunked, rows, delimiter, end):
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerow(["idDrink", "strDrink", "strInstructions"])
    writer.writerows(rows)
    header, parsed = read(chunked, text.getvalue().encode())
    assert header.delimiter == delimiter
    assert [tuple(row.fields.values()) for row in parsed] == rows


@quick
@given(
    st.lists(st.sampled_from([b'1,"a",b', b'2,"x', b'y",z', b'"', b"3,c", b"4,d,e,f", b"", b'"""']))
)
def test_rows_cover_every_non_blank_line_once_and_in_order(chunked, lines):
    data = b"idDrink,strDrink,strInstructions\n" + b"\n".join(lines)
    _, rows = read(chunked, data)
    covered = [line for row in rows for line in row.line.data.split(b"\n")]
    assert [line for line in covered if line.strip()] == [line for line in lines if line.strip()]
    assert all(a.line.end <= b.line.start for a, b in pairwise(rows))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_with_the_most_known_columns(delimiter):
    text = delimiter.join(["idDrink", "a,b;c", '"strDrink"', " strInstructions "])
    header = CsvHeader(DecodedLine(0, 1, text.encode()), KNOWN)
    assert header.recognized
    assert header.delimiter == delimiter
    assert header.columns[0] == "idDrink"
    assert header.columns[-1] == "strInstructions"


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"a,b,c",
        b"idDrink",
        b"idDrink,a,b",
        b'{"idDrink":"1","strDrink":"x"}',
        b"\xff\xfe",
        b"idDrink,strDrink\rx,strInstructions",
        b"idDrink," + b"x" * 65_527 + b",strDrink",
        None,
    ],
)
def test_one_known_column_is_not_enough(line):
    assert not CsvHeader(DecodedLine(0, 1, line), KNOWN).recognized


def test_two_known_columns_within_64_kib_are_enough():
    header = CsvHeader(DecodedLine(0, 1, b"idDrink," + b"x" * 65_519 + b",strDrink"), KNOWN)
    assert header.recognized
    assert [len(name) for name in header.columns] == [7, 65_519, 8]


def test_a_skipped_line_has_no_columns():
    assert CsvHeader(DecodedLine(0, 1, None), KNOWN).columns == []


def test_a_cell_may_span_lines(chunked):
    data = b'idDrink,strDrink,strInstructions\n1,"A\n""B""\n",c\n2,d,e\n'
    assert fields_of(chunked, data) == [["1", 'A\n"B"\n', "c"], ["2", "d", "e"]]


def test_an_unclosed_quote_breaks_only_one_row(chunked):
    data = b'idDrink,strDrink,strInstructions\n1,"A,x\n2,b,c\n3,"d",e\n'
    assert fields_of(chunked, data) == [None, ["2", "b", "c"], ["3", "d", "e"]]


@pytest.mark.parametrize(
    "row", [b"1,a", b"1", b"1,a,b,c", b'1,"a"b,c', b'1,a,"', b"1,a,\xff", b"1,a\rb,c"]
)
def test_a_malformed_row_does_not_affect_its_neighbours(chunked, row):
    data = b"idDrink,strDrink,strInstructions\n0,x,y\n" + row + b"\n2,b,c\n"
    assert fields_of(chunked, data) == [["0", "x", "y"], None, ["2", "b", "c"]]


def test_blank_cells_beyond_the_header_are_ignored(chunked):
    data = b"idDrink,strDrink,strInstructions\n1,a,b,, \n"
    assert fields_of(chunked, data) == [["1", "a", "b"]]


def test_no_cell_of_equal_columns_disappears(chunked):
    data = b"idDrink,strDrink,strDrink,strInstructions,strDrink\n1,a,b,c, \n"
    assert fields_of(chunked, data) == [["1", "a\nb", "c"]]


def test_a_quote_inside_a_cell_is_text(chunked):
    data = b'idDrink,strDrink,strInstructions\n1,7" glass,b\n2,c,d\n'
    assert fields_of(chunked, data) == [["1", '7" glass', "b"], ["2", "c", "d"]]


def test_a_row_spans_at_most_the_limit_of_lines(chunked, monkeypatch):
    monkeypatch.setattr(csv_rows_module, "ROW_LINES_LIMIT", 3)
    header = b"idDrink,strDrink,strInstructions\n"
    assert fields_of(chunked, header + b'1,"a\nb\nc",d\n') == [["1", "a\nb\nc", "d"]]
    assert fields_of(chunked, header + b'1,"a\nb\nc\nd",e\n2,f,g\n')[-1] == ["2", "f", "g"]


@pytest.mark.parametrize(("lines", "is_whole"), [(49, True), (50, True), (51, False)])
def test_a_row_may_span_fifty_lines(chunked, lines, is_whole):
    cell = "\n".join(["x"] * lines)
    rows = fields_of(chunked, b'idDrink,strDrink,strInstructions\n1,"%b",c\n' % cell.encode())
    assert rows[0] == (["1", cell, "c"] if is_whole else None)


@pytest.mark.parametrize("begin", ["", "x\n"])
@pytest.mark.parametrize(("size", "is_whole"), [(65_535, True), (65_536, True), (65_537, False)])
def test_a_row_of_two_lines_may_have_64_kib_without_the_line_feed(chunked, begin, size, is_whole):
    cell = begin.ljust(size - len('1,"",c') + begin.count("\n"), "z")
    rows = fields_of(chunked, b'idDrink,strDrink,strInstructions\n1,"%b",c\n' % cell.encode())
    assert rows[0] == (["1", cell, "c"] if is_whole else None)


def test_a_row_is_returned_before_the_next_line_is_read(chunked):
    """If reading fails, the rows before the failure are loaded."""
    for body, cells in ((b'1,"a\nb",c\n', ["1", "a\nb", "c"]), (b"2,d,e\n", ["2", "d", "e"])):
        data = b"idDrink,strDrink,strInstructions\n" + body
        lines = DecodedBytes(chunked(data, error=TransientError("reset"))).lines()
        rows = csv_rows(lines, CsvHeader(next(lines), KNOWN))
        assert list(next(rows).fields.values()) == cells
        with pytest.raises(TransientError):
            next(rows)


def test_a_damaged_line_is_malformed_and_not_part_of_another_row(chunked):
    for end in (b"", b'x",d'):
        body = b'idDrink,strDrink,strInstructions\n1,a,b\n2,"c\n' + end
        whole, broken, damaged = read(chunked, gzip.compress(body)[:-1])[1]
        assert list(whole.fields.values()) == ["1", "a", "b"]
        assert (broken.line.data, broken.fields) == (b'2,"c', None)
        assert (damaged.line.data, damaged.fields) == (end, None)
        assert damaged.line.damage


def test_a_row_above_the_limit_is_malformed_and_its_neighbours_are_not(chunked):
    big = b'1,"' + b"x" * 70_000 + b'",c\n'
    data = b"idDrink,strDrink,strInstructions\n0,a,b\n" + big + b"2,d,e\n"
    assert fields_of(chunked, data) == [["0", "a", "b"], None, ["2", "d", "e"]]


def test_many_stray_quotes_take_no_quadratic_time(chunked):
    rows = b"".join(b'%d,"x,y\n' % number for number in range(2_000))
    assert fields_of(chunked, b"idDrink,strDrink,strInstructions\n" + rows) == [None] * 2_000


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        (b"IDDRINK,strdrink,Other", ["idDrink", "strDrink", "Other"]),
        (b"IDDRINK,idDrink,STRDRINK", ["IDDRINK", "idDrink", "strDrink"]),
        (b"IDDRINK,iddrink,strDrink", ["idDrink", "iddrink", "strDrink"]),
    ],
)
def test_known_columns_are_recognized_without_case_and_stay_distinct(line, columns):
    header = CsvHeader(DecodedLine(0, 1, line), KNOWN)
    assert header.recognized
    assert header.columns == columns
