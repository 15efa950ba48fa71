// Requests to the API of the service that this page came from.

import { language, say } from "./messages.js";

/** What the service answers where it refuses: problem details as in RFC 9457. */
export class Problem extends Error {
  constructor(details) {
    super(details.detail);
    this.title = details.title;
    this.status = details.status;
    this.kind = String(details.type).split(":").pop();
    this.requestId = details.request_id;
    this.errors = details.errors ?? [];
  }
}

let signInAgain = null;

/** Id of the key that whoever is signed in signed in with. */
let keyId;

/** Says what is done when a session has ended: a promise that is kept once somebody signed in. */
export function onSessionEnd(ask) {
  signInAgain = ask;
}

/** The answer to a question; `undefined` where there is nothing to say. */
export function get(path, query = {}, signal = undefined) {
  return ask("GET", path + questionMark(query), undefined, signal);
}

export function post(path, body) {
  return ask("POST", path, body);
}

/** Who is signed in; undefined if nobody. */
export async function session() {
  return signedIn(await once("GET", "/session").catch(nobody));
}

export async function signIn(key) {
  return signedIn(await once("POST", "/session", { key }));
}

export async function signOut() {
  signedIn(await once("DELETE", "/session").catch(nobody));
}

/** What a session that had ended already says. */
function nobody(problem) {
  if (problem.status !== 401) throw problem;
}

function signedIn(session) {
  keyId = session?.key_id;
  return session;
}

/** A query as it stands in an address; what is not known is left out. */
export function questionMark(query) {
  const known = Object.entries(query).filter(([, value]) => value !== null && value !== undefined);
  return known.length ? `?${new URLSearchParams(known)}` : "";
}

/** Asks, once more where the session had ended and the same person signed in again. */
async function ask(method, path, body, signal) {
  const asker = keyId;
  try {
    return await once(method, path, body, signal);
  } catch (problem) {
    if (problem.status !== 401) throw problem;
    if (keyId === asker) await signInAgain();
    if (keyId === asker) return once(method, path, body, signal);
    throw new Problem({ type: "other-key", title: say("otherKey"), status: 401, detail: say("otherKeyLost") });
  }
}

async function once(method, path, body, signal) {
  const headers = { "Accept-Language": language() };
  // Another page of this browser may have signed in with another key: nothing is sent in its name.
  if (keyId && path !== "/session") headers["X-Signed-In-As"] = keyId;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const sent = body === undefined ? undefined : JSON.stringify(body);
  let response;
  try {
    response = await fetch(path, { method, headers, body: sent, signal, cache: "no-store" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem({ type: "unreachable", title: "", status: 0, detail: "" });
  }
  if (response.status === 204) return undefined;
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Problem({ type: "internal", title: response.statusText, status: response.status, ...answer });
}
