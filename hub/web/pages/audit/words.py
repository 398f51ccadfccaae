"""What happened, in words: kinds of event, outcomes, and one entry as a sentence."""

from collections.abc import Mapping
from typing import Any

from hub.web.catalogue import msgid
from hub.web.refusals import words_for
from hub.web.visit import Visit

Item = Mapping[str, Any]
KINDS = {
    "disclosure": msgid("reading a file"),
    "search": msgid("looking at a roster"),
    "approval": msgid("approval"),
    "approval_roster": msgid("approval for many"),
    "case": msgid("case"),
    "deputy": msgid("deputy"),
    "minor_approval": msgid("approval for minors"),
    "consent": msgid("consent"),
    "consent_request": msgid("asking for consent"),
    "consent_read": msgid("looking at consents"),
    "mandate": msgid("mandate"),
    "notice": msgid("notice to a resident"),
    "alarm": msgid("alarm"),
    "emergency": msgid("emergency access"),
    "emergency_review": msgid("review of an emergency"),
    "order": msgid("order for an area"),
    "observation": msgid("observation at the door"),
    "observation_decision": msgid("decision about an observation"),
    "newcomer": msgid("newcomer"),
    "merge": msgid("merging two files"),
    "filing": msgid("filing of data use"),
    "filing_use": msgid("looking at the use of a filing"),
    "principal": msgid("appointment"),
    "rules": msgid("rules come into force"),
    "rules_texts": msgid("texts of rules kept"),
    "rules_change": msgid("change of rules"),
    "naming": msgid("naming officers for a sealed record"),
    "named": msgid("being named in somebody else's file"),
    "unreviewed": msgid("emergencies that wait for a review"),
    "retention": msgid("removing what is past its date"),
    "key_rotation": msgid("new keys"),
    "trail_search": msgid("searching the trail"),
    "trail_volumes": msgid("looking at volumes"),
    "trail_read": msgid("looking at one's own accesses"),
    "log_health": msgid("looking at the log's health"),
    "verification": msgid("check of the log"),
    "export": msgid("evidence pack"),
    "reidentification": msgid("naming a pseudonym"),
    "dispute": msgid("objection"),
    "freeze": msgid("freezing a file"),
    "erasure_request": msgid("request to be erased"),
    "erasure": msgid("erasing a person"),
    "request_read": msgid("looking at requests"),
    "request_decision": msgid("decision about a request"),
    "correction": msgid("correction"),
    "visibility": msgid("privacy wish"),
    "protection": msgid("protection of an address"),
    "own_file": msgid("looking at one's own file"),
    "own_export": msgid("copy of one's own file"),
    "explanation": msgid("asking who could see"),
    "deferral": msgid("deferring a notice"),
    "deferral_read": msgid("looking at deferrals"),
    "own_acts": msgid("looking at one's own work"),
    "import": msgid("import"),
    "sign_in": msgid("sign-in"),
    "sign_out": msgid("sign-out"),
    "sign_in_failures": msgid("failed sign-ins"),
    "examination": msgid("examination of the store"),
    "purge": msgid("purging old entries"),
    "init": msgid("the hub was set up"),
    "start": msgid("the hub was started"),
    "stop": msgid("the hub was stopped"),
    "recovery": msgid("recovery after a crash"),
}
OUTCOMES = {
    "disclosed": msgid("shown"),
    "denied": msgid("denied"),
    "done": msgid("done"),
    "pending": msgid("asked"),
    "approved": msgid("approved"),
    "filed": msgid("filed"),
    "begun": msgid("begun"),
    "whole": msgid("whole"),
    "broken": msgid("broken"),
    "created": msgid("created"),
    "updated": msgid("updated"),
    "listed": msgid("listed"),
    "opened": msgid("opened"),
    "closed": msgid("closed"),
    "intended": msgid("intended"),
}
_READ = msgid("%(who)s read %(fields)s of one resident for “%(purpose)s”.")
_REFUSED = msgid("%(who)s asked for a resident's data for “%(purpose)s” and was refused.")
_DONE = msgid("%(who)s: %(kind)s.")
_OTHERWISE = msgid("%(who)s: %(kind)s, %(outcome)s.")


class Words:
    """The words of one visit's language.

    Args:
        visit: whose page it is.
    """

    def __init__(self, visit: Visit) -> None:
        self._visit = visit

    def options(self, texts: Mapping[str, str]) -> list[tuple[str, str]]:
        """Codes and what they mean, to choose from."""
        return [(code, self._visit.gettext(text)) for code, text in texts.items()]

    def kind(self, code: str | None) -> str:
        """What happened; the code itself where there are no words for it."""
        return self._visit.gettext(KINDS[code]) if code in KINDS else (code or "–")

    def outcome(self, code: str | None) -> str:
        """What came of it."""
        return self._visit.gettext(OUTCOMES[code]) if code in OUTCOMES else (code or "–")

    def named(self, words: Mapping[str, str] | None, code: str | None = "") -> str:
        """Words of the hub's data in the reader's language; the code where there are none."""
        return str((words or {}).get(self._visit.language, "")) or code or "–"

    def who(self, item: Item) -> str:
        """Who acted: the department or the role; the hub itself where nobody did."""
        if item["actor"] in (None, "hub"):
            return self._visit.gettext(msgid("The hub itself"))
        role = self.named(item["role_name"], item["role"])
        return self.named(item["department_name"], item["department"]) if item["department"] else role

    def purpose(self, item: Item) -> str:
        """For what."""
        return self.named(item["purpose_name"], item["purpose"])

    def fields(self, item: Item) -> str:
        """Which fields, by their names."""
        names = [self.named(item["field_names"].get(key), key) for key in item["fields"]]
        if self._visit.language == "zh":
            return "、".join(names)
        return ", ".join(name[:1].lower() + name[1:] for name in names)

    def reasons(self, codes: list[str]) -> list[str]:
        """Why it was refused."""
        return [self._visit.gettext(words_for(code).what) for code in codes]

    def sentence(self, item: Item) -> str:
        """One entry as one would tell it."""
        said = self._visit.gettext
        values = {"who": self.who(item), "purpose": self.purpose(item), "fields": self.fields(item)}
        values |= {"kind": self.kind(item["kind"]), "outcome": self.outcome(item["outcome"])}
        if item["kind"] == "disclosure":
            return said(_READ if item["fields"] else _REFUSED) % values
        return said(_DONE if item["outcome"] in ("done", "disclosed") else _OTHERWISE) % values
