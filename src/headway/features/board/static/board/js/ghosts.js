// @ts-check
/** Cards where a proposal would put them, the present ones stepped back, and the loads that follow. */
import { make } from "../../web/js/dom.js";
import { Hint } from "./hint.js";
import { number } from "./page.js";
import { curve } from "./strings.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {{story: number, number: number, title: string, points: number | null, team: number, from: number | null, to: number | null, reason: string, stale: boolean, state: string}} Move */
/** @typedef {{key: string, team: number | null, from: number | null, to: number | null, title: string, points: number | null, reason: string}} Step */

/** Up to so many moves every arrow is drawn; beyond, those of the card in focus. */
const ARROWS = 40;

export class Ghosts {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    /** @type {Map<string, {ghost: HTMLElement, step: Step}>} */ this.shown = new Map();
    this.arrows = /** @type {SVGSVGElement} */ (/** @type {unknown} */ (document.getElementById("board-arrows")));
    this.arrowed = "";
    /** Why the card in focus would move. @type {Hint | null} */ this.hint = null;
    desk.onDraw(() => this.point());
    desk.root.addEventListener("board:holding", () => this.hush());
    desk.page.scroll.addEventListener("scroll", () => this.hush(), { passive: true });
    desk.page.canvas.addEventListener("click", (event) => {
      const ghost = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(".ghost"));
      if (!ghost) return;
      event.preventDefault();
      const card = desk.page.cards.get(ghost.dataset.of ?? "");
      card?.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
      card?.focus({ preventScroll: true });
    });
  }

  /** Shows exactly these moves. @param {Move[]} moves */
  draw(moves) {
    this.sweep();
    const stepped = this.steps(moves.filter(({ story }) => this.desk.model.stories.has(story)));
    for (const step of stepped) this.place(step);
    this.weigh(moves);
    this.arrowed = "";
    this.desk.aside = { card: (key) => this.inWords(key) };
    this.desk.page.stale();
    this.desk.redraw();
  }

  clear() {
    this.sweep();
    this.hush();
    this.arrows.replaceChildren();
    this.desk.aside = null;
    this.desk.page.stale();
  }

  sweep() {
    const { table } = this.desk.page;
    this.shown.clear();
    for (const each of table.querySelectorAll(".ghost, .card-goes, .cell-then")) each.remove();
    for (const each of table.querySelectorAll(".is-leaving")) each.classList.remove("is-leaving");
  }

  /** What moves on this board: stories, and the cards of features that then finish elsewhere. @param {Move[]} moves @returns {Step[]} */
  steps(moves) {
    const { model, page } = this.desk;
    const to = new Map(moves.map((each) => [each.story, each.to]));
    /** @type {Step[]} */
    const found = [];
    for (const each of moves) {
      const key = `s${each.story}`;
      const from = model.places().get(key)?.iteration ?? null;
      if (page.cards.has(key) && from !== each.to) found.push({ key, team: each.team, from, to: each.to, title: each.title, points: each.points, reason: each.reason });
    }
    const features = new Set(moves.map((each) => model.stories.get(each.story)?.feature_id ?? 0));
    for (const id of features) {
      const [key, feature] = [`f${id}`, model.features.get(id)];
      const place = model.places().get(key);
      if (!feature || !place || !page.cards.has(key)) continue;
      const stories = (model.storiesOf.get(id) ?? []).map((each) => (to.has(each.id) ? { ...each, iteration_id: to.get(each.id) ?? null } : each));
      const last = model.finishing(stories);
      if (last !== place.iteration) found.push({ key, team: place.team, from: place.iteration, to: last, title: feature.title, points: null, reason: "It finishes with its stories." });
    }
    return found;
  }

  /** @param {Step} step */
  place(step) {
    const { model, page } = this.desk;
    const card = page.cards.get(step.key);
    const cell = page.cellOf({ team: step.team, iteration: step.to });
    const list = cell?.querySelector(".cards");
    if (!card || !cell || !list) return;
    const from = model.iterationName(step.from);
    const ghost = make(
      "a",
      { class: `ghost ${[...card.classList].find((name) => name.startsWith("hue-")) ?? ""}`, href: card.getAttribute("href"), tabindex: "-1", draggable: "false", "data-of": step.key, title: step.reason },
      make("span", { class: "visually-hidden" }, "Proposed here: "),
      make("span", { class: "ghost-title" }, step.title),
      make("span", { class: "ghost-key", "aria-hidden": "true" }, card.querySelector(".card-key")?.textContent ?? ""),
      make("span", { class: "ghost-from" }, `⇢ from ${from}`),
      step.points === null ? "" : make("span", { class: "card-points" }, number(step.points)),
    );
    list.append(ghost);
    card.classList.add("is-leaving");
    card.append(make("span", { class: "card-goes", title: step.reason }, make("span", { class: "visually-hidden" }, ", proposed "), `⇢ ${step.to === null ? "backlog" : model.iterationName(step.to)}`));
    this.shown.set(step.key, { ghost, step });
  }

  /** @param {string} key */
  inWords(key) {
    const step = this.shown.get(key)?.step;
    return step ? `A proposal moves it to ${this.desk.model.iterationName(step.to)}: ${step.reason}` : "";
  }

  /** Says beside the card in focus why it would move. @param {string | null} key */
  explain(key) {
    const step = key ? this.shown.get(key)?.step : undefined;
    const box = step && this.desk.page.cards.get(step.key)?.getBoundingClientRect();
    if (!step || !box) return this.hush();
    const { model } = this.desk;
    this.hint ??= new Hint(this.desk.root);
    this.hint.say(`${model.iterationName(step.from)} ⇢ ${model.iterationName(step.to)}`);
    this.hint.add([step.reason]);
    this.hint.at(box.left, box.bottom);
    return undefined;
  }

  hush() {
    this.hint?.remove();
    this.hint = null;
  }

  // Loads --------------------------------------------------------------------

  /** Writes what each touched cell and column would hold. @param {Move[]} moves */
  weigh(moves) {
    const { model, page } = this.desk;
    /** @type {Map<string, number>} */
    const change = new Map();
    const add = (/** @type {string} */ key, /** @type {number} */ points) => change.set(key, (change.get(key) ?? 0) + points);
    for (const { story, to } of moves) {
      const row = model.stories.get(story);
      if (!row || row.team_id === null || row.iteration_id === to) continue;
      for (const [iteration, points] of /** @type {[number | null, number][]} */ ([[row.iteration_id, -(row.points ?? 0)], [to, row.points ?? 0]])) {
        add(`${row.team_id}:${iteration}`, points);
        if (iteration !== null) add(`${iteration}`, points);
      }
    }
    for (const [key, points] of change) {
      const [team, iteration] = key.split(":").map((part) => (part === "null" ? null : Number(part)));
      const column = iteration === undefined;
      const is = column ? model.column(Number(team)) : model.cell(Number(team), iteration);
      const holder = column ? page.heads.get(key) : page.cells.get(key);
      if (points) this.then(holder, is, is.load + points);
    }
  }

  /** @param {HTMLElement | undefined} holder @param {{load: number, fit: number | null}} is @param {number} load */
  then(holder, is, load) {
    const head = holder?.querySelector(".cell-head");
    if (!head) return;
    const over = is.fit !== null && load > is.fit;
    const words = over ? `${number(load - /** @type {number} */ (is.fit))} over` : number(load);
    const mark = make("span", { class: `cell-then${over ? " is-over" : ""}`, title: `${number(is.load)} points now, ${number(load)} with the proposal` }, `⇢ ${words}`);
    head.querySelector(".cell-load")?.after(mark);
  }

  // Arrows -------------------------------------------------------------------

  /** From where a card is to where it would be. */
  point() {
    if (!this.shown.size) return;
    const { page, hovered, focused } = this.desk;
    const lit = hovered ?? focused;
    this.explain(lit);
    for (const [key, { ghost }] of this.shown) ghost.classList.toggle("is-out", page.cards.get(key)?.classList.contains("is-out") ?? false);
    const keys = this.shown.size <= ARROWS ? [...this.shown.keys()] : lit && this.shown.has(lit) ? [lit] : [];
    const boxes = page.layout();
    const from = page.canvas.getBoundingClientRect();
    const paths = keys.flatMap((key) => {
      const { ghost } = /** @type {{ghost: HTMLElement}} */ (this.shown.get(key));
      const [a, b] = [boxes.get(key), ghost.getBoundingClientRect()];
      if (!a || !b.width) return [];
      const ahead = b.left - from.left >= a.left;
      const start = { x: ahead ? a.right : a.left, y: (a.top + a.bottom) / 2 };
      const end = { x: (ahead ? b.left : b.right) - from.left, y: (b.top + b.bottom) / 2 - from.top };
      return [ahead ? curve(start, end).path : bow(start, end)];
    });
    const drawn = paths.join("");
    if (drawn === this.arrowed) return;
    this.arrowed = drawn;
    this.arrows.replaceChildren(...paths.map(arrow));
  }
}

/** A bow to the left. @param {{x: number, y: number}} from @param {{x: number, y: number}} to */
function bow(from, to) {
  const reach = Math.max(14, (from.x - to.x) / 2);
  return `M${from.x} ${from.y}C${from.x - reach} ${from.y} ${to.x + reach} ${to.y} ${to.x} ${to.y}`;
}

/** @param {string} path */
function arrow(path) {
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("class", "arrow");
  line.setAttribute("d", path);
  line.setAttribute("marker-end", "url(#arrow-head)");
  return line;
}
