// @ts-check
/** The buttons of the bar and their keys. */
import { hotkey } from "../../web/js/keys.js";

/** @typedef {import("./desk.js").Desk} Desk */

const SIZES = ["s", "m", "l", "xl"];
const SIZE_WORDS = { s: "overview", m: "compact", l: "full", xl: "large" };

/** @param {Desk} desk @param {{rows: import("./rows.js").Rows, moves: import("./moves.js").Moves, filters: import("./filters.js").Filters}} parts */
export function tools(desk, { rows, moves, filters }) {
  const bar = new Bar(desk);
  /** @type {Record<string, () => void>} */
  const does = {
    strings: () => bar.strings(),
    smaller: () => bar.size(-1),
    larger: () => bar.size(1),
    drawer: () => bar.drawer(),
    conflict: () => bar.nextConflict(),
    undo: () => void moves.undo(),
    fold: () => rows.all(true),
    unfold: () => rows.all(false),
    print: () => bar.print(),
  };
  desk.root.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest("[data-do]"));
    if (button) does[button.dataset.do ?? ""]?.();
  });
  desk.root.querySelector('[data-option="accepted"]')?.addEventListener("change", (event) => {
    desk.options.accepted = /** @type {HTMLInputElement} */ (event.target).checked;
    desk.redraw();
  });
  hotkey("a", "All strings", does.strings);
  hotkey("/", "Filter the cards", () => filters.focus());
  hotkey("n", "Go to the next conflict", does.conflict);
  hotkey("+", "Larger cards", does.larger);
  hotkey("-", "Smaller cards", does.smaller);
  hotkey("u", "Unplanned work", does.drawer);
  hotkey("z", "Undo my last change", does.undo);
  document.addEventListener("keydown", (event) => {
    const typing = /** @type {Element} */ (event.target).closest("input, textarea, select, [contenteditable]");
    if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === "z" && !typing) {
      event.preventDefault();
      does.undo();
    }
  });
  bar.restore();
}

class Bar {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.at = -1;
  }

  restore() {
    const size = localStorage.getItem("headway.board.size");
    if (size && SIZES.includes(size)) this.resize(size);
  }

  strings() {
    const { options, root } = this.desk;
    options.all = !options.all;
    root.querySelector('[data-do="strings"]')?.setAttribute("aria-pressed", String(options.all));
    this.desk.say(options.all ? "All strings are shown." : "Only conflicts and the strings of the card in focus are shown.");
    this.desk.redraw();
  }

  /** @param {number} step */
  size(step) {
    const next = SIZES[SIZES.indexOf(this.desk.root.dataset.zoom ?? "m") + step];
    if (!next) return;
    localStorage.setItem("headway.board.size", next);
    this.resize(next);
    this.desk.say(`Cards are ${SIZE_WORDS[/** @type {keyof SIZE_WORDS} */ (next)]}.`);
  }

  /** @param {string} size */
  resize(size) {
    const { page, root } = this.desk;
    const anchor = document.activeElement?.closest(".ticket");
    root.dataset.zoom = size;
    page.stale();
    if (anchor) page.reveal(/** @type {HTMLElement} */ (anchor));
    this.desk.redraw();
  }

  drawer() {
    const drawer = /** @type {HTMLElement} */ (this.desk.root.querySelector("#board-drawer"));
    drawer.hidden = !drawer.hidden;
    this.desk.root.querySelector('[data-do="drawer"]')?.setAttribute("aria-expanded", String(!drawer.hidden));
    if (!drawer.hidden) /** @type {HTMLElement | null} */ (drawer.querySelector("a, button"))?.focus();
  }

  /** Goes round the cards that wait for something too late; without any, to the fullest cell. */
  nextConflict() {
    const { model, page } = this.desk;
    const late = model.strands().filter((s) => s.health === "conflict" && s.consumer && page.cards.has(s.consumer));
    if (!late.length) return this.fullest();
    this.at = (this.at + 1) % late.length;
    return this.go(page.cards.get(/** @type {string} */ (late[this.at].consumer)));
  }

  fullest() {
    const over = this.desk.worstCell();
    if (!over) return this.desk.say("No conflicts, no overload.");
    const cell = this.desk.page.cellOf({ team: over.team.id, iteration: over.iteration.id });
    return this.go(/** @type {HTMLElement | null | undefined} */ (cell?.querySelector(".ticket") ?? cell));
  }

  /** @param {HTMLElement | null | undefined} card */
  go(card) {
    if (!card) return;
    card.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    card.focus({ preventScroll: true });
  }

  print() {
    window.print();
  }
}
