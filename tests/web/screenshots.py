"""The pictures of the README, taken of a synthetic community: `make screenshots`."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import sync_playwright

from hub.demo import offer_personas, prepare
from hub.synth.cast import ELDER_IDNO, FIRST_GRID
from tests.factories import Installation, serving
from tests.web.visitor import DEVICES

ELDER = "elder"
CLERK = f"clerk:{FIRST_GRID[:12]}"
FOLDER = Path(__file__).parents[2] / "pictures"


class Picture(NamedTuple):
    """One of them.

    Attributes:
        name: of its file.
        who: the principal that is signed in; `ELDER` for the resident of the cast, empty for nobody.
        path: of the page; `{mandate}` stands for one that the clerk has opened.
        device: a key of `DEVICES`.
        language: `zh` or `en`.
        dark: whether in dark colours.
        height: in pixels, where more than a screen is to be seen.
    """

    name: str
    who: str
    path: str
    device: str
    language: str
    dark: bool = False
    height: int = 0


PICTURES = [
    Picture("sign-in", "", "/sign-in", "desktop", "en"),
    Picture("home", ELDER, "/me", "phone", "zh", height=1000),
    Picture("accesses", ELDER, "/me/accesses", "phone", "en", height=1000),
    Picture("privacy", ELDER, "/me/privacy", "desktop", "zh"),
    Picture("audit", "security_officer:339999", "/audit", "desktop", "en"),
    Picture("counter", CLERK, "/window/mandates/{mandate}", "desktop", "en"),
    Picture("file-dark", ELDER, "/me/file", "desktop", "en", dark=True),
]


def happen(server):
    """What the community has done before: somebody looked, was refused, has asked; returns ids for addresses."""
    subject = {"subject": {"idno": ELDER_IDNO}}
    asked = [
        ("department:health@339999", "/v1/disclosures", {"purpose": "EXAM"}),
        (f"grid_worker:{FIRST_GRID}", "/v1/disclosures", {"purpose": "VISIT", "fields": ["name", "addr", "tel"]}),
        (f"grid_worker:{FIRST_GRID}", "/v1/disclosures", {"purpose": "VISIT", "fields": ["med.chronic"]}),
        ("department:civil_affairs@339999", "/v1/disclosures", {"purpose": "OLDCARD"}),
        ("organisation:canteen01@339999", "/v1/consents/requests", {"purpose": "MEAL"}),
    ]
    for who, path, body in asked:
        with server.client(who) as client:
            client.post(path, json=subject | body)
    with server.client(CLERK) as clerk:
        mandate = {"matter": "accesses", "proof": {"form": "WD-2026/0113"}}
        return {"mandate": clerk.post("/v1/mandates", json=subject | mandate).json()["id"]}


def take(server, principal_of, places, folder):
    """Take all pictures of a served community."""
    path = shutil.which("chromium") or sys.exit("Chromium is needed: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        for picture in PICTURES:
            scheme = "dark" if picture.dark else "light"
            screen = DEVICES[picture.device]
            screen = screen | {"height": picture.height or screen["height"]}
            context = browser.new_context(viewport=screen, color_scheme=scheme)
            context.add_cookies([{"name": "language", "value": picture.language, "url": server.url}])
            if picture.who:
                form = {"principal": principal_of(picture.who)}
                assert context.request.post(f"{server.url}/sign-in/persona", form=form).ok
            page = context.new_page()
            page.goto(server.url + picture.path.format(**places))
            page.screenshot(path=folder / f"{picture.name}.png")
            context.close()
        browser.close()


def main():
    """Make a community, serve it, take the pictures."""
    with tempfile.TemporaryDirectory() as scratch:
        directory = prepare(Path(scratch) / "hub", 200, 1)
        elder = offer_personas(directory)
        FOLDER.mkdir(exist_ok=True)
        with serving(Installation(directory.path)) as server:
            places = happen(server)
            take(server, lambda who: elder if who == ELDER else who, places, FOLDER)
    for path in sorted(FOLDER.iterdir()):
        print(f"{path.name}: {path.stat().st_size // 1024} KB")  # noqa: T201


if __name__ == "__main__":
    main()
