"""The witness's HTTP server: one route, `add-checkpoint`, on the loopback unless told otherwise."""

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from audit.errors import LogError
from audit.witness import REQUEST_BYTES, Reply, Witness

ROUTE = "/add-checkpoint"
PATIENCE = 10.0
"""Seconds a client may take over a request, and keep an idle connection."""


class WitnessServer(ThreadingHTTPServer):
    """Serves a witness until it is shut down.

    Args:
        witness: to be served, and nothing else.
        host: the address to listen on.
        port: the port; 0 for any that is free.
    """

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, witness: Witness, host: str = "127.0.0.1", port: int = 0) -> None:
        self.witness = witness
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        """The submission prefix."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is no error of the witness's."""


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    protocol_version = "HTTP/1.1"
    server_version = "resident-hub-witness"
    sys_version = ""
    timeout = PATIENCE
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        """Take a checkpoint."""
        body = self._body()
        if body is None:
            return
        if self.path != ROUTE:
            self._answer(Reply(404, "there is nothing here\n"))
            return
        try:
            reply = self.server.witness.add_checkpoint(body)
        except (LogError, OSError) as error:
            # Nothing was signed. Whoever runs the witness must look; the log may ask again.
            self.log_error("%s", error)
            reply = Reply(500, "the witness cannot keep what it sees\n")
        self._answer(reply)

    def do_GET(self) -> None:
        """There is nothing to get."""
        self._answer(Reply(405 if self.path == ROUTE else 404, "a witness takes checkpoints by POST\n"))

    def _body(self) -> bytes | None:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            self._refuse(Reply(411, "the request has no length\n"))
            return None
        if len(length) > len(str(REQUEST_BYTES)) or int(length) > REQUEST_BYTES:
            self._refuse(Reply(413, "the request is too large\n"))
            return None
        body = self.rfile.read(int(length))
        return body if len(body) == int(length) else None

    def _refuse(self, reply: Reply) -> None:
        # The body stays unread, so the connection cannot go on.
        self.close_connection = True
        self._answer(reply)

    def _answer(self, reply: Reply) -> None:
        body = reply.body.encode()
        self.send_response(HTTPStatus(reply.status))
        self.send_header("Content-Type", reply.media_type)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """What was answered is not worth a line; what went wrong is."""
