// @ts-check
/** Moving a story to another iteration: at once on the page, then the server; back with its sentence when it says no. */
import { request } from "../../web/js/csrf.js";
import { toast } from "../../web/js/toast.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("./model.js").Story} Story */

export class Moves {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    /** One move of a story at a time: the next one needs the version the first one made. @type {Map<number, Promise<void>>} */
    this.under = new Map();
  }

  /** @param {string} key @param {number | null} iteration @returns {Promise<void>} */
  move(key, iteration) {
    const story = this.desk.model.stories.get(Number(key.slice(1)));
    if (!story) return Promise.resolve();
    const from = story.iteration_id;
    if (from === iteration) {
      this.show(story, iteration);
      return Promise.resolve();
    }
    this.show(story, iteration);
    const earlier = this.under.get(story.id) ?? Promise.resolve();
    const sent = earlier.then(() => this.send(story.id, from, iteration));
    this.under.set(story.id, sent);
    return sent;
  }

  /** @param {Story} story @param {number | null} iteration */
  show(story, iteration) {
    const { model, page } = this.desk;
    const from = story.iteration_id;
    story.iteration_id = iteration;
    model.touch();
    const place = model.places().get(`s${story.id}`);
    const card = page.cards.get(`s${story.id}`);
    if (card && place) page.put(card, place);
    this.desk.weigh(story.team_id, [from, iteration]);
    this.desk.mark();
    this.desk.redraw();
  }

  /** @param {number} id @param {number | null} from @param {number | null} to */
  async send(id, from, to) {
    const { model, api } = this.desk;
    const story = model.stories.get(id);
    if (!story) return;
    try {
      const answer = await request("POST", `${api}/stories/${story.number}/move`, { iteration: to, pi: model.pi.id, seen: story.version });
      const now = model.stories.get(id);
      const version = answer?.version ?? answer?.story?.version;
      if (now && typeof version === "number" && version > now.version) now.version = version;
      this.say(story, to);
    } catch (problem) {
      this.back(id, from, to, /** @type {any} */ (problem));
    }
  }

  /** @param {Story} story @param {number | null} to */
  say(story, to) {
    const cell = this.desk.model.cell(story.team_id ?? 0, to);
    const room = cell.fit === null ? "" : `, load ${cell.load} of ${cell.capacity}`;
    this.desk.say(`${story.title} is in ${this.desk.model.iterationName(to)}${room}.`);
  }

  /** @param {number} id @param {number | null} from @param {number | null} to @param {Error & {data?: any, status?: number}} problem */
  back(id, from, to, problem) {
    const story = this.desk.model.stories.get(id);
    const present = problem.data?.present;
    if (story && story.iteration_id === to) {
      if (present && typeof present.version === "number") story.version = present.version;
      this.show(story, present && "iteration_id" in present ? present.iteration_id : from);
    }
    toast(problem.message, { kind: "bad" });
  }

  async undo() {
    try {
      const answer = await request("POST", `${this.desk.api}/undo`, {});
      toast(answer?.message ?? "Your last change is undone");
      this.desk.say(answer?.message ?? "Your last change is undone.");
    } catch (problem) {
      toast(/** @type {Error} */ (problem).message, { kind: "bad" });
    }
  }
}
