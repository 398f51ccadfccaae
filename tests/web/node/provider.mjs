// An OpenID provider that nobody of this project wrote, with the accounts that the test names in ACCOUNTS.
import { generateKeyPair, exportJWK } from 'jose';
import Provider from 'oidc-provider';

const { ISSUER, PORT, CLIENT, ACCOUNTS } = process.env;
const accounts = JSON.parse(ACCOUNTS);
const { privateKey } = await generateKeyPair('ES256', { extractable: true });
const jwk = { ...(await exportJWK(privateKey)), use: 'sig', alg: 'ES256', kid: 'one' };
const provider = new Provider(ISSUER, {
  clients: [JSON.parse(CLIENT)],
  jwks: { keys: [jwk] },
  claims: { openid: ['sub', 'hub_principals', 'preferred_username'] },
  conformIdTokenClaims: false,
  enabledJWA: { idTokenSigningAlgValues: ['ES256'], clientAuthSigningAlgValues: ['ES256'] },
  pkce: { required: () => true },
  cookies: { keys: ['of the test'] },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...accounts[id] }) }),
});
provider.listen(Number(PORT), '127.0.0.1', () => console.log('listening'));
