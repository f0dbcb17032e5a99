// @ts-check
/** Filters dim what does not match, so that the board keeps its shape; the team filter takes whole rows away. */

/** @typedef {import("./desk.js").Desk} Desk */

export class Filters {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.form = /** @type {HTMLFormElement} */ (desk.root.querySelector("#board-filters"));
    this.text = /** @type {HTMLInputElement} */ (desk.root.querySelector("#board-text"));
    this.count = /** @type {HTMLElement} */ (desk.root.querySelector("#board-filter-count"));
    /** Cards others changed since this page was opened. @type {Set<string>} */ this.touched = new Set();
    this.form.addEventListener("input", () => this.apply());
    this.form.addEventListener("reset", () => setTimeout(() => this.apply(true)));
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.text.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      if (this.text.value) this.text.value = "";
      else this.text.blur();
      this.apply(true);
    });
  }

  focus() {
    this.text.focus();
    this.text.select();
  }

  /** @param {boolean} [now] without waiting for the last key */
  apply(now = false) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.run(), now ? 0 : 60);
  }

  run() {
    const asked = new FormData(this.form);
    const test = this.test(asked);
    let shown = 0;
    for (const [key, card] of this.desk.page.cards) {
      const fits = test(key, card);
      shown += Number(fits);
      if (card.classList.contains("is-out") === fits) card.classList.toggle("is-out", !fits);
    }
    this.teams(String(asked.get("team") ?? ""));
    const names = ["team", "theme", "state", "health", "enabler", "blocked", "others"].filter((name) => asked.get(name));
    this.count.textContent = String(names.length);
    this.count.hidden = !names.length;
    const any = names.length || String(asked.get("text") ?? "").trim();
    this.desk.page.stale();
    this.desk.redraw();
    if (any) this.desk.say(`${shown} of ${this.desk.page.cards.size} cards match.`);
  }

  /** @param {string} team */
  teams(team) {
    for (const row of this.desk.page.rows()) {
      const away = team !== "" && row.dataset.t !== undefined && row.dataset.t !== team;
      row.classList.toggle("is-away", away);
    }
  }

  /** @param {FormData} asked @returns {(key: string, card: HTMLElement) => boolean} */
  test(asked) {
    const words = String(asked.get("text") ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const [theme, state, enabler, blocked, others] = ["theme", "state", "enabler", "blocked", "others"].map((name) => String(asked.get(name) ?? ""));
    const strung = this.strung(String(asked.get("health") ?? ""));
    return (key, card) =>
      (!theme || card.dataset.theme === theme) &&
      (!state || card.dataset.state === state) &&
      (!enabler || card.classList.contains("is-enabler")) &&
      (!blocked || card.classList.contains("is-blocked")) &&
      (!others || this.touched.has(key)) &&
      (strung === null || strung(key)) &&
      (!words.length || this.says(card, words));
  }

  /** @param {HTMLElement} card @param {string[]} words */
  says(card, words) {
    const text = `${card.textContent} ${card.dataset.n}`.toLowerCase();
    return words.every((word) => text.includes(word));
  }

  /** @param {string} asked @returns {((key: string) => boolean) | null} */
  strung(asked) {
    if (!asked) return null;
    const ends = new Set();
    for (const s of this.desk.model.strands()) {
      if (asked !== "none" && s.health !== asked) continue;
      for (const key of [s.provider, s.consumer]) if (key) ends.add(key);
    }
    return asked === "none" ? (key) => !ends.has(key) : (key) => ends.has(key);
  }
}
