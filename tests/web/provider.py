"""An OpenID provider that nobody of this project wrote, started and ended by the test that needs it."""

import json
import os
import subprocess


class Provider:
    """Oidc-provider in a process of its own.

    Args:
        node: the folder with packages of npm, installed.
        issuer: its address, on a port that nobody listens on.
        client: what it knows of the hub, as it is configured.
        accounts: claims by name of the account; any password will do.
    """

    def __init__(self, node, issuer, client, accounts):
        env = {"ISSUER": issuer, "PORT": issuer.rpartition(":")[2], "CLIENT": json.dumps(client)}
        self._process = subprocess.Popen(
            ["node", "provider.mjs"],
            cwd=node,
            env={**os.environ, **env, "ACCOUNTS": json.dumps(accounts)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert b"listening" in self._process.stdout.readline()

    def stop(self):
        """End it."""
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


def hub_as_client(address, **more):
    """What a provider knows of a hub that is served at an address."""
    return {
        "client_id": "hub",
        "redirect_uris": [f"{address}/sign-in/return"],
        "id_token_signed_response_alg": "ES256",
        **more,
    }


def sign_in_settings(issuer, address, secret, *, by_key=False):
    """The text of `sign_in.toml` for it; `secret` is the path of a file."""
    return (
        f'issuer = "{issuer}"\nclient_id = "hub"\naddress = "{address}"\nalgorithm = "ES256"\n'
        f'principals = "hub_principals"\noperator = "preferred_username"\n'
        f'{"private_key_file" if by_key else "client_secret_file"} = "{secret}"\n'
        'roles = ["resident", "grid_worker", "secretary", "department"]\n'
    )
