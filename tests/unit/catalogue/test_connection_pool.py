"""The pool of connections to a catalogue file."""

import sqlite3

import pytest

from mocktailverse.catalogue.connection_pool import ConnectionPool
from mocktailverse.errors import CatalogueError


def test_connections_are_reused(tmp_path, new_file):
    connections = ConnectionPool(new_file(tmp_path / "a.sqlite", []))
    with connections.borrow() as first, connections.borrow() as second:
        assert first is not second
    with connections.borrow() as again, connections.borrow() as another:
        assert {again, another} == {first, second}
    connections.close()


def test_idle_connections_close_at_once_and_borrowed_ones_when_returned(tmp_path, new_file):
    connections = ConnectionPool(new_file(tmp_path / "a.sqlite", []))
    with connections.borrow() as borrowed:
        with connections.borrow() as idle:
            pass
        connections.close()
        assert borrowed.execute("SELECT 1").fetchall() == [(1,)]
        with pytest.raises(sqlite3.ProgrammingError):
            idle.execute("SELECT 1")
    with pytest.raises(sqlite3.ProgrammingError):
        borrowed.execute("SELECT 1")
    with pytest.raises(CatalogueError, match="closed"), connections.borrow():
        pass


def test_connections_are_read_only(tmp_path, new_file):
    connections = ConnectionPool(new_file(tmp_path / "a.sqlite", []))
    with pytest.raises(CatalogueError, match="cannot be read"), connections.borrow() as borrowed:
        borrowed.execute("DELETE FROM meta")
    connections.close()
