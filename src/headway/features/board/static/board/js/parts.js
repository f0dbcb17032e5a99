// @ts-check
/** One part of a proposal for each team: how much moves and why; the team's own people answer it, the others read along. */
import { request } from "../../web/js/csrf.js";
import { make } from "../../web/js/dom.js";
import { toast } from "../../web/js/toast.js";
import { legend } from "./strip.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("./ghosts.js").Move} Move */
/** @typedef {{team: number, slug: string, name: string, state: string, version: number, may_answer: boolean, reason: string, accept: string, decline: string, change: string}} Part */
/** @typedef {{number: number, state: string, made_by?: string, pi: {id: number, number: number}, version: number, url: string, parts: Part[], moves: Move[]}} Proposal */
/** @typedef {Error & {code?: string, data?: {conflicts?: {story: number, sentence: string}[]}}} Refusal */

const STATES = { open: "open", accepted: "accepted", declined: "declined" };
const MARKS = { open: "○", accepted: "✓", declined: "✕" };

export class Parts {
  /** @param {Desk} desk @param {import("./strip.js").Strip} strip @param {() => Promise<string>} renew */
  constructor(desk, strip, renew) {
    this.desk = desk;
    this.strip = strip;
    this.renew = renew;
    /** Parts whose moves are unfolded. @type {Set<number>} */ this.unfolded = new Set();
    /** What the server said against an answer, by team. @type {Map<number, {sentence: string, skip: boolean}>} */ this.refused = new Map();
  }

  /** @param {Proposal} told @returns {string} the finding */
  draw(told) {
    const open = told.parts.filter((each) => each.state === "open");
    const moves = told.moves.filter((each) => each.state === "open");
    const finding =
      told.state !== "open" ? "This proposal was withdrawn." : open.length ? `${moves.length} ${moves.length === 1 ? "card moves" : "cards move"}; ${open.length} of ${told.parts.length} teams still to answer.` : "Every team has answered.";
    const own = (/** @type {Part} */ part) => part.may_answer || this.desk.myTeams.has(part.team);
    const [mine, others] = [told.parts.filter(own), told.parts.filter((part) => !own(part))];
    this.strip.open(
      `Proposal ${told.number}`,
      finding,
      ...(told.made_by ? [make("p", { class: "quiet small" }, `Drafted by ${told.made_by}.`)] : []),
      ...mine.map((part) => this.part(told, part)),
      ...this.reasons(told.state === "open" ? told.parts : []),
      ...others.map((part) => this.part(told, part)),
      legend([
        ["sample-ghost", "where a card would stand"],
        ["sample-leaving", "where it stands now"],
      ]),
      make("p", { class: "cluster" }, make("a", { href: told.url }, "The whole proposal"), make("a", { href: `${this.desk.base}/plan/drafts?pi=${told.pi.number}` }, "Draft another plan")),
    );
    return `Proposal ${told.number}. ${finding}`;
  }

  /** Why one cannot answer for the others, said once. @param {Part[]} parts */
  reasons(parts) {
    const closed = parts.filter((part) => part.state === "open" && !part.may_answer);
    return [...new Set(closed.map((part) => part.reason))].map((reason) => make("p", { class: "quiet small strip-reason" }, reason));
  }

  /** @param {Proposal} told @param {Part} part */
  part(told, part) {
    const moves = told.moves.filter((each) => each.team === part.team);
    const state = /** @type {keyof STATES} */ (part.state);
    const head = make("h3", {}, part.name, " ", make("span", { class: `badge part-state is-${state}` }, `${MARKS[state]} ${STATES[state]}`));
    const section = make("section", { class: "part", "data-part": part.slug }, head, this.moves(part, moves));
    if (told.state !== "open" || part.state !== "open" || !part.may_answer) return section;
    section.append(this.buttons(told, part));
    const refused = this.refused.get(part.team);
    if (refused) section.append(make("p", { class: "field-error", role: "alert" }, refused.sentence));
    return section;
  }

  /** @param {Part} part @param {Move[]} moves */
  moves(part, moves) {
    const { model } = this.desk;
    const where = (/** @type {number | null} */ id) => (id === null ? "backlog" : model.iterationName(id));
    const line = (/** @type {Move} */ each) =>
      make(
        "li",
        {},
        make("a", { href: `${this.desk.base}/stories/${each.number}`, "data-to": `s${each.story}` }, each.title),
        ` ${where(each.from)} ⇢ ${where(each.to)}`,
        make("span", { class: "quiet small part-reason" }, each.stale ? `It was moved since. ${each.reason}` : each.reason),
      );
    const summary = make("summary", { "data-name": `moves-${part.slug}` }, `${moves.length} ${moves.length === 1 ? "move" : "moves"}`);
    const details = /** @type {HTMLDetailsElement} */ (make("details", {}, summary, make("ul", { class: "strip-cards" }, ...moves.map(line))));
    details.open = this.unfolded.has(part.team);
    details.addEventListener("toggle", () => (details.open ? this.unfolded.add(part.team) : this.unfolded.delete(part.team)));
    return details;
  }

  /** @param {Proposal} told @param {Part} part */
  buttons(told, part) {
    const skip = this.refused.get(part.team)?.skip ?? false;
    const of = make("span", { class: "visually-hidden" }, ` the part of ${part.name}`);
    const accept = make("button", { type: "button", class: "button is-small is-primary", "data-name": `accept-${part.slug}` }, skip ? "Accept the others" : "Accept", of);
    const decline = make("button", { type: "button", class: "button is-small", "data-name": `decline-${part.slug}` }, "Decline", of.cloneNode(true));
    const open = make("a", { class: "button is-small", href: `${told.url}#${part.slug}` }, "Open", of.cloneNode(true));
    accept.addEventListener("click", () => void this.answer(told, part, part.accept, { skip_changed: skip }));
    decline.addEventListener("click", () => void this.answer(told, part, part.decline, {}));
    return make("div", { class: "cluster" }, accept, open, decline);
  }

  /** @param {Proposal} told @param {Part} part @param {string} address @param {Record<string, unknown>} more */
  async answer(told, part, address, more) {
    const accepts = address === part.accept;
    try {
      await request("POST", address, { seen: part.version, ...more });
      this.refused.delete(part.team);
      toast(accepts ? `${part.name} accepted its part of proposal ${told.number}. Z takes it back.` : `${part.name} declined its part of proposal ${told.number}.`, { kind: accepts ? "good" : "" });
    } catch (problem) {
      const refusal = /** @type {Refusal} */ (problem);
      const conflicts = refusal.data?.conflicts ?? [];
      const sentence = [refusal.message, ...conflicts.map((each) => each.sentence)].join(" ");
      this.refused.set(part.team, { sentence, skip: refusal.code === "changed_since" });
    }
    await this.renew().catch((problem) => toast(/** @type {Error} */ (problem).message, { kind: "bad" }));
  }
}
