// @ts-check
/** The board by keyboard: a grid whose cells hold several cards. One card at a time is a tab stop. */
import { noteKey } from "../../web/js/keys.js";
import { openPanel } from "../../web/js/panel.js";
import { here, notMine, previewWords } from "./drag.js";
import { Hint } from "./hint.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("./moves.js").Moves} Moves */
/** @typedef {import("./links.js").Links} Links */
/** @typedef {import("./filters.js").Filters} Filters */
/** @typedef {{key: string, home: number | null, at: number | null}} Carried */

/** @param {Desk} desk @param {Moves} moves @param {Links} links @param {Filters} filters */
export function watchKeys(desk, moves, links, filters) {
  new Keyboard(desk, moves, links, filters).listen();
}

class Keyboard {
  /** @param {Desk} desk @param {Moves} moves @param {Links} links @param {Filters} filters */
  constructor(desk, moves, links, filters) {
    this.desk = desk;
    this.moves = moves;
    this.links = links;
    this.filters = filters;
    /** @type {Carried | null} */ this.carried = null;
    /** @type {Hint | null} */ this.hint = null;
    /** The one tab stop. @type {HTMLElement | null} */ this.stop = null;
    this.moving = false;
  }

  listen() {
    const { canvas } = this.desk.page;
    noteKey("Arrows", "go from card to card; carry the card in hand");
    noteKey("Enter", "open the card beside the board");
    noteKey("Space", "pick up a card of your team, and drop it");
    noteKey("Esc", "put the card back, leave the filter");
    noteKey("D", "start a dependency from the card; S swaps its direction");
    noteKey("Alt+Arrows", "move the row of a team up or down");
    noteKey("Ctrl+Z", "undo my last change");
    this.rove();
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("focusin", (event) => this.arrive(/** @type {HTMLElement} */ (event.target)));
    canvas.addEventListener("focusout", (event) => {
      if (this.carried && !this.moving && !canvas.contains(/** @type {Node | null} */ (event.relatedTarget))) this.putBack();
    });
    this.desk.root.addEventListener("board:replaced", () => this.rove());
    this.desk.root.addEventListener("board:folded", () => this.stop?.closest(".ticket") && !this.stop.offsetParent && this.rove());
  }

  /** Leaves one tab stop. */
  rove() {
    for (const card of this.desk.page.cards.values()) card.tabIndex = -1;
    for (const toggle of this.desk.page.table.querySelectorAll(".row-toggle")) /** @type {HTMLElement} */ (toggle).tabIndex = -1;
    const { table } = this.desk.page;
    const open = ".row:not(.is-folded, .is-away)";
    const first = /** @type {HTMLElement | null} */ (
      table.querySelector(`${open}.is-mine .ticket`) ?? table.querySelector(`${open} .ticket`) ?? table.querySelector(".row-toggle")
    );
    if (first) first.tabIndex = 0;
    this.stop = first;
  }

  /** @param {HTMLElement} target */
  arrive(target) {
    const stop = /** @type {HTMLElement | null} */ (target.closest(".ticket, .cell, .row-toggle"));
    if (!stop) return;
    if (this.stop && this.stop !== stop) this.stop.tabIndex = -1;
    stop.tabIndex = 0;
    this.stop = stop;
    this.links.aim(stop.classList.contains("ticket") ? stop.id : null);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.altKey && /^Arrow(Up|Down)$/.test(event.key)) return;
    const ctrl = event.ctrlKey || event.metaKey;
    const target = /** @type {HTMLElement} */ (event.target).closest(".ticket, .cell, .row-toggle");
    if (!target) return;
    const act = this.carried ? this.carrying(event.key) : this.act(event.key, /** @type {HTMLElement} */ (target), ctrl);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** @param {string} key @param {HTMLElement} at @param {boolean} ctrl @returns {(() => void) | null} */
  act(key, at, ctrl) {
    const step = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[key];
    if (step) return () => this.walk(at, step[0], step[1]);
    if (key === "Home" || key === "End") return () => this.edge(at, key === "End", ctrl);
    if (this.links.from && !ctrl) return this.linking(key, at);
    const card = at.classList.contains("ticket") ? at : null;
    if (!card || ctrl) return null;
    if (key === "Enter") return () => openPanel(/** @type {HTMLAnchorElement} */ (card).href);
    if (key === " ") return () => this.pick(card);
    if (key === "d" || key === "D") return () => this.links.begin(card.id);
    return null;
  }

  /** @param {string} key @param {HTMLElement} at */
  linking(key, at) {
    if (key === "Escape") return () => this.links.cancel();
    if (key === "Enter" || key === " ") return () => this.links.choose(at);
    if (key !== "s" && key !== "S") return null;
    return () => {
      this.links.swap();
      this.links.aim(at.id);
    };
  }

  // Walking --------------------------------------------------------------------

  /** @param {HTMLElement} cell @returns {HTMLElement[]} */
  cardsIn(cell) {
    if (cell.closest(".is-folded")) return [];
    return /** @type {HTMLElement[]} */ ([...cell.querySelectorAll(".ticket:not(.is-out)")]);
  }

  /** @param {HTMLElement} at @param {number} dx @param {number} dy */
  walk(at, dx, dy) {
    const cell = /** @type {HTMLTableCellElement} */ (at.closest("td, th"));
    const cards = cell.matches(".cell") ? this.cardsIn(cell) : [];
    const index = cards.indexOf(at);
    if (dy && index >= 0 && cards[index + dy]) return this.go(cards[index + dy]);
    const row = /** @type {HTMLTableRowElement} */ (cell.parentElement);
    if (dx) {
      const next = /** @type {HTMLElement | undefined} */ (row.cells[cell.cellIndex + dx]);
      return next && this.enter(next, Math.max(0, index), false);
    }
    const rows = this.desk.page.rows().filter((each) => !each.classList.contains("is-away"));
    const other = /** @type {HTMLTableRowElement | undefined} */ (rows[rows.indexOf(row) + dy]);
    return other && this.enter(/** @type {HTMLElement} */ (other.cells[cell.cellIndex]), dy > 0 ? 0 : Infinity, false);
  }

  /** @param {HTMLElement} cell @param {number} index @param {boolean} last */
  enter(cell, index, last) {
    const toggle = /** @type {HTMLElement | null} */ (cell.querySelector(".row-toggle"));
    const cards = this.cardsIn(cell);
    const card = cards[last ? cards.length - 1 : Math.min(index, cards.length - 1)];
    if (!card && !toggle) cell.tabIndex = -1;
    if (!card && !toggle) cell.setAttribute("aria-label", this.cellName(cell));
    this.go(toggle ?? card ?? cell);
  }

  /** @param {HTMLElement} cell */
  cellName(cell) {
    const row = /** @type {HTMLElement} */ (cell.closest(".row"));
    const name = row.querySelector(".row-toggle")?.textContent ?? "";
    const iteration = cell.dataset.i ? Number(cell.dataset.i) : null;
    const count = cell.querySelectorAll(".ticket").length;
    return `${name}, ${this.desk.model.iterationName(iteration)}, ${count ? `${count} cards` : "no cards"}`;
  }

  /** @param {HTMLElement} at @param {boolean} end @param {boolean} whole */
  edge(at, end, whole) {
    const cell = /** @type {HTMLTableCellElement} */ (at.closest("td, th"));
    const rows = this.desk.page.rows().filter((each) => !each.classList.contains("is-away"));
    const row = /** @type {HTMLTableRowElement} */ (whole ? rows[end ? rows.length - 1 : 0] : cell.parentElement);
    const next = /** @type {HTMLElement | undefined} */ (end ? row.cells[row.cells.length - 1] : row.cells[1]);
    if (next) this.enter(next, 0, end);
  }

  /** @param {HTMLElement} element */
  go(element) {
    this.desk.page.reveal(element);
    element.focus({ preventScroll: true });
  }

  // Carrying -------------------------------------------------------------------

  /** @param {HTMLElement} card */
  pick(card) {
    if (!this.desk.mayMove(card.id)) return this.desk.say(notMine(card.id));
    const what = this.desk.movable(card.id);
    if (!what) return undefined;
    this.carried = { key: card.id, home: what.row.iteration_id, at: what.row.iteration_id };
    card.classList.add("is-held");
    this.desk.dimmed = false;
    this.desk.draw();
    here(this.desk, card.id);
    this.desk.say(`${what.title} picked up. Left and right carry it, Space drops it, Escape puts it back.`);
    return undefined;
  }

  /** @param {string} key @returns {(() => void) | null} */
  carrying(key) {
    if (key === "ArrowLeft") return () => this.carry(-1);
    if (key === "ArrowRight") return () => this.carry(1);
    if (key === "ArrowUp" || key === "ArrowDown") return () => this.desk.say("The card stays with its team.");
    if (key === " " || key === "Enter") return () => this.drop();
    if (key === "Escape") return () => this.putBack();
    // Other keys rest while a card is in hand, or Z would take back what is not done yet.
    return key === "Tab" || key.length === 1 ? () => this.desk.say("Space drops the card, Escape puts it back.") : null;
  }

  /** @param {number} step */
  carry(step) {
    const carried = /** @type {Carried} */ (this.carried);
    const columns = [null, ...this.desk.model.iterations.keys()];
    const next = columns[columns.indexOf(carried.at) + step];
    if (next === undefined) return this.desk.say("No further column.");
    const before = carried.at;
    carried.at = next;
    this.hold(carried, before);
    return undefined;
  }

  /** Shows the card in the cell it is carried over, with the loads and strings a drop would give. @param {Carried} carried @param {number | null} before */
  hold(carried, before) {
    const { model, page, strings } = this.desk;
    const what = this.desk.movable(carried.key);
    const card = page.cards.get(carried.key);
    if (!what || !card) return;
    const { points } = what;
    const team = /** @type {number} */ (what.team);
    this.moving = true;
    page.put(card, { team, iteration: carried.at });
    page.reveal(card);
    this.moving = false;
    page.weigh(page.cellOf({ team, iteration: before }), model.cell(team, before));
    const then = (/** @type {number | null} */ iteration) => {
      const cell = model.cell(team, iteration);
      if (carried.at === carried.home) return cell;
      if (iteration === carried.at) return { ...cell, load: cell.load + points };
      return iteration === carried.home ? { ...cell, load: cell.load - points } : cell;
    };
    for (const iteration of [carried.at, carried.home]) page.weigh(page.cellOf({ team, iteration }), then(iteration), carried.at !== carried.home);
    const strands = model.supposing({ key: carried.key, iteration: carried.at });
    const boxes = page.layout();
    const box = boxes.get(carried.key);
    this.desk.busy = true;
    strings.lift(strands);
    if (box) strings.follow(strands, carried.key, box, boxes);
    const preview = previewWords(model.iterationName(carried.at), then(carried.at), strands);
    this.desk.say(preview.replaceAll("\n", ". "));
    this.foresee(carried, card, preview);
  }

  /** Shows the preview at the card; what the engine adds is shown there and said. @param {Carried} carried @param {HTMLElement} card @param {string} preview */
  foresee(carried, card, preview) {
    const { outlook } = this.moves;
    const at = card.getBoundingClientRect();
    this.hint ??= new Hint(this.desk.root);
    this.hint.at(at.left, at.bottom);
    this.hint.say(preview);
    if (carried.at === carried.home) return outlook.rest();
    outlook.ask(carried.key, carried.at, (words) => {
      this.hint?.add(words);
      if (words.length) this.desk.say(`${words.join(". ")}.`);
    });
    return undefined;
  }

  drop() {
    const carried = /** @type {Carried} */ (this.carried);
    this.letGo(carried);
    if (carried.at === carried.home) return this.desk.say("Put down where it was.");
    void this.moves.move(carried.key, carried.at);
    return undefined;
  }

  putBack() {
    const carried = /** @type {Carried} */ (this.carried);
    this.letGo(carried);
    const place = this.desk.model.places().get(carried.key);
    const card = this.desk.page.cards.get(carried.key);
    if (card && place) this.desk.page.put(card, place);
    this.desk.weighAll();
    this.desk.say("Put back where it was.");
  }

  /** @param {Carried} carried */
  letGo(carried) {
    this.carried = null;
    this.moves.outlook.rest();
    this.hint?.remove();
    this.hint = null;
    this.desk.strings.settle();
    this.desk.busy = false;
    this.desk.page.cards.get(carried.key)?.classList.remove("is-held");
    here(this.desk, null);
    this.desk.redraw();
  }
}
