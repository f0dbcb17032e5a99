// @ts-check
/** Moving a card to another iteration: at once on the page, then the server; back with its sentence when it says no. */
import { request } from "../../web/js/csrf.js";
import { toast } from "../../web/js/toast.js";
import { Outlook } from "./outlook.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("./desk.js").Movable} Movable */
/** @typedef {Error & {data?: Record<string, any>}} Refusal */

export class Moves {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.outlook = new Outlook(desk);
    /** One move of a card at a time: the next one needs the version the first one made. @type {Map<string, Promise<void>>} */
    this.under = new Map();
  }

  /** @param {string} key @param {number | null} iteration @returns {Promise<void>} */
  move(key, iteration) {
    const what = this.desk.movable(key);
    if (!what) return Promise.resolve();
    const from = what.row.iteration_id;
    this.show(key, what, iteration);
    if (from === iteration) return Promise.resolve();
    const earlier = this.under.get(key) ?? Promise.resolve();
    const { pending } = this.desk;
    pending.set(key, (pending.get(key) ?? 0) + 1);
    const sent = earlier.then(() => this.send(key, from, iteration)).finally(() => this.answered(key));
    this.under.set(key, sent);
    return sent;
  }

  /** @param {string} key */
  answered(key) {
    const { pending } = this.desk;
    const left = (pending.get(key) ?? 1) - 1;
    if (left) pending.set(key, left);
    else pending.delete(key);
  }

  /** @param {string} key @param {Movable} what @param {number | null} iteration */
  show(key, what, iteration) {
    const { model, page } = this.desk;
    const from = what.row.iteration_id;
    what.row.iteration_id = iteration;
    model.touch();
    const place = model.places().get(key);
    const card = page.cards.get(key);
    if (card && place) page.put(card, place);
    this.desk.weigh(what.team, [from, iteration]);
    this.desk.mark();
    this.desk.redraw();
  }

  /** @param {string} key @param {number | null} from @param {number | null} to */
  async send(key, from, to) {
    const what = this.desk.movable(key);
    if (!what) return;
    try {
      const answer = await this.ask(what, to);
      const version = answer?.[what.kind]?.version;
      const row = this.desk.movable(key)?.row;
      if (row && version > row.version) row.version = version;
      this.say(what, to);
    } catch (problem) {
      this.back(key, from, to, /** @type {Refusal} */ (problem));
    }
  }

  /** @param {Movable} what @param {number | null} iteration */
  ask({ row, kind, number }, iteration) {
    const { api, model } = this.desk;
    const pi = model.pi.id;
    if (kind === "story") return request("POST", `${api}/stories/${number}/move`, { iteration, pi, seen: row.version });
    const { planned, note } = /** @type {import("./model.js").Target} */ (row);
    return request("PUT", `${api}/features/${number}/targets/${pi}`, { iteration, planned: Boolean(planned), note, seen: row.version });
  }

  /** @param {Movable} what @param {number | null} to */
  say({ title, team }, to) {
    const cell = this.desk.model.cell(team ?? 0, to);
    const room = cell.fit === null ? "" : `, load ${cell.load} of ${cell.capacity}`;
    this.desk.say(`${title} is in ${this.desk.model.iterationName(to)}${room}.`);
  }

  /** @param {string} key @param {number | null} from @param {number | null} to @param {Refusal} problem */
  back(key, from, to, problem) {
    const what = this.desk.movable(key);
    const present = problem.data?.present;
    if (what && what.row.iteration_id === to) {
      if (typeof present?.version === "number") what.row.version = present.version;
      this.show(key, what, present && "iteration_id" in present ? present.iteration_id : from);
    }
    toast(problem.message, { kind: "bad" });
  }

  async undo() {
    try {
      const answer = await request("POST", `${this.desk.api}/undo`, {});
      toast(answer.message);
      this.desk.say(answer.message);
    } catch (problem) {
      toast(/** @type {Error} */ (problem).message, { kind: "bad" });
    }
  }
}
