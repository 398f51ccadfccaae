"""A change of rules as a command tells of it."""

import sys

from hub.rules.proposing import Proposed


def tell(made: Proposed) -> None:
    """Print a change: its difference, and what becomes of it."""
    body = made.body
    for effect, text in body["lines"]:
        print(f"{effect:8} {text}")
    if not body["lines"]:
        print("nothing that is permitted or refused changes")
    print(f"change {made.name}, digest {body['digest']}")
    if body["how"] == "narrowing":
        print("in force: it only narrows")
    elif body["how"] == "founding":
        print("in force: there were not two people yet who could approve it")
        print("hub: this stands in the trail as founding; from two people on, two have to approve", file=sys.stderr)
    else:
        again = "" if made.fresh else ", which waits already"
        print(f"waits until {body['expires_at']}{again} for two different people, admins or security officers:")
        print(f"  POST /v1/rules/changes/{made.name}/decision with this digest")
