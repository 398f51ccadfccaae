"""Programs that ask the hub once, in three languages; each runs as it is with `HUB` and `TOKEN` in its environment."""

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

SYNTHETIC = "339999194303120020"
"""An identity number of an area that was never assigned, so nobody's."""

_PYTHON = """\
import json
import os
import urllib.error
import urllib.request

claim = {claim}
request = urllib.request.Request(
    os.environ["HUB"] + "/v1/disclosures",
    data=json.dumps(claim).encode(),
    headers={{"Authorization": "Bearer " + os.environ["TOKEN"], "Content-Type": "application/json"}},
)
try:
    with urllib.request.urlopen(request) as answer:
        body = json.load(answer)
        print(body["fields"], body["withheld"], "entry", body["receipt"]["index"])
except urllib.error.HTTPError as refused:
    print(refused.code, json.load(refused)["reasons"])
"""
_JAVA = '''\
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

public class Disclose {{
    public static void main(String[] args) throws Exception {{
        String claim = """
            {claim}
            """;
        HttpRequest request = HttpRequest.newBuilder(URI.create(System.getenv("HUB") + "/v1/disclosures"))
            .header("Authorization", "Bearer " + System.getenv("TOKEN"))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(claim))
            .build();
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpResponse<String> answer = client.send(request, HttpResponse.BodyHandlers.ofString());
        System.out.println(answer.statusCode() + " " + answer.body());
    }}
}}
'''
_CURL = """\
curl -sS "$HUB/v1/disclosures" \\
  -H "Authorization: Bearer $TOKEN" \\
  -H "Content-Type: application/json" \\
  -d '{claim}'
"""


class Sample(NamedTuple):
    """One program.

    Attributes:
        language: what it is called on the page.
        code: its text.
    """

    language: str
    code: str


def claim_for(purpose: Mapping[str, Any]) -> dict[str, Any]:
    """A request for all that a purpose of the catalogue shows by itself."""
    claim = {"subject": {"idno": SYNTHETIC}, "purpose": purpose["id"], "fields": purpose["fields"]}
    return claim | ({"reason": "window case 2026-0113"} if purpose["reason_required"] else {})


def samples(purpose: Mapping[str, Any]) -> list[Sample]:
    """The three programs for one purpose of the catalogue."""
    claim = json.dumps(claim_for(purpose), ensure_ascii=False)
    return [
        Sample("curl", _CURL.format(claim=claim)),
        Sample("Python", _PYTHON.format(claim=claim)),
        Sample("Java", _JAVA.format(claim=claim)),
    ]
