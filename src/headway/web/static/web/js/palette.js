/** Ctrl K: jump to a page, find a feature, run a command of this page. */

import { icon, make } from "./dom.js";
import { request } from "./csrf.js";

/**
 * @typedef {{label: string, hint?: string, icon?: string, group: string, run: () => void}} Item
 */

/** @type {Item[]} */
const commands = [];
let asked = 0;
let timer = 0;

/**
 * Offer a command of this page.
 * @param {string} label
 * @param {() => void} run
 * @param {{hint?: string, icon?: string}} [options]
 */
export function command(label, run, { hint = "", icon: picture = "arrow-right" } = {}) {
  commands.push({ label, hint, icon: picture, group: "On this page", run });
}

/** @returns {Item[]} */
function pages() {
  const template = /** @type {HTMLTemplateElement | null} */ (document.getElementById("all-pages"));
  return [...(template?.content.querySelectorAll("a") ?? [])].map((link) => ({
    label: link.textContent ?? "",
    hint: link.dataset.room,
    icon: link.dataset.icon,
    group: "Go to",
    run: () => location.assign(link.href),
  }));
}

/**
 * Do the letters of `wanted` begin words of `text`, or stand in it?
 * @param {string} text @param {string} wanted
 */
function fits(text, wanted) {
  const words = text.toLowerCase();
  return wanted.toLowerCase().split(/\s+/).every((part) => words.includes(part));
}

/**
 * @param {string} wanted
 * @returns {Promise<Item[]>}
 */
async function find(wanted) {
  const url = document.body.dataset.searchUrl;
  if (!url || wanted.length < 1) return [];
  const answer = await request("GET", `${url}?q=${encodeURIComponent(wanted)}`);
  return (answer?.results ?? []).map((/** @type {any} */ result) => ({
    label: result.label,
    hint: result.hint,
    icon: result.icon ?? "feature",
    group: "Found",
    run: () => location.assign(result.url),
  }));
}

class Palette {
  constructor() {
    this.input = /** @type {HTMLInputElement} */ (
      make("input", { type: "text", role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-label": "Search or jump", placeholder: "A page, a feature’s number or title…", autocomplete: "off", spellcheck: "false" })
    );
    this.list = make("ul", { id: "palette-list", class: "palette-list", role: "listbox", "aria-label": "Results" });
    const foot = make("div", { class: "palette-foot" }, make("span", {}, make("kbd", {}, "↑"), make("kbd", {}, "↓"), " choose"), make("span", {}, make("kbd", {}, "Enter"), " open"), make("span", {}, make("kbd", {}, "Esc"), " close"));
    this.dialog = /** @type {HTMLDialogElement} */ (
      make("dialog", { class: "palette", "aria-label": "Search or jump" }, make("div", { class: "palette-field" }, icon("search"), this.input), this.list, foot)
    );
    /** @type {Item[]} */
    this.items = [];
    this.at = 0;
    document.body.append(this.dialog);
    this.input.addEventListener("input", () => this.search());
    this.dialog.addEventListener("keydown", (event) => this.press(event));
    this.dialog.addEventListener("click", (event) => this.click(event));
  }

  open() {
    if (this.dialog.open) return;
    this.input.value = "";
    this.dialog.showModal();
    this.show([...commands, ...pages()]);
    this.input.focus();
  }

  search() {
    const wanted = this.input.value.trim();
    const near = [...commands, ...pages()].filter((item) => fits(`${item.label} ${item.hint ?? ""}`, wanted));
    this.show(near);
    clearTimeout(timer);
    const number = ++asked;
    timer = window.setTimeout(async () => {
      const found = await find(wanted).catch(() => []);
      if (number === asked && found.length) this.show([...near, ...found]);
    }, 120);
  }

  /** @param {Item[]} items */
  show(items) {
    this.items = items.slice(0, 60);
    this.at = 0;
    this.list.replaceChildren();
    let group = "";
    this.items.forEach((item, index) => {
      if (item.group !== group) this.list.append(make("li", { class: "palette-group", role: "presentation" }, (group = item.group)));
      const hint = make("span", { class: "palette-hint" }, item.hint ?? "");
      this.list.append(make("li", { class: "palette-item", role: "option", id: `palette-${index}`, "data-index": String(index) }, icon(item.icon ?? "arrow-right"), make("span", {}, item.label), hint));
    });
    if (!this.items.length) this.list.append(make("li", { class: "palette-group", role: "presentation" }, "Nothing fits. Try a number, or fewer words."));
    this.mark();
  }

  mark() {
    for (const row of this.list.querySelectorAll("[role=option]")) {
      const isMarked = row.id === `palette-${this.at}`;
      row.setAttribute("aria-selected", String(isMarked));
      if (isMarked) row.scrollIntoView({ block: "nearest" });
    }
    this.input.setAttribute("aria-activedescendant", this.items.length ? `palette-${this.at}` : "");
  }

  /** @param {number} index */
  pick(index) {
    const item = this.items[index];
    if (!item) return;
    this.dialog.close();
    item.run();
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.items.length) {
      this.at = (this.at + step + this.items.length) % this.items.length;
      this.mark();
    } else if (event.key === "Enter") this.pick(this.at);
    else return;
    event.preventDefault();
  }

  /** @param {MouseEvent} event */
  click(event) {
    if (event.target === this.dialog) this.dialog.close();
    const row = /** @type {Element} */ (event.target).closest("[data-index]");
    if (row) this.pick(Number(row.getAttribute("data-index")));
  }
}

export function startPalette() {
  /** @type {Palette | undefined} */
  let palette;
  const open = () => (palette ??= new Palette()).open();
  document.addEventListener("click", (event) => {
    if (/** @type {Element} */ (event.target).closest("[data-palette]")) open();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
}
