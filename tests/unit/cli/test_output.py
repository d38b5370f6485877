"""Commands print to stdout in any encoding."""

import io
import json

import pytest

from mocktailverse.cli import output

DRINK = {"name": "Crème \N{INFINITY} \N{TROPICAL DRINK}", "quoted": 'a "b" \\ \n', "plain": [1.5]}


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "latin-1", "cp1252", "utf-16"])
def test_json_is_the_same_in_every_encoding(encoding, monkeypatch):
    stdout = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr("sys.stdout", stdout)
    output.print_json(DRINK)
    stdout.flush()
    assert json.loads(stdout.buffer.getvalue().decode(encoding)) == DRINK


def test_json_stays_readable_if_the_encoding_has_every_character(monkeypatch):
    stdout = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    monkeypatch.setattr("sys.stdout", stdout)
    output.print_json("Crème")
    stdout.flush()
    assert stdout.buffer.getvalue() == '"Crème"\n'.encode("latin-1")


def test_colons_in_a_text_are_printed_as_they_are(capsys):
    output.say("Served :lemon: with :ice:")
    output.print_table(":lemon:", (":lime:",), [(":mint:",)])
    printed = capsys.readouterr()
    assert ":lemon: with :ice:" in printed.err
    assert all(text in printed.out for text in (":lemon:", ":lime:", ":mint:"))
