"""Random bytes, drawn from the system for many salts or nonces at once: a call for each costs more than the bytes."""

import os

_AT_ONCE = 64


class Chance:
    """Random strings of one length, each given out once.

    Args:
        length: of each, in bytes.
    """

    def __init__(self, length: int) -> None:
        self._length = length
        self._left: list[bytes] = []
        # Parent and child must not both give out what is left; and of two threads that take one, each gets its own.
        os.register_at_fork(after_in_child=self._left.clear)

    def next(self) -> bytes:
        """One that nobody has had."""
        try:
            return self._left.pop()
        except IndexError:
            length, drawn = self._length, os.urandom(self._length * _AT_ONCE)
            fresh = [drawn[start : start + length] for start in range(0, len(drawn), length)]
            last = fresh.pop()
            self._left += fresh
            return last
