"""No test depends on a network: the loopback is all there is."""

import socket

import pytest


@pytest.mark.parametrize("address", [("192.0.2.1", 9), ("198.51.100.7", 443), ("2001:db8::1", 443)])
def test_nothing_beyond_the_loopback_can_be_reached(address):
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as client, pytest.raises(Exception, match="allowed") as refusal:
        client.connect(address)
    assert not isinstance(refusal.value, OSError)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_loopback_can_be_reached(host):
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        client.connect((host, server.getsockname()[1]))


def test_a_socket_of_this_machine_can_be_reached(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the path of such a socket must be short
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind("here")
        server.listen()
        client.connect("here")
