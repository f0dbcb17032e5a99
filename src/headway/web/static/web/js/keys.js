/** Single keys, and the list of them behind “?”. */

import { icon, isTyping, make } from "./dom.js";

/** @type {Map<string, {what: string, run: (event: KeyboardEvent) => void}>} */
const keys = new Map();

/** Keys that pages handle themselves but that belong on the list. @type {[string, string][]} */
const notes = [];

/**
 * Bind a single key on this page; it rests while the reader types or a dialog is open.
 * @param {string} key as in `KeyboardEvent.key`
 * @param {string} what what it does, for the list
 * @param {(event: KeyboardEvent) => void} run
 */
export function hotkey(key, what, run) {
  keys.set(key, { what, run });
}

/**
 * Put a key on the list that somebody else handles (arrow keys on a board, for example).
 * @param {string} shown like `Ctrl+K`
 * @param {string} what
 */
export function noteKey(shown, what) {
  notes.push([shown, what]);
}

/** @param {string} shown @param {string} what */
function line(shown, what) {
  const caps = shown === "+" ? ["+"] : shown.split("+");
  return make("div", {}, make("dt", {}, ...caps.map((cap) => make("kbd", {}, cap === " " ? "Space" : cap))), make("dd", {}, what));
}

export function showKeys() {
  document.getElementById("all-keys")?.remove();
  const close = make("button", { type: "button", class: "button is-quiet is-icon", "data-closes": true, "aria-label": "Close" }, icon("close"));
  const rows = [...notes, .../** @type {[string, string][]} */ ([...keys].map(([key, { what }]) => [key, what]))];
  const dialog = /** @type {HTMLDialogElement} */ (
    make(
      "dialog",
      { class: "dialog", id: "all-keys", "aria-labelledby": "all-keys-title" },
      make("header", { class: "dialog-head" }, make("h2", { id: "all-keys-title" }, "Keys on this page"), close),
      make("div", { class: "dialog-body" }, make("dl", { class: "key-list" }, ...rows.map(([shown, what]) => line(shown, what)))),
    )
  );
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {KeyboardEvent} event */
function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const link = document.querySelector(`[data-hotkey="${CSS.escape(event.key)}"]`);
  const bound = keys.get(event.key);
  if (bound) bound.run(event);
  else if (link instanceof HTMLElement) link.click();
  else return;
  event.preventDefault();
}

export function startKeys() {
  noteKey("Ctrl+K", "search, and jump to a page");
  hotkey("?", "show these keys", showKeys);
  for (const link of document.querySelectorAll("[data-hotkey]")) {
    noteKey(link.getAttribute("data-hotkey") ?? "", link.getAttribute("aria-label") || link.textContent?.trim() || "");
  }
  document.addEventListener("keydown", press);
}
