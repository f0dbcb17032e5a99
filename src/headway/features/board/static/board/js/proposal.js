// @ts-check
/**
 * A proposed plan over the present one: ghosts where cards would stand, loads before and after, and beside it one
 * part for each team, which only that team answers.
 */
import { request } from "../../web/js/csrf.js";
import { Ghosts } from "./ghosts.js";
import { Parts } from "./parts.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("./strip.js").Strip} Strip */
/** @typedef {import("./parts.js").Proposal} Proposal */

const KINDS = new Set(["proposal", "proposal_part"]);
const SOON = 150;
const SPREAD = 600;

export class ProposalOverlay {
  /** @param {Desk} desk @param {Strip} strip */
  constructor(desk, strip) {
    this.desk = desk;
    this.number = "";
    /** @type {Proposal | null} */ this.told = null;
    this.ghosts = new Ghosts(desk);
    this.parts = new Parts(desk, strip, () => this.fetch());
    this.timer = 0;
  }

  /** @param {string} number */
  async show(number) {
    this.number = number;
    return this.fetch();
  }

  async fetch() {
    const asked = this.number;
    if (!/^\d{1,9}$/.test(asked)) throw new Error("That is not the number of a proposal.");
    const told = /** @type {Proposal} */ (await request("GET", `${this.desk.api}/proposals/${asked}/ghosts`));
    if (this.number !== asked) return "";
    if (told.pi.id !== this.desk.model.pi.id) throw new Error(`Proposal ${told.number} is for PI ${told.pi.number}: open the board of that PI.`);
    this.told = told;
    this.again();
    return this.parts.draw(told);
  }

  again() {
    if (this.told) this.ghosts.draw(this.told.moves.filter((each) => each.state === "open"));
  }

  hide() {
    this.number = "";
    this.told = null;
    clearTimeout(this.timer);
    this.timer = 0;
    this.ghosts.clear();
  }

  /** @param {{kind: string}} entry */
  entry({ kind }) {
    if (this.timer || !this.told || !(KINDS.has(kind) || kind === "story")) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      // Without an answer the older picture stays; accepting it is refused when it is out of date.
      if (this.number) void this.fetch().catch(() => {});
    }, SOON + Math.random() * SPREAD);
  }
}
