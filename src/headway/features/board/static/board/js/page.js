// @ts-check
/**
 * The board as elements: finding cards and cells, putting a card into a cell, and where things are
 * on the canvas. Layout is read in one go and kept until something moved.
 */

/** @typedef {import("./model.js").Place} Place */
/** @typedef {{left: number, top: number, right: number, bottom: number}} Box */
/** @typedef {{team: number | null, iteration: number | null, element: HTMLElement, row: HTMLElement, box: Box}} CellBox */

/** @param {number} points */
export const number = (points) => String(Math.round(points * 10) / 10);

export class Page {
  /** @type {Map<string, HTMLElement>} */ cells = new Map();
  /** @type {Map<string, HTMLElement>} */ cards = new Map();
  /** Heads of columns by the iteration's id. @type {Map<string, HTMLElement>} */ heads = new Map();
  /** @type {Map<string, Box> | null} */ boxes = null;
  /** @type {CellBox[] | null} */ grid = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.scroll = /** @type {HTMLElement} */ (root.querySelector("#board-scroll"));
    this.canvas = /** @type {HTMLElement} */ (root.querySelector("#board-canvas"));
    this.table = this.index();
  }

  /** Looks up rows, cells and cards again, after the table was replaced. */
  index() {
    const table = /** @type {HTMLTableElement} */ (this.root.querySelector("#board-table"));
    this.table = table;
    this.table.setAttribute("role", "grid");
    this.table.setAttribute("aria-describedby", "board-help");
    this.table.classList.add("can-move");
    this.cells = new Map();
    this.cards = new Map();
    this.heads = new Map();
    for (const row of this.rows()) {
      const team = row.classList.contains("is-shared") ? "null" : row.dataset.t;
      if (team === undefined) continue;
      for (const cell of /** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll(".cell"))) {
        this.cells.set(`${team}:${cell.dataset.i || "null"}`, cell);
      }
    }
    for (const card of /** @type {NodeListOf<HTMLElement>} */ (this.table.querySelectorAll(".ticket"))) this.cards.set(card.id, card);
    for (const head of /** @type {NodeListOf<HTMLElement>} */ (this.table.querySelectorAll(".col-head[data-i]"))) {
      if (head.dataset.i) this.heads.set(head.dataset.i, head);
    }
    this.stale();
    return table;
  }

  /** @returns {HTMLElement[]} the rows of the body in the order shown */
  rows() {
    return /** @type {HTMLElement[]} */ ([...this.table.tBodies[0].rows]);
  }

  /** @param {Place} place */
  cellOf(place) {
    return this.cells.get(`${place.team}:${place.iteration}`);
  }

  /** @param {HTMLElement} card @returns {Place | null} */
  placeOf(card) {
    const cell = /** @type {HTMLElement | null} */ (card.closest(".cell"));
    const row = /** @type {HTMLElement | null} */ (card.closest(".row"));
    if (!cell || !row) return null;
    return { team: row.dataset.t ? Number(row.dataset.t) : null, iteration: cell.dataset.i ? Number(cell.dataset.i) : null };
  }

  /** Puts a card where it belongs; cards of one feature stand together. Keeps the focus. @param {HTMLElement} card @param {Place} place */
  put(card, place) {
    const cell = this.cellOf(place);
    const list = cell?.querySelector(".cards");
    if (!cell || !list) return false;
    const focused = document.activeElement === card;
    const after = [...list.children].find((each) => each !== card && inOrder(card, /** @type {HTMLElement} */ (each)));
    list.insertBefore(card, after ?? null);
    this.cards.set(card.id, card);
    this.stale();
    if (focused) card.focus({ preventScroll: true });
    return true;
  }

  /** @param {string} key */
  remove(key) {
    this.cards.get(key)?.remove();
    this.cards.delete(key);
    this.stale();
  }

  // Heads ------------------------------------------------------------------

  /**
   * Writes load against room, as the server's cell head does.
   * @param {HTMLElement | undefined} holder cell or column head
   * @param {{load: number, capacity: number | null, fit: number | null}} is
   * @param {boolean} [preview]
   */
  weigh(holder, is, preview = false) {
    const head = /** @type {HTMLElement | null | undefined} */ (holder?.querySelector(".cell-head"));
    if (!head) return;
    const over = is.fit !== null && is.load > is.fit;
    head.classList.toggle("is-over", over);
    head.classList.toggle("is-preview", preview);
    const words = /** @type {HTMLElement} */ (head.querySelector(".cell-load"));
    words.textContent = loadWords(is);
    if (is.capacity === null || is.fit === null) return;
    head.title = `${number(is.load)} of ${number(is.capacity)} points planned; ${number(is.fit)} fit without the buffer`;
    this.drawBar(head, is.load, is.capacity, is.fit);
  }

  /** @param {HTMLElement} head @param {number} load @param {number} capacity @param {number} fit */
  drawBar(head, load, capacity, fit) {
    const whole = Math.max(load, capacity);
    const share = (/** @type {number} */ points) => (whole > 0 ? String(Math.round((1000 * points) / whole) / 10) : "0");
    /** @type {[string, Record<string, string>][]} */
    const parts = [
      [".bar-room", { width: share(capacity) }],
      [".bar-fill", { width: share(Math.min(load, fit)) }],
      [".bar-over", { x: share(fit), width: share(Math.max(0, load - fit)) }],
      [".bar-tick", { x: share(fit) }],
    ];
    for (const [name, attributes] of parts) {
      const part = head.querySelector(name);
      for (const [key, value] of Object.entries(attributes)) part?.setAttribute(key, value);
    }
  }

  // Layout -----------------------------------------------------------------

  stale() {
    this.boxes = null;
    this.grid = null;
  }

  /** Where every card is on the canvas; a card in a folded row is at the middle of its cell. @returns {Map<string, Box>} */
  layout() {
    if (this.boxes) return this.boxes;
    const from = this.canvas.getBoundingClientRect();
    const boxes = new Map();
    for (const row of this.rows()) {
      if (row.classList.contains("is-away")) continue;
      const folded = row.classList.contains("is-folded");
      for (const cell of row.querySelectorAll(".cell")) {
        const cards = cell.getElementsByClassName("ticket");
        if (!cards.length) continue;
        const middle = folded ? folding(cell.getBoundingClientRect(), from) : null;
        for (const card of cards) boxes.set(card.id, middle ?? shifted(card.getBoundingClientRect(), from));
      }
    }
    this.boxes = boxes;
    return boxes;
  }

  /** The cells of all rows that can hold cards. @returns {CellBox[]} */
  cellBoxes() {
    if (this.grid) return this.grid;
    const from = this.canvas.getBoundingClientRect();
    this.grid = [...this.cells].flatMap(([key, element]) => {
      const row = /** @type {HTMLElement} */ (element.parentElement);
      if (row.classList.contains("is-away")) return [];
      const [team, iteration] = key.split(":").map((part) => (part === "null" ? null : Number(part)));
      return [{ team, iteration, element, row, box: shifted(element.getBoundingClientRect(), from) }];
    });
    return this.grid;
  }

  /** The part of the canvas that is not under a sticky head. @returns {Box} */
  window() {
    const corner = /** @type {HTMLElement} */ (this.table.querySelector(".corner"));
    const { scrollLeft, scrollTop, clientWidth, clientHeight } = this.scroll;
    return { left: scrollLeft + corner.offsetWidth, top: scrollTop + corner.offsetHeight, right: scrollLeft + clientWidth, bottom: scrollTop + clientHeight };
  }

  /** Scrolls a card or cell clear of the sticky heads. @param {HTMLElement} element */
  reveal(element) {
    const at = shifted(element.getBoundingClientRect(), this.canvas.getBoundingClientRect());
    const seen = this.window();
    let x = 0;
    let y = 0;
    if (at.left < seen.left) x = at.left - seen.left - 8;
    else if (at.right > seen.right) x = Math.min(at.right - seen.right + 8, at.left - seen.left);
    if (at.top < seen.top) y = at.top - seen.top - 8;
    else if (at.bottom > seen.bottom) y = Math.min(at.bottom - seen.bottom + 8, at.top - seen.top);
    if (x || y) this.scroll.scrollBy({ left: x, top: y, behavior: "instant" });
  }
}

/** @param {{load: number, capacity: number | null, fit: number | null}} is */
export function loadWords({ load, capacity, fit }) {
  if (capacity === null || fit === null) return load ? `${number(load)} points` : "";
  return load > fit ? `${number(load - fit)} over` : `${number(load)} / ${number(capacity)}`;
}

/** @param {HTMLElement} a @param {HTMLElement} b whether a stands before b */
function inOrder(a, b) {
  const [fa, fb] = [featureNumber(a), featureNumber(b)];
  return fa === fb ? Number(a.dataset.n) < Number(b.dataset.n) : fa < fb;
}

/** @param {HTMLElement} card */
function featureNumber(card) {
  return card.dataset.k ? Number(card.dataset.k) : Infinity;
}

/** @param {DOMRect} box @param {DOMRect} from @returns {Box} */
function shifted(box, from) {
  return { left: box.left - from.left, top: box.top - from.top, right: box.right - from.left, bottom: box.bottom - from.top };
}

/** @param {DOMRect} cell @param {DOMRect} from @returns {Box} */
function folding(cell, from) {
  const at = shifted(cell, from);
  const middle = (at.left + at.right) / 2;
  return { left: middle - 18, right: middle + 18, top: at.top, bottom: at.bottom };
}
