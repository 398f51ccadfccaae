from hub.errors import Reason
from hub.model.principal import Role
from hub.telemetry.vocabulary import OTHER, Vocabulary

VOCABULARY = Vocabulary(routes=["/v1/disclosures"], purposes=["OLDCARD"])


def test_listed_attributes_with_known_values_are_kept():
    said = {
        "http.route": "/v1/disclosures",
        "http.request.method": "POST",
        "http.response.status_code": 403,
        "hub.purpose": "OLDCARD",
        "hub.role": Role.CLERK,
        "hub.outcome": "denied",
        "hub.reasons": [Reason.OUT_OF_SCOPE, "no_filing"],
    }
    assert VOCABULARY.clean(said) == said | {"hub.role": "clerk", "hub.reasons": ("no_filing", "out_of_scope")}


def test_unlisted_attributes_are_dropped():
    unlisted = ["url.path", "url.query", "http.request.body", "http.request.header.authorization", "db.query.text"]
    unlisted += ["exception.message", "exception.stacktrace", "enduser.id", "client.address"]
    assert VOCABULARY.clean(dict.fromkeys(unlisted, "339999194303120020")) == {}


def test_unknown_values_become_other():
    canary = "339999194303120020"
    said = VOCABULARY.clean(
        {
            "http.route": f"/v1/disclosures/{canary}",
            "http.request.method": canary,
            "http.response.status_code": canary,
            "hub.purpose": canary,
            "hub.role": [canary],
            "hub.outcome": {"name": canary},
            "hub.reasons": [canary, Reason.NO_FILING],
        }
    )
    assert said.pop("hub.reasons") == (OTHER, "no_filing")
    assert set(said.values()) == {OTHER}


def test_numbers_do_not_pass_as_texts_nor_truth_as_number():
    assert VOCABULARY.clean({"http.response.status_code": True}) == {"http.response.status_code": OTHER}
    assert VOCABULARY.clean({"http.response.status_code": 13800138000}) == {"http.response.status_code": OTHER}


def test_empty_values_say_nothing():
    assert VOCABULARY.clean({"hub.purpose": "", "hub.role": None}) == {}
