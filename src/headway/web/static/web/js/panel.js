/** The side panel: a second page beside the first, with its own place in the history (`?panel=/trains/…`). */

import { enliven, icon, make, parse, stops } from "./dom.js";
import { Problem, send, token } from "./csrf.js";
import { toast } from "./toast.js";

/** Where the focus goes back to. @type {HTMLElement | null} */
let opener = null;
let shown = "";
/** @type {AbortController | null} */
let loading = null;

const panel = () => /** @type {HTMLElement | null} */ (document.getElementById("panel"));
const body = () => /** @type {HTMLElement | null} */ (document.querySelector("#panel .panel-body"));

/**
 * Only addresses of this house, as a path; anything else (another site, a script) is refused.
 * @param {string | null} address
 * @returns {string} empty when refused
 */
function localPath(address) {
  if (!address) return "";
  try {
    const url = new URL(address, location.origin);
    return url.origin === location.origin && /^https?:$/.test(url.protocol) ? url.pathname + url.search : "";
  } catch {
    return "";
  }
}

function frame() {
  const element = panel();
  if (!element || element.querySelector(".panel-head")) return;
  const close = make("button", { type: "button", class: "button is-quiet is-icon", "aria-label": "Close the panel (Esc)", title: "Close (Esc)", "data-panel-close": true }, icon("close"));
  const whole = make("a", { class: "button is-quiet is-icon", "aria-label": "Open as a page", title: "Open as a page", "data-panel-whole": true }, icon("open"));
  const head = make("header", { class: "panel-head" }, make("div", { class: "panel-place" }), whole, close);
  element.replaceChildren(head, make("div", { class: "panel-body" }));
}

/**
 * Put an answer into the panel: a panel page, or the main part of a whole page.
 * @param {string} html
 */
function fill(html) {
  const place = body();
  if (!place) return;
  const page = parse(html);
  const part = page.querySelector(".panel-page") ?? page.querySelector("main");
  const title = part?.getAttribute("data-panel-title") || page.querySelector("title")?.textContent?.split(" - ")[0] || "";
  const crumbs = part?.querySelector(".breadcrumb");
  crumbs?.remove();
  crumbs?.setAttribute("aria-label", "Breadcrumb of the panel");
  panel()?.setAttribute("aria-label", title.trim() || "Side panel");
  panel()?.querySelector(".panel-place")?.replaceChildren(crumbs?.querySelector("li") ? crumbs : title.trim());
  place.replaceChildren(...(part ? [...part.childNodes] : [page]));
  place.removeAttribute("aria-busy");
  place.scrollTop = 0;
  enliven(place);
  document.dispatchEvent(new CustomEvent("headway:panel-open", { detail: { url: shown } }));
}

/**
 * @param {string} url
 * @param {RequestInit} [options]
 */
async function load(url, options = {}) {
  loading?.abort();
  loading = new AbortController();
  body()?.setAttribute("aria-busy", "true");
  return send(url, { cache: "no-store", ...options, signal: loading.signal, headers: { "HX-Request": "true", "HX-Target": "panel", ...options.headers } });
}

/**
 * The page an answer holds. Only what the server calls a page is taken for one: `?panel=` may name any address of this
 * house, and the titles in JSON or in a list to download are not escaped for HTML.
 * @param {Response} response
 * @returns {Promise<string>}
 */
async function pageOf(response) {
  if (!/^text\/html\b/.test(response.headers.get("Content-Type") ?? "")) throw new Problem("There is no page at this address that the panel could show.");
  return response.text();
}

/** @param {string} path @param {boolean} remember */
async function show(path, remember) {
  const element = panel();
  if (!element) return location.assign(path);
  if (element.hidden) opener = /** @type {HTMLElement | null} */ (document.activeElement);
  frame();
  element.hidden = false;
  document.body.classList.add("has-panel");
  shown = path;
  element.querySelector("[data-panel-whole]")?.setAttribute("href", path);
  if (remember) {
    const address = new URL(location.href);
    address.searchParams.set("panel", path);
    history.pushState({ panel: path }, "", address);
  }
  try {
    fill(await pageOf(await load(path)));
    element.focus({ preventScroll: true });
  } catch (error) {
    if (!(error instanceof Problem)) return;
    hide();
    toast(error.message, { kind: "bad" });
  }
}

function hide() {
  const element = panel();
  if (!element || element.hidden) return;
  loading?.abort();
  element.hidden = true;
  shown = "";
  document.body.classList.remove("has-panel");
  body()?.replaceChildren();
  if (opener?.isConnected) opener.focus({ preventScroll: true });
  document.dispatchEvent(new CustomEvent("headway:panel-close"));
}

/**
 * Open an address of this house in the panel, over the page and without leaving it.
 * @param {string} url
 */
export function openPanel(url) {
  const path = localPath(url);
  if (path && path !== shown) show(path, true);
}

/** Close the panel and take it out of the address. */
export function closePanel() {
  hide();
  const address = new URL(location.href);
  if (!address.searchParams.has("panel")) return;
  address.searchParams.delete("panel");
  history.pushState({}, "", address);
}

/** Fetch again what the panel shows; what the reader is typing wins. */
export async function reloadPanel() {
  const focused = document.activeElement;
  if (!shown || (focused && panel()?.contains(focused) && focused.matches("input, textarea, select"))) return;
  const page = await load(shown).then(pageOf).catch(() => null);
  if (page !== null) fill(page);
}

function followAddress() {
  const path = localPath(new URL(location.href).searchParams.get("panel"));
  if (path && path !== shown) show(path, false);
  else if (!path) hide();
}

/**
 * Forms in the panel answer into the panel.
 * @param {SubmitEvent} event
 */
async function submit(event) {
  const form = /** @type {HTMLFormElement} */ (event.target);
  if (event.defaultPrevented || !body()?.contains(form) || form.matches("[data-inline], [hx-post], [hx-get]")) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  const isGet = form.method.toLowerCase() === "get";
  const target = new URL(form.getAttribute("action") || shown, location.origin);
  if (isGet) target.search = new URLSearchParams(/** @type {any} */ (data)).toString();
  try {
    const response = await fetch(target, { method: isGet ? "GET" : "POST", body: isGet ? undefined : data, headers: { "HX-Request": "true", "HX-Target": "panel", "X-CSRFToken": token() }, credentials: "same-origin" });
    const html = await pageOf(response);
    if (response.status >= 500 || (!response.ok && !/<form/i.test(html))) {
      throw new Problem(parse(html).querySelector("[data-sentence]")?.textContent?.trim() || `Headway could not do that (error ${response.status}).`);
    }
    if (response.redirected) shown = localPath(response.url) || shown;
    // First what was sent is forgotten, or the same form in the answer would be filled with it again.
    if (response.ok && !isGet) document.dispatchEvent(new CustomEvent("headway:panel-saved", { detail: { url: shown, form } }));
    fill(html);
  } catch (error) {
    const sentence = error instanceof Problem ? error.message : "Headway did not answer. What you typed is still here; try again.";
    toast(sentence, { kind: "bad" });
  }
}

/** @param {MouseEvent} event */
function click(event) {
  const target = /** @type {Element} */ (event.target);
  if (target.closest("[data-panel-close]")) return closePanel();
  const link = /** @type {HTMLAnchorElement | null} */ (target.closest("a[data-panel]"));
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.defaultPrevented) return;
  const path = localPath(link.href);
  if (!path) return;
  event.preventDefault();
  if (path === shown) closePanel();
  else openPanel(path);
}

/** @param {KeyboardEvent} event */
function press(event) {
  const element = panel();
  if (!element || element.hidden || event.defaultPrevented || document.querySelector("dialog[open]")) return;
  if (event.key === "Escape") {
    event.preventDefault();
    return closePanel();
  }
  if (event.key !== "Tab" || !element.contains(document.activeElement)) return;
  const reached = stops(element);
  const edge = event.shiftKey ? reached[0] : reached[reached.length - 1];
  const atEdge = document.activeElement === edge || (event.shiftKey && document.activeElement === element);
  if (!reached.length || !atEdge) return;
  event.preventDefault();
  (event.shiftKey ? reached[reached.length - 1] : reached[0]).focus();
}

export function startPanel() {
  document.addEventListener("click", click);
  document.addEventListener("keydown", press);
  document.addEventListener("submit", submit);
  addEventListener("popstate", followAddress);
  followAddress();
}
