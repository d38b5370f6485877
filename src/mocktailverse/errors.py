"""Every error the package raises, as one tree; what happens next is decided by type.

MocktailverseError
├── TransientError          try again: throttle, timeout, 5xx, a body cut off
│   └── ConflictError       somebody else published a catalogue in the meantime
├── PermanentError          trying again gives the same: bad data, a refused request
│   ├── MissingError        what was asked for does not exist (any more)
│   ├── CatalogueError      a file that is no catalogue of this code's format
│   ├── ObjectRejectedError a raw object that cannot be read as records
│   └── RecordRejectedError a raw record that cannot become a drink
├── UsageError              the caller asked for something that cannot be (exit code 2)
└── UnreachableError        a service does not answer at all (exit code 3)
"""


class MocktailverseError(Exception):
    """Base of all errors of this package; its text is a sentence for people."""


class TransientError(MocktailverseError):
    """The same call may succeed later; the message or page is to be tried again."""


class ConflictError(TransientError):
    """What was to be replaced is not what stands there any more; start again from what does."""


class PermanentError(MocktailverseError):
    """The same call would fail again; the input is to be rejected or the caller told."""


class MissingError(PermanentError):
    """What was asked for does not exist, or not any more."""


class CatalogueError(PermanentError):
    """A file is no catalogue that this code can use; `mocktailverse rebuild` makes a new one."""


class ObjectRejectedError(PermanentError):
    """A raw object cannot be read as records.

    Attributes:
        code: the reason code (see `mocktailverse.drinks.codes.Reason`).
        position: decoded byte offset or array index where reading stopped; None = whole object.
        raw: the piece that could not be read, as text, cut to a bounded length.
    """

    def __init__(
        self, code: str, message: str, position: int | None = None, raw: str | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.position = position
        self.raw = raw


class RecordRejectedError(PermanentError):
    """A raw record cannot become a drink.

    Attributes:
        code: the reason code (see `mocktailverse.drinks.codes.Reason`).
        path: the JSON path of the offending value; "$" = the record itself.
    """

    def __init__(self, code: str, path: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.path = path


class UsageError(MocktailverseError):
    """What was asked for cannot be done as asked; the text says what to do instead."""


class UnreachableError(MocktailverseError):
    """A service cannot be reached; the text names its address."""
