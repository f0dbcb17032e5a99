/** Forms that lose nothing: unsent values are kept, cells save themselves, ticked rows show their actions. */

import { enliven, parse } from "./dom.js";
import { commandId, Problem, send } from "./csrf.js";
import { toast } from "./toast.js";

const NEVER_KEPT = new Set(["csrfmiddlewaretoken", "command_id", "seen"]);

// --- Kept values ------------------------------------------------------------------------------

/** @param {HTMLFormElement} form */
const storeKey = (form) => `headway:kept:${form.dataset.keep}`;

/** @param {HTMLFormElement} form @returns {HTMLInputElement[]} */
function keepable(form) {
  return /** @type {HTMLInputElement[]} */ ([...form.elements]).filter((control) => control.name && !NEVER_KEPT.has(control.name) && !["password", "file", "hidden", "submit", "button"].includes(control.type));
}

/** @param {HTMLFormElement} form */
function keep(form) {
  const values = keepable(form).map((control) => [control.name, control.value, control.checked ?? null]);
  sessionStorage.setItem(storeKey(form), JSON.stringify({ path: location.pathname, values }));
}

/** @param {HTMLFormElement} form */
function restore(form) {
  const kept = JSON.parse(sessionStorage.getItem(storeKey(form)) ?? "null");
  // A form that came back with faults already carries what was typed.
  if (!kept || kept.path !== location.pathname || form.querySelector(".has-error")) return;
  let changed = false;
  for (const control of keepable(form)) {
    const isChoice = control.type === "checkbox" || control.type === "radio";
    const found = kept.values.find((/** @type {any[]} */ [name, value]) => name === control.name && (!isChoice || value === control.value));
    if (!found) continue;
    changed ||= isChoice ? control.checked !== found[2] : control.value !== found[1];
    if (isChoice) control.checked = found[2];
    else control.value = found[1];
  }
  if (changed) toast("What you had typed is back.", { action: { label: "Discard", run: () => forget(form, true) } });
}

/** @param {HTMLFormElement} form @param {boolean} [reset] */
export function forget(form, reset = false) {
  sessionStorage.removeItem(storeKey(form));
  if (reset) form.reset();
}

/**
 * Was this page reached as the answer to a form on `path`? After a failed send people come back by the back button, a
 * bookmark or the browser's error page, and none of these names the form's page as where they come from.
 * @param {string} path
 */
function answers(path) {
  const arrival = /** @type {PerformanceNavigationTiming | undefined} */ (performance.getEntriesByType("navigation")[0]);
  return arrival?.type !== "back_forward" && document.referrer.startsWith(location.origin) && new URL(document.referrer).pathname === path;
}

/** Forms that were sent and answered are forgotten; those that were sent in vain are as good as unsent. */
function forgetAnswered() {
  for (const key of Object.keys(sessionStorage)) {
    if (!key.startsWith("headway:kept:")) continue;
    const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
    if (!kept?.sent) continue;
    const isRefused = document.querySelector(`form[data-keep="${CSS.escape(key.slice(13))}"] .has-error`);
    if (answers(kept.path) && !isRefused) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify({ ...kept, sent: false }));
  }
}

/** @param {HTMLFormElement} form */
function markSent(form) {
  const kept = JSON.parse(sessionStorage.getItem(storeKey(form)) ?? "null");
  if (kept) sessionStorage.setItem(storeKey(form), JSON.stringify({ ...kept, sent: true }));
}

// --- Cells that save themselves -----------------------------------------------------------------

/** The values a cell goes back to. @type {WeakMap<HTMLFormElement, FormData>} */
const settled = new WeakMap();

/** @param {HTMLFormElement} form @param {FormData} values */
function putBack(form, values) {
  for (const control of /** @type {HTMLInputElement[]} */ ([...form.elements])) {
    if (!control.name || control.type === "hidden") continue;
    if (control.type === "checkbox") control.checked = values.has(control.name);
    else control.value = String(values.get(control.name) ?? "");
  }
}

/** The values as the page brought them, for a control that was changed without ever having the focus. @param {HTMLFormElement} form */
function asWritten(form) {
  const values = new FormData();
  for (const control of keepable(form)) {
    const options = control instanceof HTMLSelectElement ? [...control.options] : null;
    const value = options ? (options.find((option) => option.defaultSelected) ?? options[0])?.value : control.defaultValue;
    if (control.type !== "checkbox" || control.defaultChecked) values.set(control.name, value ?? "");
  }
  return values;
}

/** @param {HTMLFormElement} form */
function isChanged(form) {
  const before = settled.get(form) ?? asWritten(form);
  return keepable(form).some((control) => (control.type === "checkbox" ? control.checked !== before.has(control.name) : control.value !== String(before.get(control.name) ?? "")));
}

/**
 * What differs from the values before: only that is sent, so that a row on which somebody else changed another field
 * is no clash.
 * @param {HTMLFormElement} form @param {FormData} before
 * @returns {Map<string, string>}
 */
function changesOf(form, before) {
  const changed = keepable(form).filter((control) => control.type !== "checkbox" && control.value !== String(before.get(control.name) ?? ""));
  return new Map(changed.map((control) => [control.name, control.value]));
}

/**
 * @param {HTMLFormElement} form @param {Response} response
 * @returns {Promise<HTMLFormElement>} the form that now stands in the row
 */
async function takeAnswer(form, response) {
  const row = form.closest("[data-row]");
  if (/html/.test(response.headers.get("Content-Type") ?? "")) {
    // `parse` uses a template, which keeps a lone <tr>.
    const fresh = parse(await response.text()).firstElementChild;
    if (!row || !fresh) return form;
    const focus = row.contains(document.activeElement) ? document.activeElement?.getAttribute("name") : null;
    for (const box of /** @type {NodeListOf<HTMLInputElement>} */ (row.querySelectorAll("[data-select]:checked"))) {
      const same = /** @type {HTMLInputElement | null} */ (fresh.querySelector(`[data-select][value="${CSS.escape(box.value)}"]`));
      if (same) same.checked = true;
    }
    row.replaceWith(fresh);
    enliven(fresh);
    if (focus) /** @type {HTMLElement | null} */ (fresh.querySelector(`[name="${CSS.escape(focus)}"]:not([type=hidden])`))?.focus();
    flash(fresh);
    return fresh.querySelector("form[data-inline]") ?? form;
  }
  const text = await response.text();
  const version = text ? JSON.parse(text).version : null;
  for (const seen of row?.querySelectorAll("input[name=seen]") ?? []) {
    if (version != null) /** @type {HTMLInputElement} */ (seen).value = String(version);
  }
  settled.set(form, new FormData(form));
  flash(row);
  return form;
}

/** @param {Element | null} row */
function flash(row) {
  row?.classList.add("is-saved");
  setTimeout(() => row?.classList.remove("is-saved"), 700);
}

/** Put values into a form and save them. @param {HTMLFormElement} form @param {Map<string, string>} values */
function saveThese(form, values) {
  settled.set(form, new FormData(form));
  for (const control of keepable(form)) {
    const value = values.get(control.name);
    if (value !== undefined) control.value = value;
  }
  return saveCell(form);
}

const HEADERS = { Accept: "text/html, application/json", "HX-Request": "true" };

/** @param {HTMLFormElement} form */
async function saveCell(form) {
  if (!isChanged(form) || form.getAttribute("aria-busy")) return;
  if (!form.reportValidity()) return;
  const before = settled.get(form) ?? asWritten(form);
  const changes = changesOf(form, before);
  const data = new FormData(form);
  for (const control of keepable(form)) if (control.type !== "checkbox" && !changes.has(control.name)) data.delete(control.name);
  data.set("command_id", commandId());
  form.setAttribute("aria-busy", "true");
  const sent = new FormData(form);
  try {
    const response = await send(form.action, { method: "POST", body: data, headers: HEADERS });
    const meanwhile = changesOf(form, sent);
    const now = await takeAnswer(form, response);
    form.removeAttribute("aria-busy");
    if (meanwhile.size) await saveThese(now, meanwhile);
  } catch (error) {
    await refused(form, before, changes, /** @type {Error} */ (error));
  } finally {
    form.removeAttribute("aria-busy");
  }
}

/**
 * The old values come back with the reason; after a clash the present ones, and one's own at a press.
 * @param {HTMLFormElement} form @param {FormData} before @param {Map<string, string>} changes @param {Error} problem
 */
async function refused(form, before, changes, problem) {
  putBack(form, before);
  const status = problem instanceof Problem ? problem.status : -1;
  let now = form;
  if (status === 409) {
    const present = await send(form.action, { headers: HEADERS }).catch(() => null);
    if (present) now = await takeAnswer(form, present);
  }
  const label = status === 409 ? "Use mine" : status === 0 ? "Try again" : "";
  toast(problem.message, { kind: "bad", action: label ? { label, run: () => saveThese(now, changes) } : undefined });
}

/** @param {Event} event @returns {HTMLFormElement | null} */
const cellOf = (event) => /** @type {Element} */ (event.target).closest?.("form[data-inline]") ?? /** @type {HTMLInputElement} */ (event.target).form?.closest("form[data-inline]") ?? null;

// --- Forms that load a page --------------------------------------------------------------------

/**
 * A second click while the answer is on its way sends nothing; back on the page the form can be sent again.
 * @param {HTMLFormElement} form
 */
function sendOnce(form) {
  const again = (/** @type {Event} */ later) => later.preventDefault();
  form.addEventListener("submit", again);
  const release = () => form.removeEventListener("submit", again);
  addEventListener("pageshow", release, { once: true });
  // A download leaves the page where it is.
  setTimeout(release, 4000);
}

// --- Ticked rows --------------------------------------------------------------------------------

/** @param {Element} list */
function countTicked(list) {
  const boxes = /** @type {HTMLInputElement[]} */ ([...list.querySelectorAll("[data-select]")]);
  const ticked = boxes.filter((box) => box.checked).length;
  const bar = /** @type {HTMLElement | null} */ (list.querySelector(".bulk-bar"));
  if (bar) bar.hidden = !ticked;
  for (const count of list.querySelectorAll("[data-count]")) count.textContent = String(ticked);
  const all = /** @type {HTMLInputElement | null} */ (list.querySelector("[data-select-all]"));
  if (all) {
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  }
}

/** @param {Event} event */
function tick(event) {
  const box = /** @type {HTMLInputElement} */ (event.target);
  const list = box.closest("[data-list]");
  if (!list) return;
  if (box.matches("[data-select-all]")) {
    for (const each of list.querySelectorAll("[data-select]")) /** @type {HTMLInputElement} */ (each).checked = box.checked;
  }
  if (box.matches("[data-select], [data-select-all]")) countTicked(list);
}

/** @param {Event} event */
function settle(event) {
  const form = cellOf(event);
  if (form && !settled.has(form)) settled.set(form, new FormData(form));
}

export function startForms() {
  forgetAnswered();
  for (const form of document.querySelectorAll("form[data-keep]")) restore(/** @type {HTMLFormElement} */ (form));
  for (const list of document.querySelectorAll("[data-list]")) countTicked(list);
  document.addEventListener("focusin", settle);
  document.addEventListener("pointerdown", settle, true);
  document.addEventListener("input", (event) => {
    const form = /** @type {HTMLElement} */ (event.target).closest("form");
    if (form?.dataset.keep) keep(form);
  });
  document.addEventListener("change", (event) => {
    const cell = cellOf(event);
    if (cell) saveCell(cell);
    else tick(event);
    if (/** @type {Element} */ (event.target).matches("[data-submits]")) /** @type {HTMLInputElement} */ (event.target).form?.requestSubmit();
  });
  document.addEventListener("keydown", (event) => {
    const cell = event.key === "Escape" ? cellOf(event) : null;
    const before = cell && settled.get(cell);
    if (!cell || !before || !isChanged(cell)) return;
    event.preventDefault();
    putBack(cell, before);
  });
  document.addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (form.matches("[data-inline]")) {
      event.preventDefault();
      saveCell(form);
    } else if (form.dataset.keep) markSent(form);
    queueMicrotask(() => event.defaultPrevented || sendOnce(form));
  });
  document.addEventListener("headway:panel-open", () => {
    for (const form of document.querySelectorAll("#panel form[data-keep]")) restore(/** @type {HTMLFormElement} */ (form));
  });
  document.addEventListener("headway:panel-saved", (event) => {
    const { form } = /** @type {CustomEvent} */ (event).detail;
    if (form?.dataset.keep) forget(form);
  });
}
