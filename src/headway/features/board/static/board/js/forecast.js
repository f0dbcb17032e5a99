// @ts-check
/** The forecast: the chance that each card lands, as a number and a bar on the card; the least likely in words beside it. */
import { request } from "../../web/js/csrf.js";
import { make } from "../../web/js/dom.js";
import { legend } from "./strip.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("./strip.js").Strip} Strip */
/** @typedef {{chance: number | null, in_pi?: number, by: number[]}} Chance */
/** @typedef {{horizon: number, observations: number, coverage: Record<string, number | null>}} Held how past forecasts of the train held */
/** @typedef {{load: number, low: number, usual: number, high: number, chance: number | null}} CellChance */
/**
 * @typedef {object} Forecast
 * @property {number | null} number
 * @property {boolean} stale
 * @property {boolean} computing
 * @property {string} sentence
 * @property {string} age
 * @property {Record<string, Chance>} stories
 * @property {Record<string, Chance>} features
 * @property {Record<string, Chance>} dependencies
 * @property {Record<string, CellChance>} cells
 */

const LIKELY = 0.85;
const EVEN = 0.5;
const WORST = 12;
/** Milliseconds after a change until the forecast is asked for again, spread over the open boards. */
const WAIT = 1500;
const SPREAD = 1500;
const POLL = 2000;

export class ForecastOverlay {
  /** @param {Desk} desk @param {Strip} strip */
  constructor(desk, strip) {
    this.desk = desk;
    this.strip = strip;
    /** @type {Forecast | null} */ this.told = null;
    /** How well such forecasts held so far, in words. */
    this.record = "";
    this.timer = 0;
    this.open = false;
  }

  async show() {
    this.open = true;
    void this.recall();
    return this.fetch();
  }

  /** The calibration is of the train, not of a plan: asked for once. */
  async recall() {
    if (this.record) return;
    const { api, model } = this.desk;
    try {
      const whole = await request("GET", `${api}/pis/${model.pi.number}/forecast`);
      this.record = recordWords(whole.backtest ?? []);
      if (this.told && this.open) this.list();
    } catch {
      // The chances are told all the same.
    }
  }

  async fetch() {
    const { api, model } = this.desk;
    const told = /** @type {Forecast} */ (await request("GET", `${api}/pis/${model.pi.number}/forecast/overlay`));
    if (!this.open) return "";
    this.told = told;
    if (told.computing) this.later(POLL);
    this.again();
    return this.list();
  }

  // On the board -------------------------------------------------------------

  again() {
    if (!this.told) return;
    for (const [key, card] of this.desk.page.cards) this.mark(card, this.chance(key), key);
    for (const [key, cell] of this.desk.page.cells) this.weigh(cell, this.told.cells[key]);
    this.desk.aside = { string: (strand) => this.inTime(strand.id) };
  }

  /** The chance that what a card stands for is done in time; null when it is done or not planned. @param {string} key */
  chance(key) {
    const of = { s: this.told?.stories, f: this.told?.features }[key[0]]?.[key.slice(1)];
    return of?.chance ?? null;
  }

  /** @param {HTMLElement} card @param {number | null} chance @param {string} key */
  mark(card, chance, key) {
    let mark = /** @type {HTMLElement | null} */ (card.querySelector(".card-chance"));
    if (chance === null) return void mark?.remove();
    const words = percent(chance);
    if (mark?.dataset.says === words) return;
    if (!mark) card.append((mark = make("span", { class: "card-chance" })));
    mark.dataset.says = words;
    mark.className = `card-chance is-${likelihood(chance)}`;
    mark.style.setProperty("--chance", `${Math.round(chance * 100)}%`);
    mark.replaceChildren(make("span", { class: "visually-hidden" }, `${this.byWhen(key)}: `), words.replace(" %", ""), make("span", { class: "chance-unit" }, " %"));
  }

  /** @param {string} key */
  byWhen(key) {
    const { model } = this.desk;
    const at = model.places().get(key)?.iteration ?? null;
    return key[0] === "s" && at !== null ? `, chance to be done by ${model.iterationName(at)}` : `, chance to land in ${model.pi.name}`;
  }

  /** @param {HTMLElement} cell @param {CellChance | undefined} of */
  weigh(cell, of) {
    const head = cell.querySelector(".cell-head");
    let mark = /** @type {HTMLElement | null} */ (cell.querySelector(".cell-chance"));
    if (!head || !of || of.chance === null) return void mark?.remove();
    if (!mark) head.append((mark = make("span", { class: "cell-chance" })));
    mark.textContent = percent(of.chance);
    mark.title = `${percent(of.chance)} that all that is planned here is done by its end: ${tenth(of.load)} points to do, usually ${tenth(of.usual)} get done (${tenth(of.low)} to ${tenth(of.high)})`;
    return undefined;
  }

  /** @param {number} dependency */
  inTime(dependency) {
    const chance = this.told?.dependencies[dependency]?.chance ?? null;
    return chance === null ? "" : `${percent(chance)} likely in time.`;
  }

  hide() {
    this.open = false;
    this.told = null;
    clearTimeout(this.timer);
    this.timer = 0;
    this.desk.aside = null;
    for (const mark of this.desk.page.table.querySelectorAll(".card-chance, .cell-chance")) mark.remove();
  }

  // In words -------------------------------------------------------------------

  list() {
    const told = /** @type {Forecast} */ (this.told);
    const { model, page, base } = this.desk;
    this.strip.say(told.sentence || (told.age ? `The forecast is ${told.age}.` : ""));
    const more = make("p", {}, make("a", { href: `${base}/forecast?pi=${model.pi.number}` }, "What drives the risk"));
    if (told.number === null) {
      const none = told.computing ? "The first forecast is being drawn." : "There is no forecast yet.";
      this.strip.open("Forecast", none, more);
      return none;
    }
    const known = [...page.cards.keys()].map((key) => ({ key, chance: this.chance(key) })).filter((each) => each.chance !== null);
    const chances = /** @type {{key: string, chance: number}[]} */ (known);
    const unlikely = chances.filter(({ chance }) => chance < EVEN).length;
    const finding = unlikely ? `${unlikely} of ${chances.length} cards ${unlikely === 1 ? "is" : "are"} more likely to miss than to land.` : `All ${chances.length} open cards are more likely to land than to miss.`;
    chances.sort((a, b) => a.chance - b.chance);
    this.strip.open("Forecast", finding, make("h3", {}, "Least likely"), make("ol", { class: "strip-cards" }, ...chances.slice(0, WORST).map((each) => this.line(each))), LEGEND(), make("p", { class: "quiet small strip-record" }, this.record), more);
    return `Forecast. ${finding}`;
  }

  /** @param {{key: string, chance: number}} of */
  line({ key, chance }) {
    const { model } = this.desk;
    const place = model.places().get(key);
    const team = (place?.team && model.teams.get(place.team)?.name) || "Shared";
    const mark = make("span", { class: `card-chance is-${likelihood(chance)}` }, percent(chance));
    mark.style.setProperty("--chance", `${Math.round(chance * 100)}%`);
    return make("li", {}, mark, " ", this.strip.card(key), make("span", { class: "quiet small" }, ` ${team}, ${model.iterationName(place?.iteration ?? null)}`));
  }

  // Fresh ------------------------------------------------------------------------

  entry() {
    if (!this.told || this.timer) return;
    this.strip.say("Something changed since: the forecast is being drawn anew.");
    this.later(WAIT + Math.random() * SPREAD);
  }

  /** @param {number} wait */
  later(wait) {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      // Without an answer the older forecast stays, and the note says that it is older.
      if (this.open) void this.fetch().catch(() => {});
    }, wait);
  }
}

const LEGEND = () =>
  legend([
    ["card-chance is-likely", "85 % or more"],
    ["card-chance is-open", "between 50 and 85 %"],
    ["card-chance is-unlikely", "less than 50 %: more likely to miss"],
    ["sample-none", "no number: done, or not planned"],
  ]);

/** @param {number} chance */
export function likelihood(chance) {
  return chance >= LIKELY ? "likely" : chance >= EVEN ? "open" : "unlikely";
}

/** A chance as people read it: trials that all end alike are no certainty. @param {number} chance */
export function percent(chance) {
  const whole = Math.round(chance * 100);
  return whole < 1 ? "<1 %" : whole > 99 ? ">99 %" : `${whole} %`;
}

/** How forecasts made at past moments of this train held, for the longest way ahead that can be judged. @param {Held[]} held */
export function recordWords(held) {
  const longest = held[held.length - 1];
  const missed = longest?.coverage["0.15"];
  if (!longest || typeof missed !== "number") return "The history of this train is too short to say how well such forecasts held here.";
  const ahead = longest.horizon === 1 ? "1 iteration" : `${longest.horizon} iterations`;
  return `So far on this train: of ${longest.observations} such forecasts over ${ahead}, what was called 85 % likely came about in ${Math.round((1 - missed) * 100)} %.`;
}

/** @param {number} points */
const tenth = (points) => String(Math.round(points * 10) / 10);
