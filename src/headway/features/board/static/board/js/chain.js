// @ts-check
/** The critical chain: the longest row of cards each of which needs the one before. The engine finds it. */
import { request } from "../../web/js/csrf.js";
import { make } from "../../web/js/dom.js";
import { legend } from "./strip.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("./strip.js").Strip} Strip */
/** @typedef {{cards: string[], length: {iterations: number, points: number, cards: number}}} Chain */

const KINDS = new Set(["story", "dependency", "target", "feature"]);

export class ChainOverlay {
  /** @param {Desk} desk @param {Strip} strip */
  constructor(desk, strip) {
    this.desk = desk;
    this.strip = strip;
    this.timer = 0;
    this.open = false;
  }

  async show() {
    this.open = true;
    return this.fetch();
  }

  async fetch() {
    const { api, model } = this.desk;
    const chain = /** @type {Chain} */ (await request("GET", `${api}/board/chain?pi=${model.pi.number}`));
    return this.open ? this.draw(chain) : "";
  }

  /** @param {Chain} chain */
  draw({ cards, length }) {
    const { model, page } = this.desk;
    const mine = [...new Set(cards.map((key) => model.cardOf(key)).filter((key) => key && page.cards.has(key)))];
    const keys = /** @type {string[]} */ (mine);
    const finding = cards.length < 2 ? "No card waits for another: there is no chain." : `${length.cards} cards, at least ${length.iterations} ${length.iterations === 1 ? "iteration" : "iterations"}, ${length.points} points.`;
    this.desk.pin(keys.length > 1 ? new Set(keys) : null);
    const line = (/** @type {string} */ key) => {
      const place = model.places().get(key);
      const team = (place?.team && model.teams.get(place.team)?.name) || "Shared";
      return make("li", {}, this.strip.card(key), make("span", { class: "quiet small" }, ` ${team}, ${model.iterationName(place?.iteration ?? null)}`));
    };
    this.strip.open(
      "Critical chain",
      finding,
      make("ol", { class: "strip-cards" }, ...keys.map(line)),
      legend([["sample-chain", "a card of the chain; each needs the one before it"]]),
      make("p", { class: "quiet small" }, "Work of different teams never meets in one iteration; work of one team may. A slip anywhere on the chain is a slip of its end."),
    );
    return `Critical chain. ${finding}`;
  }

  again() {}

  hide() {
    this.open = false;
    clearTimeout(this.timer);
    this.timer = 0;
    this.desk.pin(null);
  }

  /** @param {{kind: string}} entry */
  entry({ kind }) {
    if (!KINDS.has(kind) || this.timer) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      void this.fetch().catch(() => {});
    }, 500 + Math.random() * 1000);
  }
}
