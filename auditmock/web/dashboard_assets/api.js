/** Client of the control API and of the audit API. */

const CONTROL = "/_mock";
const AUDIT = "/api/v2/audit";

/** An error response, or a failed request (status 0). */
export class ApiError extends Error {
  constructor(status, body) {
    super(body.message ?? `Status ${status}.`);
    this.status = status;
    this.detail = body.detail ?? "";
    this.validations = body.validations ?? [];
  }

  /** Message, detail and validations in one line. */
  get text() {
    const problems = this.validations.map(({ field, detail }) => `${field}: ${detail}`);
    return [this.message, this.detail, ...problems].filter(Boolean).join(" ");
  }
}

async function send(path, options) {
  try {
    return await fetch(path, { cache: "no-store", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, { message: "Connection failed.", detail: error.message });
  }
}

async function read(response) {
  const text = await response.text().catch((error) => {
    throw new ApiError(0, { message: "The response was cut off.", detail: error.message });
  });
  try {
    return text ? JSON.parse(text) : null;
  } catch (error) {
    throw new ApiError(response.status, { message: "The response is not JSON.", detail: error.message });
  }
}

async function bodyOf(response) {
  const body = await read(response);
  if (!response.ok) throw new ApiError(response.status, body ?? {});
  return body;
}

/** A URL query; undefined values are omitted. */
export function queryOf(parameters) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given).toString();
}

/** Call the control API and return the response body; the sign-in cookie is sent along. */
export async function control(method, path, body, { signal } = {}) {
  const headers = body === undefined ? {} : { "Content-Type": "application/json" };
  const options = { method, headers, signal, body: JSON.stringify(body), credentials: "same-origin" };
  return bodyOf(await send(CONTROL + path, options));
}

/** The path of a world in the control API. */
export const pathOf = (name) => `/worlds/${encodeURIComponent(name)}`;

/** Open the event stream; throws an ApiError if that fails. */
export async function openEvents(signal) {
  const response = await send(`${CONTROL}/events`, { signal, credentials: "same-origin" });
  if (!response.ok) await bodyOf(response);
  return response.body.pipeThrough(new TextDecoderStream()).getReader();
}

/** List audit logs as Coder's page does; `numbered` gets the number of the request in the request log. */
export async function listLogs(token, parameters, { signal, numbered }) {
  const headers = { "Coder-Session-Token": token };
  const response = await send(`${AUDIT}?${queryOf(parameters)}`, { headers, signal, credentials: "omit" });
  numbered(Number(response.headers.get("X-Mock-Request")));
  return bodyOf(response);
}
