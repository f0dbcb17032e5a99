// @ts-check
/** The strip beside the board that belongs to an overlay: its finding, its list in words, its legend. */
import { icon, make } from "../../web/js/dom.js";

/** @typedef {import("./desk.js").Desk} Desk */

export class Strip {
  /** @param {Desk} desk @param {() => void} leave */
  constructor(desk, leave) {
    this.desk = desk;
    this.element = /** @type {HTMLElement} */ (desk.root.querySelector("#board-strip"));
    this.note = make("p", { class: "strip-note quiet small" });
    this.note.hidden = true;
    this.body = make("div", { class: "stack" });
    this.element.addEventListener("click", (event) => {
      const target = /** @type {Element} */ (event.target);
      const to = /** @type {HTMLElement | null} */ (target.closest("[data-to]"));
      if (target.closest("[data-leave]")) leave();
      if (to) this.go(to.dataset.to ?? "", event);
    });
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      leave();
      /** @type {HTMLElement | null} */ (desk.root.querySelector("#board-overlay"))?.focus();
    });
  }

  /** @param {string} title @param {string} finding @param {...HTMLElement} parts */
  open(title, finding, ...parts) {
    const close = make("button", { type: "button", class: "button is-quiet is-icon", "data-leave": true, "aria-label": "Leave the overlay" }, icon("close"));
    const kept = this.element.contains(document.activeElement) ? this.focusedName() : "";
    this.body.replaceChildren(make("p", { class: "strip-finding" }, finding), this.note, ...parts);
    this.element.replaceChildren(make("header", { class: "strip-head" }, make("h2", {}, title), close), this.body);
    this.element.hidden = false;
    if (kept) /** @type {HTMLElement | null} */ (this.element.querySelector(`[data-name="${CSS.escape(kept)}"]`))?.focus();
    this.desk.page.stale();
  }

  /** What a button is called across two drawings of the strip. */
  focusedName() {
    return /** @type {HTMLElement} */ (document.activeElement).dataset.name ?? "";
  }

  /** How fresh the overlay is. @param {string} sentence */
  say(sentence) {
    this.note.textContent = sentence;
    this.note.hidden = !sentence;
  }

  close() {
    if (this.element.hidden) return;
    this.element.hidden = true;
    this.element.replaceChildren();
    this.say("");
    this.desk.page.stale();
  }

  /** A line that leads to a card. @param {string} key @param {...(Node | string)} words */
  card(key, ...words) {
    const subject = this.desk.model.subject(key);
    return make("a", { href: this.desk.page.cards.get(key)?.getAttribute("href") ?? "#", "data-to": key }, subject?.title ?? "", ...words);
  }

  /** Shows the card on the board instead of opening it. @param {string} key @param {Event} event */
  go(key, event) {
    const card = this.desk.page.cards.get(key);
    if (!card) return;
    event.preventDefault();
    card.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    card.focus({ preventScroll: true });
  }
}

/** Shape and meaning, line by line. @param {[string, string][]} lines class of the sample, what it means */
export function legend(lines) {
  return make("ul", { class: "strip-legend" }, ...lines.map(([sample, means]) => make("li", {}, make("span", { class: sample, "aria-hidden": "true" }), make("span", {}, means))));
}
