/** Talking to the server: CSRF token, command ids, and refusals as sentences. */

/** A refusal of the server, or its silence; `message` is a sentence for the reader. */
export class Problem extends Error {
  /**
   * @param {string} sentence
   * @param {{status?: number, code?: string, data?: Record<string, any>}} [about] status 0 means that no answer came
   */
  constructor(sentence, { status = 0, code = "", data = {} } = {}) {
    super(sentence);
    this.name = "Problem";
    this.status = status;
    this.code = code;
    this.data = data;
  }
}

/** @returns {string} */
export function token() {
  const cookie = document.cookie.match(/(?:^|; )headway_csrf=([^;]+)/);
  const meta = document.querySelector('meta[name="csrf-token"]');
  return cookie ? decodeURIComponent(cookie[1]) : (meta?.getAttribute("content") ?? "");
}

/**
 * A new command id. `randomUUID` exists only on https and localhost, and a planning event may run on plain http.
 * @returns {string}
 */
export function commandId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const SILENCE = "Headway did not answer. Try again: doing the same thing twice does no harm.";
const SENTENCES = new Map([
  [401, "You are signed out. Sign in again; what you typed is kept."],
  [403, "You may not do that here."],
  [404, "That is not here any more."],
  [413, "That is too large to send."],
  [429, "That was too often in a short time. Wait a moment and try again."],
  [503, "Headway is being restarted. Try again in a moment."],
]);

/**
 * @param {Response} response
 * @returns {Promise<Problem>}
 */
export async function problemOf(response) {
  const isJson = /[/+]json/.test(response.headers.get("Content-Type") ?? "");
  const data = isJson ? await response.json().catch(() => ({})) : {};
  const sentence = data.detail || data.title || SENTENCES.get(response.status) || `Headway could not do that (error ${response.status}).`;
  return new Problem(String(sentence), { status: response.status, code: data.code ?? "", data });
}

/**
 * `fetch` with our headers; an answer that is not 2xx is thrown as a Problem.
 * @param {string} url
 * @param {RequestInit} [options]
 * @returns {Promise<Response>}
 */
export async function send(url, options = {}) {
  const headers = new Headers(options.headers);
  if (options.method && options.method !== "GET") headers.set("X-CSRFToken", token());
  let response;
  try {
    response = await fetch(url, { credentials: "same-origin", ...options, headers });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(SILENCE);
  }
  if (!response.ok) throw await problemOf(response);
  return response;
}

/**
 * Ask the API: JSON in, JSON out. Anything but GET carries a command id, so that a retry is harmless.
 * @param {"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} method
 * @param {string} url
 * @param {Record<string, any>} [body]
 * @param {{signal?: AbortSignal}} [options]
 * @returns {Promise<any>} the answer, or null when it is empty
 */
export async function request(method, url, body, { signal } = {}) {
  const isRead = method === "GET";
  const response = await send(url, {
    method,
    signal,
    headers: { Accept: "application/json", ...(isRead ? {} : { "Content-Type": "application/json" }) },
    body: isRead ? undefined : JSON.stringify({ command_id: commandId(), ...body }),
  });
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}
