// @ts-check
/**
 * Dragging with mouse, pen or finger. All boxes are read when the drag begins; while it lasts only transforms,
 * the strings of the dragged card and, when the cell changes, two cell heads are written.
 */
import { verdict } from "./health.js";
import { Hint } from "./hint.js";
import { loadWords } from "./page.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("./moves.js").Moves} Moves */
/** @typedef {import("./links.js").Links} Links */
/** @typedef {import("./page.js").Box} Box */
/** @typedef {import("./page.js").CellBox} CellBox */
/** @typedef {import("./model.js").Strand} Strand */

const THRESHOLD = 4;
const HOLD = 380;
const EDGE = 44;

/** @param {Desk} desk @param {Moves} moves @param {Links} links */
export function watchDrags(desk, moves, links) {
  const { canvas } = desk.page;
  links.watchHandles();
  canvas.addEventListener("dragstart", (event) => event.preventDefault());
  canvas.addEventListener("pointerdown", (event) => {
    desk.justDragged = false;
    if (event.button !== 0 || desk.busy) return;
    const card = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(".ticket"));
    if (card) new Press(desk, moves, card, event).listen();
  });
}

/** A pointer that went down on a card and may become a drag. */
class Press {
  /** @param {Desk} desk @param {Moves} moves @param {HTMLElement} card @param {PointerEvent} down */
  constructor(desk, moves, card, down) {
    this.desk = desk;
    this.moves = moves;
    this.card = card;
    this.x0 = this.x = down.clientX;
    this.y0 = this.y = down.clientY;
    this.pointer = down.pointerId;
    this.touch = down.pointerType === "touch";
    /** @type {Drag | null} */ this.drag = null;
    this.frame = 0;
  }

  listen() {
    this.end = new AbortController();
    const { signal } = this.end;
    window.addEventListener("pointermove", (event) => this.moved(event), { signal });
    window.addEventListener("pointerup", (event) => this.up(event), { signal });
    window.addEventListener("pointercancel", () => this.stop(), { signal });
    window.addEventListener("keydown", (event) => this.key(event), { signal, capture: true });
    if (this.touch) {
      this.timer = setTimeout(() => this.begin(), HOLD);
      // A held card is dragged, not scrolled; before that the finger scrolls as ever.
      window.addEventListener("touchmove", (event) => this.drag && event.preventDefault(), { signal, passive: false });
      window.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
    }
  }

  /** @param {PointerEvent} event */
  moved(event) {
    if (event.pointerId !== this.pointer) return;
    this.x = event.clientX;
    this.y = event.clientY;
    const far = Math.hypot(this.x - this.x0, this.y - this.y0) > THRESHOLD;
    if (!this.drag && far && this.touch) return this.stop();
    if (!this.drag && far) this.begin();
    if (this.drag && !this.frame) this.frame = requestAnimationFrame(() => this.tick());
    return undefined;
  }

  begin() {
    if (!this.desk.mayMove(this.card.id)) return this.refuse();
    this.drag = new Drag(this.desk, this.moves.outlook, this.card, this.x0, this.y0);
    // Captured, the browser does not look for what lies under the pointer at every move, and shows the ghost's cursor.
    this.drag.ghost.setPointerCapture(this.pointer);
    this.frame ||= requestAnimationFrame(() => this.tick());
    return undefined;
  }

  refuse() {
    this.stop();
    this.desk.justDragged = true;
    this.desk.say(notMine(this.card.id));
  }

  tick() {
    this.frame = 0;
    if (!this.drag) return;
    if (this.drag.step(this.x, this.y)) this.frame = requestAnimationFrame(() => this.tick());
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key !== "Escape" || !this.drag) return;
    event.preventDefault();
    event.stopPropagation();
    this.stop();
  }

  /** @param {PointerEvent} event */
  up(event) {
    if (event.pointerId !== this.pointer) return;
    const drag = this.drag;
    if (drag) drag.step(this.x, this.y);
    const target = drag?.target ?? null;
    this.stop();
    if (!drag) return;
    if (target) void this.moves.move(this.card.id, target.iteration);
  }

  stop() {
    this.end?.abort();
    clearTimeout(this.timer);
    cancelAnimationFrame(this.frame);
    if (!this.drag) return;
    this.drag.finish();
    this.drag = null;
    this.desk.justDragged = true;
  }
}

/** A card in the air. */
class Drag {
  /** @param {Desk} desk @param {import("./outlook.js").Outlook} outlook @param {HTMLElement} card @param {number} x @param {number} y */
  constructor(desk, outlook, card, x, y) {
    this.desk = desk;
    this.outlook = outlook;
    this.card = card;
    this.key = card.id;
    this.home = /** @type {import("./model.js").Place} */ (desk.page.placeOf(card));
    const { page } = desk;
    this.boxes = page.layout();
    this.cells = page.cellBoxes();
    this.view = page.scroll.getBoundingClientRect();
    const box = card.getBoundingClientRect();
    this.size = { width: box.width, height: box.height, dx: x - box.left, dy: y - box.top };
    /** @type {CellBox | null} */ this.target = null;
    /** @type {CellBox | null | undefined} the cell under the pointer */ this.over = undefined;
    /** @type {Strand[]} */ this.strands = desk.model.supposing({ key: this.key, iteration: this.home.iteration });
    this.ghost = /** @type {HTMLElement} */ (card.cloneNode(true));
    this.hint = new Hint(desk.root);
    this.lift();
  }

  /** No class on a common ancestor: that would make the browser style every card of the board anew. */
  lift() {
    this.desk.busy = true;
    this.ghost.removeAttribute("id");
    this.ghost.setAttribute("aria-hidden", "true");
    this.ghost.classList.add("drag-ghost");
    this.ghost.style.width = `${this.size.width}px`;
    this.desk.root.append(this.ghost);
    this.card.classList.add("is-lifted");
    for (const cell of this.cells) cell.element.classList.toggle("may-drop", cell.team === this.home.team);
    this.desk.strings.lift(this.strands);
    here(this.desk, this.key);
  }

  /** One frame. @param {number} x @param {number} y @returns {boolean} whether the board still scrolls under the card */
  step(x, y) {
    const scrolling = this.autoScroll(x, y);
    const { scroll } = this.desk.page;
    const at = { x: x - this.view.left + scroll.scrollLeft, y: y - this.view.top + scroll.scrollTop };
    this.ghost.style.transform = `translate3d(${x - this.size.dx}px, ${y - this.size.dy}px, 0)`;
    this.hint.at(x, y);
    const over = this.cells.find(({ box }) => at.x >= box.left && at.x < box.right && at.y >= box.top && at.y < box.bottom) ?? null;
    if (over !== this.over) this.enter(over);
    const left = at.x - this.size.dx;
    const top = at.y - this.size.dy;
    this.desk.strings.follow(this.strands, this.key, { left, top, right: left + this.size.width, bottom: top + this.size.height }, this.boxes);
    return scrolling;
  }

  /** @param {number} x @param {number} y */
  autoScroll(x, y) {
    const { left, right, top, bottom } = this.view;
    const pull = (/** @type {number} */ before, /** @type {number} */ after) => (before < EDGE ? before - EDGE : after < EDGE ? EDGE - after : 0);
    const dx = pull(x - left - 60, right - x);
    const dy = pull(y - top - 30, bottom - y);
    if (dx || dy) this.desk.page.scroll.scrollBy(dx / 3, dy / 3);
    return Boolean(dx || dy);
  }

  /** The pointer came over another cell: say what a drop would do. @param {CellBox | null} over */
  enter(over) {
    this.over = over;
    this.unpreview();
    this.target?.element.classList.remove("is-target");
    this.target = over && over.team === this.home.team ? over : null;
    const iteration = this.target ? this.target.iteration : this.home.iteration;
    this.strands = this.desk.model.supposing({ key: this.key, iteration });
    this.hint.say(this.target ? this.preview(this.target) : this.refusal(over));
    if (this.target && iteration !== this.home.iteration) this.outlook.ask(this.key, iteration, (words) => this.hint.add(words));
    else this.outlook.rest();
    this.target?.element.classList.add("is-target");
  }

  /** @param {CellBox | null} over */
  refusal(over) {
    if (!over) return "Drop in a cell of its team";
    const team = this.desk.model.teams.get(this.home.team ?? -1);
    return `Stays with ${team ? team.name : "its team"}`;
  }

  /** @param {CellBox} target */
  preview(target) {
    const { model, page } = this.desk;
    const points = this.desk.movable(this.key)?.points ?? 0;
    const team = /** @type {number} */ (this.home.team);
    const now = model.cell(team, target.iteration);
    const moved = target.iteration !== this.home.iteration;
    const then = moved ? { ...now, load: now.load + points } : now;
    if (moved) {
      const left = model.cell(team, this.home.iteration);
      page.weigh(target.element, then, true);
      page.weigh(page.cellOf(this.home), { ...left, load: left.load - points }, true);
    }
    return previewWords(model.iterationName(target.iteration), then, this.strands);
  }

  unpreview() {
    if (!this.target) return;
    const team = /** @type {number} */ (this.home.team);
    for (const iteration of [this.target.iteration, this.home.iteration]) {
      this.desk.page.weigh(this.desk.page.cellOf({ team, iteration }), this.desk.model.cell(team, iteration));
    }
  }

  finish() {
    this.unpreview();
    this.outlook.rest();
    this.ghost.remove();
    this.hint.remove();
    this.card.classList.remove("is-lifted");
    for (const cell of this.cells) cell.element.classList.remove("may-drop", "is-target");
    this.desk.strings.settle();
    this.desk.busy = false;
    this.desk.redraw();
    here(this.desk, null);
  }
}

/** @param {string} where @param {{load: number, capacity: number | null, fit: number | null}} then @param {Strand[]} strands */
export function previewWords(where, then, strands) {
  const lines = [`${where[0].toUpperCase()}${where.slice(1)}: ${loadWords(then) || "empty"}`];
  const worst = strands.filter((s) => s.health === "conflict" || s.health === "tight" || s.health === "unplanned");
  if (strands.length && !worst.length) lines.push(strands.length === 1 ? "Its string fits" : `All ${strands.length} strings fit`);
  for (const s of worst.slice(0, 3)) lines.push(verdict(s.health, s.slack));
  return lines.join("\n");
}

/** Why a card stays. @param {string} key */
export function notMine(key) {
  if (key[0] === "s") return "This card is placed by its own team.";
  if (key[0] === "f") return "A feature follows its stories; while it has none, Product Management places it.";
  return "This card follows its dependency: open it to agree on another iteration.";
}

/** Tells the others which card is held. @param {Desk} desk @param {string | null} key */
export function here(desk, key) {
  desk.root.dispatchEvent(new CustomEvent("board:holding", { detail: key }));
}
