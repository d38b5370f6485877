"""All errors that the package raises, as one tree. The type decides what the caller does next.

MocktailverseError
├── TransientError          a retry may succeed: throttling, timeout, status 5xx, truncated body
│   └── ConflictError       optimistic-lock conflict: somebody else wrote in the meantime
├── PermanentError          a retry fails the same way: bad data, a refused request
│   ├── MissingError        the requested thing does not exist
│   ├── CatalogueError      the file is not a catalogue in this code's format
│   ├── ObjectRejectedError a raw object cannot be read as records
│   └── RecordRejectedError a raw record cannot become a drink
├── UsageError              the request itself is invalid (exit code 2)
└── UnreachableError        a service does not respond at all (exit code 3)
"""


class MocktailverseError(Exception):
    """Base of all errors of this package. Its text is written for people."""


class TransientError(MocktailverseError):
    """The same call may succeed later. The caller retries the message or page."""


class ConflictError(TransientError):
    """Optimistic-lock conflict: the stored version has changed. Re-read it and retry."""


class PermanentError(MocktailverseError):
    """The same call would fail again. The caller rejects the input or reports the error."""


class MissingError(PermanentError):
    """The requested thing does not exist, or no longer exists."""


class CatalogueError(PermanentError):
    """The file is not a catalogue that this code can read. `mocktailverse rebuild` creates one."""


class ObjectRejectedError(PermanentError):
    """A raw object cannot be read as records.

    Attributes:
        code: the reason code (see `mocktailverse.drinks.codes.Reason`).
        raw: the part that could not be read, as text, cut to a bounded length.
    """

    def __init__(self, code: str, message: str, raw: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.raw = raw


class RecordRejectedError(PermanentError):
    """A raw record cannot become a drink.

    Attributes:
        code: the reason code (see `mocktailverse.drinks.codes.Reason`).
        path: the JSON path of the invalid value; "$" = the record itself.
    """

    def __init__(self, code: str, path: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.path = path


class UsageError(MocktailverseError):
    """The request is invalid. The text says what to do instead."""


class UnreachableError(MocktailverseError):
    """A service cannot be reached. The text names its address."""
