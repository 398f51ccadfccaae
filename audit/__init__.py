"""The trail as a transparency log that anyone can check: its formats, its verifier and its writing side."""
