"""The real application, served from a thread of this process: a test learns which templates made the page it sees."""

import fcntl
import threading
from contextlib import contextmanager

import httpx
import uvicorn

from hub.access.limits import REFUSED_FROM
from hub.access.locate import locate_resident
from hub.app import create_app
from hub.errors import TrailUnavailable
from hub.store.tokens import idno_token
from hub.web.forms import Form
from hub.web.templating import renderer
from tests.factories import free_port


class Watched:
    """A served town that can be looked into.

    Args:
        installation: what it serves.
        port: where; any that is free, where none is named.

    Attributes:
        url: where.
        rendered: the templates of the last page, with all that they extend and import; emptied by whoever looks.
        names: of queries and forms, as far as any page has asked for them.
    """

    def __init__(self, installation, port=None):
        self.installation, self.rendered, self.names = installation, set(), set()
        self._front, port = create_app(installation.directory), port or free_port()
        self.url = f"http://127.0.0.1:{port}"
        options = {"access_log": False, "log_config": None, "server_header": False, "proxy_headers": False}
        self._server = uvicorn.Server(
            uvicorn.Config(self._front, host="127.0.0.1", port=port, http="httptools", lifespan="on", **options)
        )
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._plain = {language: renderer(language)._environment.get_template for language in ("zh", "en")}
        for language, plain in self._plain.items():
            renderer(language)._environment.get_template = self._noting(plain)
        self._asked = {name: getattr(Form, name) for name in ("get", "all", "__contains__")}
        for name, plain in self._asked.items():
            setattr(Form, name, self._hearing(plain))
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.01)
            assert self._thread.is_alive(), "the server did not start"

    @property
    def road(self):
        """What its routes work with."""
        return self._front.road

    def client(self, principal=None):
        """A client that speaks for a principal."""
        headers = self.installation.bearer(principal) if principal else {}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, trust_env=False)

    @contextmanager
    def trail_away(self):
        """For a while nothing can be recorded."""
        lane, write = self.road.lane, self.road.lane.write
        lane.write = _unavailable
        try:
            yield
        finally:
            lane.write = write

    @contextmanager
    def store_away(self):
        """For a while nobody's session can be read."""
        reader, session = self.road.reader, self.road.reader.session
        reader.session = _unavailable
        try:
            yield
        finally:
            reader.session = session

    @contextmanager
    def sending(self):
        """For a while there is a way to residents' telephones."""
        self.road.sends = True
        try:
            yield
        finally:
            self.road.sends = False

    def code_for(self, idno):
        """The code that waits to be sent to somebody."""
        with self.installation.opened() as hub:
            resident = hub.reader.find(idno_token(self.installation.ring, idno), ()).resident
            terms = locate_resident(resident, (), hub.reader, self.installation.ring).facts.terms
        return terms["notices"][0]["code"]

    @contextmanager
    def packing(self):
        """For a while somebody else makes a pack."""
        with self.installation.directory.pack_lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    @contextmanager
    def exhausted(self, principal):
        """For a while somebody has asked too often for people who are not to be found."""
        counts = self.road.misses._counts
        counts[f"{principal}#1"] = (REFUSED_FROM * 2, self.road.clock())
        try:
            yield
        finally:
            counts.clear()

    def stop(self):
        """End it."""
        self._server.should_exit = True
        self._thread.join()
        for language, plain in self._plain.items():
            renderer(language)._environment.get_template = plain
        for name, plain in self._asked.items():
            setattr(Form, name, plain)

    def _hearing(self, plain):
        def asked(form, name, *rest):
            self.names.add(name)
            return plain(form, name, *rest)

        return asked

    def _noting(self, plain):
        def get_template(name, *rest, **more):
            # Names are relative to the folder of templates, also for what a template extends or imports.
            self.rendered.add(name)
            return plain(name, *rest, **more)

        return get_template


def _unavailable(*_):
    raise TrailUnavailable("it was taken away")
