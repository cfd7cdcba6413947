/** Calls of the control API and of the audit API. */

const CONTROL = "/_mock";
const AUDIT = "/api/v2/audit";

/** An answer that is none of success, or no answer at all (status 0). */
export class Refusal extends Error {
  constructor(status, body) {
    super(body.message ?? `Status ${status}.`);
    this.status = status;
    this.detail = body.detail ?? "";
    this.validations = body.validations ?? [];
  }

  /** All that was said, in one line. */
  get text() {
    const problems = this.validations.map(({ field, detail }) => `${field}: ${detail}`);
    return [this.message, this.detail, ...problems].filter(Boolean).join(" ");
  }
}

async function ask(path, options) {
  try {
    return await fetch(path, { cache: "no-store", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refusal(0, { message: "The connection broke off.", detail: error.message });
  }
}

async function read(response) {
  const text = await response.text().catch((error) => {
    throw new Refusal(0, { message: "The body broke off.", detail: error.message });
  });
  try {
    return text ? JSON.parse(text) : null;
  } catch (error) {
    throw new Refusal(response.status, { message: "The body is no JSON.", detail: error.message });
  }
}

async function take(response) {
  const body = await read(response);
  if (!response.ok) throw new Refusal(response.status, body ?? {});
  return body;
}

/** The part of a URL behind the question mark; what is undefined is left out. */
export function queryOf(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given).toString();
}

/** Call the control API and give the body of its answer; who signed in has a cookie for it. */
export async function control(method, path, body, { signal } = {}) {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  const options = { method, headers, signal, body: JSON.stringify(body), credentials: "same-origin" };
  return take(await ask(CONTROL + path, options));
}

/** Where a world is in the control API. */
export const pathOf = (name) => `/worlds/${encodeURIComponent(name)}`;

/** Open the stream of events; raises a Refusal where there is none. */
export async function openEvents(signal) {
  const response = await ask(`${CONTROL}/events`, { signal, credentials: "same-origin" });
  if (!response.ok) await take(response);
  return response.body.pipeThrough(new TextDecoderStream()).getReader();
}

/** List audit logs as a page would; `number` is that of the request in the request log. */
export async function listLogs(token, parameters, { signal, numbered }) {
  const headers = { "Coder-Session-Token": token };
  const response = await ask(`${AUDIT}?${queryOf(parameters)}`, { headers, signal, credentials: "omit" });
  numbered(Number(response.headers.get("X-Mock-Request")));
  return take(response);
}
