"""The two errors of this package, by who must act."""


class VerificationError(Exception):
    """What was shown does not hold: malformed, forged, or not what the log committed to.

    The reading side raises nothing else, whatever bytes it is given.

    Attributes:
        index: the first entry at which something is wrong, where one can be named.
    """

    def __init__(self, message: str, index: int | None = None) -> None:
        # Both as arguments, so that an error found in another process arrives whole.
        super().__init__(message, index)
        self.index = index

    def __str__(self) -> str:
        return str(self.args[0])


class LogError(Exception):
    """The log's own state is unknown or contradicts itself: stop writing, keep everything, call a person.

    Trying again never helps, and going on could sign a second history.
    """
