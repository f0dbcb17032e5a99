// @ts-check
/** Rows in the reader's own order, folded or open. Kept in this browser, per train. */

/** @typedef {import("./desk.js").Desk} Desk */

export class Rows {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.store = `headway.board.${desk.base}`;
    this.table = desk.page.table;
    this.desk.page.canvas.addEventListener("click", (event) => {
      const toggle = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(".row-toggle"));
      const shift = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-shift]"));
      if (toggle) this.toggle(toggle);
      if (shift) this.shift(/** @type {HTMLElement} */ (shift.closest(".row")), shift.dataset.shift === "up");
    });
    this.desk.page.canvas.addEventListener("keydown", (event) => this.key(event));
    this.desk.root.addEventListener("board:replaced", () => this.restore());
  }

  /** @returns {{order: string[], folded: string[], open: string[]}} */
  remembered() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.store) ?? "{}");
      return { order: kept.order ?? [], folded: kept.folded ?? [], open: kept.open ?? [] };
    } catch {
      return { order: [], folded: [], open: [] };
    }
  }

  remember() {
    const rows = this.desk.page.rows();
    const order = rows.filter((row) => row.classList.contains("is-team")).map((row) => row.dataset.row);
    const folded = rows.filter((row) => row.classList.contains("is-folded")).map((row) => row.dataset.row);
    const open = rows.filter((row) => !row.classList.contains("is-folded")).map((row) => row.dataset.row);
    localStorage.setItem(this.store, JSON.stringify({ order, folded, open }));
  }

  restore() {
    const { order, folded, open } = this.remembered();
    const { page, myTeams } = this.desk;
    const rows = page.rows();
    const teams = rows.filter((row) => row.classList.contains("is-team"));
    const at = (/** @type {HTMLElement} */ row) => {
      const kept = order.indexOf(row.dataset.row ?? "");
      if (kept >= 0) return kept;
      // Nobody has arranged them yet: one's own teams come first.
      return order.length + teams.indexOf(row) - (!order.length && myTeams.has(Number(row.dataset.t)) ? teams.length : 0);
    };
    const sorted = [...teams].sort((a, b) => at(a) - at(b));
    const rest = rows.find((row) => row.classList.contains("is-party")) ?? null;
    if (sorted.some((row, index) => row !== teams[index])) for (const row of sorted) page.table.tBodies[0].insertBefore(row, rest);
    for (const row of rows) {
      row.classList.toggle("is-mine", myTeams.has(Number(row.dataset.t)));
      const name = row.dataset.row ?? "";
      this.fold(row, folded.includes(name) || (row.classList.contains("is-folded") && !open.includes(name)));
    }
    page.stale();
  }

  /** @param {HTMLElement} toggle */
  toggle(toggle) {
    const row = /** @type {HTMLElement} */ (toggle.closest(".row"));
    this.fold(row, !row.classList.contains("is-folded"));
    this.changed();
  }

  /** @param {boolean} folded */
  all(folded) {
    for (const row of this.desk.page.rows()) if (row.dataset.t) this.fold(row, folded);
    this.changed();
  }

  changed() {
    this.desk.page.stale();
    this.desk.redraw();
    this.desk.root.dispatchEvent(new CustomEvent("board:folded"));
    this.remember();
  }

  /** @param {HTMLElement} row @param {boolean} folded */
  fold(row, folded) {
    row.classList.toggle("is-folded", folded);
    row.querySelector(".row-toggle")?.setAttribute("aria-expanded", String(!folded));
    if (folded) this.count(row);
  }

  /** Writes what a folded row hides: cards and strings in conflict. @param {HTMLElement} row */
  count(row) {
    for (const cell of /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll(".cell"))) {
      const cards = [...cell.querySelectorAll(".ticket")];
      const late = cards.filter((card) => this.desk.late?.has(card.id)).length;
      const stones = cell.querySelectorAll(".milestone").length;
      const words = cards.length ? `${cards.length} ${cards.length === 1 ? "card" : "cards"}` : stones ? `${stones}` : "";
      cell.dataset.count = late ? `${words} · ⚠ ${late}` : words;
      cell.classList.toggle("has-conflict", late > 0);
    }
  }

  /** Alt with up or down moves the team's row. @param {KeyboardEvent} event */
  key(event) {
    const toggle = /** @type {Element} */ (event.target).closest(".row-toggle");
    if (!toggle || !event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    if (this.shift(/** @type {HTMLElement} */ (toggle.closest(".row")), event.key === "ArrowUp")) {
      /** @type {HTMLElement} */ (toggle).focus();
    }
  }

  /** @param {HTMLElement} row @param {boolean} up @returns {boolean} whether there was somewhere to go */
  shift(row, up) {
    const other = /** @type {HTMLElement | null} */ (up ? row.previousElementSibling : row.nextElementSibling);
    if (!row.classList.contains("is-team") || !other?.classList.contains("is-team")) return false;
    if (up) other.before(row);
    else other.after(row);
    this.changed();
    const name = row.querySelector(".row-toggle")?.textContent;
    this.desk.say(`${name} is now row ${this.desk.page.rows().indexOf(row) + 1}.`);
    return true;
  }
}
