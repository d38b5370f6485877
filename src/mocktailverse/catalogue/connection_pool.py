"""Read-only connections to one catalogue file, for any number of threads."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from mocktailverse.errors import CatalogueError


class ConnectionPool:
    """Read-only connections, each used by one thread at a time and then reused.

    SQLite opens the file as immutable: without locks, so it can be deleted while it is open.
    """

    def __init__(self, path: Path) -> None:
        """Open no connection yet."""
        self._uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._idle: list[sqlite3.Connection] = []
        self._lock = Lock()
        self._closed = False

    @contextmanager
    def borrow(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection.

        Raises:
            CatalogueError: the file cannot be read, or is closed.
        """
        try:
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)
        except sqlite3.DatabaseError as error:
            raise CatalogueError(f"The catalogue cannot be read: {error}.") from error

    def close(self) -> None:
        """Close all connections: idle ones now, lent ones when they are given back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._closed:
                raise CatalogueError("The catalogue is closed.")
            if self._idle:
                return self._idle.pop()
        return sqlite3.connect(self._uri, uri=True, check_same_thread=False)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()
