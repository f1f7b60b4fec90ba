// A real provider of identities on this machine, and somebody who signs in with it as a browser would: code flow with PKCE.
//
// Prints its address as one line of JSON. Then it is told on standard input, a line each, and answers with a line of JSON:
// `login ACCOUNT` gives {"token"}, an access token for the register; `rotate` puts other keys in the place of its keys;
// `visit ACCOUNT ADDRESS` signs in at an address and goes back to whoever gave it, `refuse ADDRESS` says no there, and
// `strays NAME ACCOUNT ADDRESS` goes back with another state, or iss: they give the {"status"} of the page at the end.

import { createHash, generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";

import Provider from "oidc-provider";

const AUDIENCE = "sne";
const RESOURCE = "urn:sne:register";
const CLIENT = "portal";
const CALLBACK = "/callback";
// The port of a native program is its own affair (RFC 8252, 7.3).
const REDIRECTION = `http://127.0.0.1:1${CALLBACK}`;

function keys() {
  const kid = randomBytes(8).toString("hex");
  const jwk = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
  return { keys: [{ ...jwk, kid, alg: "ES256", use: "sig" }] };
}

function provider(issuer) {
  const server = { scope: "register", audience: AUDIENCE, accessTokenTTL: 900, accessTokenFormat: "jwt" };
  const made = new Provider(issuer, {
    jwks: keys(),
    clients: [
      {
        client_id: CLIENT,
        redirect_uris: [REDIRECTION],
        grant_types: ["authorization_code", "refresh_token"],
        response_types: ["code"],
        application_type: "native",
        token_endpoint_auth_method: "none",
        id_token_signed_response_alg: "ES256",
      },
    ],
    clientDefaults: { id_token_signed_response_alg: "ES256" },
    cookies: { keys: [randomBytes(16).toString("hex")] },
    features: {
      devInteractions: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({ ...server, jwt: { sign: { alg: "ES256" } } }),
      },
    },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  });
  return made.callback();
}

/** Follows a sign-in from page to page, until the browser is sent back with a code. */
class Browser {
  #cookies = new Map();

  async #visit(address, form) {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const body = form && new URLSearchParams(form);
    const answer = await fetch(address, { method: form ? "POST" : "GET", body, headers: { cookie }, redirect: "manual" });
    for (const set of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(set);
      this.#cookies.set(name, value);
    }
    return answer;
  }

  async signsIn(address, account) {
    const forms = [{ prompt: "login", login: account, password: "any" }, { prompt: "consent" }];
    for (let page = 0; page < 12; page += 1) {
      const shown = new URL(address).pathname.startsWith("/interaction/");
      const answer = await this.#visit(address, shown ? forms.shift() : undefined);
      const next = answer.headers.get("location");
      if (next === null) {
        throw new Error(`${answer.status} ${new URL(address).pathname}: ${await answer.text()}`);
      }
      if (new URL(next, address).pathname === CALLBACK) {
        return new URL(next);
      }
      address = new URL(next, address).href;
    }
    throw new Error("the sign-in never ends");
  }

  /** Says no at the first page, and is sent back. */
  async refuses(address) {
    const page = new URL((await this.#visit(address)).headers.get("location"), address).href;
    address = `${page}/abort`;
    for (let step = 0; step < 4; step += 1) {
      const next = (await this.#visit(address)).headers.get("location");
      if (new URL(next, address).pathname === CALLBACK) {
        return new URL(next);
      }
      address = new URL(next, address).href;
    }
    throw new Error("the refusal never ends");
  }
}

/** Goes back to whoever sent the browser here. */
async function goesBack(address) {
  return { status: (await fetch(address)).status };
}

async function strays(name, account, address) {
  const back = await new Browser().signsIn(address, account);
  back.searchParams.set(name, "another");
  return goesBack(back);
}

async function login(issuer, account) {
  const described = await (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  const verifier = randomBytes(32).toString("base64url");
  const asked = {
    client_id: CLIENT,
    redirect_uri: REDIRECTION,
    response_type: "code",
    scope: "openid register",
    resource: RESOURCE,
    state: randomBytes(8).toString("hex"),
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
  };
  const begun = `${described.authorization_endpoint}?${new URLSearchParams(asked)}`;
  const sentBack = (await new Browser().signsIn(begun, account)).searchParams;
  if (sentBack.get("state") !== asked.state || sentBack.get("iss") !== issuer) {
    throw new Error(`sent back with ${sentBack}`);
  }
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: CLIENT,
    redirect_uri: REDIRECTION,
    code: sentBack.get("code"),
    code_verifier: verifier,
    resource: RESOURCE,
  });
  const tokens = await (await fetch(described.token_endpoint, { method: "POST", body })).json();
  if (tokens.access_token === undefined) {
    throw new Error(JSON.stringify(tokens));
  }
  return { token: tokens.access_token, identity: tokens.id_token };
}

const listening = createServer((request, response) => answers(request, response));
await new Promise((resolve) => listening.listen(0, "127.0.0.1", resolve));
const issuer = `http://127.0.0.1:${listening.address().port}`;
let answers = provider(issuer);
console.log(JSON.stringify({ issuer }));
const does = {
  rotate: async () => {
    answers = provider(issuer);
    return {};
  },
  login: (account) => login(issuer, account),
  visit: async (account, address) => goesBack(await new Browser().signsIn(address, account)),
  refuse: async (address) => goesBack(await new Browser().refuses(address)),
  strays,
};
for await (const line of createInterface({ input: process.stdin })) {
  const [verb, ...said] = line.split(" ");
  console.log(JSON.stringify(await does[verb](...said)));
}
process.exit(0);
