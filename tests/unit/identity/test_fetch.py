import asyncio
import datetime as dt
import gzip
import ipaddress
import json
import ssl
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from hub.identity import fetch
from hub.identity.development import generate_development_key, mint, public_jwk
from hub.identity.issuers import AUDIENCE, DEVELOPMENT_ISSUER, Issuer
from hub.identity.tokens import Verifier
from hub.model.principal import Role, parse_principal

KEY = generate_development_key()
JWKS = {"keys": [public_jwk(KEY)]}


class Answers(BaseHTTPRequestHandler):
    """Each path answers in its own way, most of them wrong."""

    def do_GET(self):
        self.server.asked.append(self.path)
        getattr(self, f"answer_{self.path.strip('/')}")()

    def answer_good(self):
        self._answer(json.dumps(JWKS).encode())

    def answer_redirect(self):
        self._answer(b"", status=302, location="/good")

    def answer_error(self):
        self._answer(json.dumps(JWKS).encode(), status=500)

    def answer_long(self):
        self._answer(json.dumps(JWKS | {"padding": "x" * fetch.MOST_BYTES}).encode())

    def answer_compressed(self):
        self._answer(gzip.compress(json.dumps(JWKS).encode()), content_encoding="gzip")

    def answer_page(self):
        self._answer(b"<html></html>")

    def answer_list(self):
        self._answer(json.dumps(JWKS["keys"]).encode())

    def answer_nokeys(self):
        self._answer(b"{}")

    def answer_slow(self):
        self.server.stopped.wait(5)
        self.close_connection = True

    def _answer(self, body, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args):
        pass


def certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    start = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "server.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(made.public_bytes(Encoding.PEM) + private)
    return path


@pytest.fixture(scope="module")
def pem(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server(pem):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as running:
        running.socket = context.wrap_socket(running.socket, server_side=True)
        running.asked, running.stopped = [], threading.Event()
        running.handle_error = lambda *_args: None
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.stopped.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def context(pem):
    return ssl.create_default_context(cafile=pem)


def address(server, path):
    return f"https://127.0.0.1:{server.server_address[1]}/{path}"


def test_keys_are_fetched_over_https(server, context):
    assert asyncio.run(fetch.fetch_jwks(address(server, "good"), context)) == JWKS["keys"]


def test_token_is_verified_with_keys_from_its_issuers_own_host(server, pem, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(pem))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    issuer = Issuer(DEVELOPMENT_ISSUER, AUDIENCE, "ES256", frozenset({Role.CLERK}), jwks_uri=address(server, "good"))
    now = dt.datetime.now(dt.UTC)
    principal = parse_principal("clerk:339999001001")
    verifier = Verifier([issuer])
    assert asyncio.run(verifier.verify_async(mint(KEY, principal, now=now), now)).principal == principal
    assert server.asked == ["/good"]


def test_http_client_is_loaded_with_the_first_fetch():
    code = "import sys, hub.identity.tokens; print('httpx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_redirect_is_not_followed(server, context):
    with pytest.raises(OSError, match="status 302"):
        asyncio.run(fetch.fetch_jwks(address(server, "redirect"), context))
    assert server.asked == ["/redirect"]


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("error", "status 500"),
        ("long", "longer than"),
        ("compressed", "compressed"),
        ("page", "not a JSON object"),
        ("list", "not a JSON object"),
        ("nokeys", "no list `keys`"),
    ],
)
def test_anything_but_a_plain_key_set_is_refused(server, context, path, rule):
    with pytest.raises(OSError, match=rule):
        asyncio.run(fetch.fetch_jwks(address(server, path), context))


def test_slow_answer_is_given_up(server, context, monkeypatch):
    monkeypatch.setattr(fetch, "SECONDS", 0.2)
    with pytest.raises(OSError, match="no answer"):
        asyncio.run(fetch.fetch_jwks(address(server, "slow"), context))


def test_untrusted_certificate_is_refused(server):
    with pytest.raises(OSError, match="ConnectError"):
        asyncio.run(fetch.fetch_jwks(address(server, "good")))
    assert server.asked == []


def test_certificate_of_another_host_is_refused(server, context):
    with pytest.raises(OSError, match="ConnectError"):
        asyncio.run(fetch.fetch_jwks(address(server, "good").replace("127.0.0.1", "localhost"), context))
    assert server.asked == []


@pytest.mark.parametrize("uri", ["http://127.0.0.1:1/keys", "file:///etc/passwd", "HTTPS://127.0.0.1/keys", ""])
def test_other_schemes_are_refused(uri):
    with pytest.raises(OSError, match="https only"):
        asyncio.run(fetch.fetch_jwks(uri))
