"""Personal identifiers in free text: finding them, masking them."""

import os

# Presidio reads this when it is imported, which `engine.py` does late; its own default is a minute for every pattern.
os.environ["REGEX_TIMEOUT_SECONDS"] = "1"
