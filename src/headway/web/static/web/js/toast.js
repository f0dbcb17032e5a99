/** Short messages in the corner, and the voice that tells readers what others changed. */

import { icon, make } from "./dom.js";

const SHOWN_FOR = 6000;
const SHOWN_AT_MOST = 4;

/**
 * @param {HTMLElement} note
 * @param {number} [milliseconds] 0 keeps it until it is closed
 */
function keepFor(note, milliseconds = SHOWN_FOR) {
  if (!milliseconds) return;
  let timer = setTimeout(() => note.remove(), milliseconds);
  note.addEventListener("pointerenter", () => clearTimeout(timer));
  note.addEventListener("focusin", () => clearTimeout(timer));
  note.addEventListener("pointerleave", () => (timer = setTimeout(() => note.remove(), milliseconds / 2)));
}

/** @param {HTMLElement} note */
function addClose(note) {
  const close = make("button", { type: "button", class: "button is-quiet is-icon is-small", "aria-label": "Close this message" }, icon("close"));
  close.addEventListener("click", () => note.remove());
  note.append(close);
}

/**
 * Show a message. Bad news stays until it is closed and interrupts the screen reader; the rest is polite and goes by itself.
 * @param {string} text
 * @param {{kind?: "" | "good" | "warn" | "bad", action?: {label: string, run: () => void}, stay?: boolean}} [options]
 * @returns {() => void} takes the message away
 */
export function toast(text, { kind = "", action, stay = kind === "bad" } = {}) {
  const region = document.getElementById("toasts");
  if (!region) return () => {};
  const note = make("div", { class: `toast${kind ? ` is-${kind}` : ""}`, role: kind === "bad" ? "alert" : "status" }, make("span", { class: "toast-text" }, text));
  if (action) {
    const button = make("button", { type: "button", class: "button is-small" }, action.label);
    button.addEventListener("click", () => {
      note.remove();
      action.run();
    });
    note.append(button);
  }
  addClose(note);
  region.append(note);
  while (region.children.length > SHOWN_AT_MOST) region.firstElementChild?.remove();
  keepFor(note, stay ? 0 : SHOWN_FOR);
  return () => note.remove();
}

/** @type {string[]} */
let waiting = [];
let timer = 0;

function speak() {
  timer = 0;
  const announcer = document.getElementById("announcer");
  if (!announcer) return;
  const [last] = waiting.slice(-1);
  announcer.textContent = waiting.length > 3 ? `${waiting.length} changes. Last: ${last}` : waiting.join(" ");
  waiting = [];
}

/**
 * Tell readers of a screen reader, politely and at most every other second; a burst becomes one sentence.
 * @param {string} sentence
 */
export function announce(sentence) {
  waiting.push(sentence);
  timer ||= window.setTimeout(speak, 1500);
}

/** Give the messages that came with the page their close button and their time. */
export function startToasts() {
  for (const note of document.querySelectorAll("[data-toast]")) {
    addClose(/** @type {HTMLElement} */ (note));
    keepFor(/** @type {HTMLElement} */ (note), note.classList.contains("is-bad") ? 0 : SHOWN_FOR);
  }
}
