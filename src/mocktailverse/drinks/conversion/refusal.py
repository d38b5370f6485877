"""Why a drink cannot be converted."""

TRY_BOTTLES = "0.0 bottles, as in bottle style."


class NotConvertibleError(Exception):
    """A drink that cannot be converted: the reason, and what would help."""

    def __init__(self, reason: str, would_help: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.would_help = would_help
