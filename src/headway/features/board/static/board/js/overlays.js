// @ts-check
/**
 * What may be laid over the board, one at a time: the critical chain, the forecast, a proposed plan. Which one is in the
 * address, so that a link shows the same to others.
 */
import { hotkey } from "../../web/js/keys.js";
import { on } from "../../web/js/live.js";
import { toast } from "../../web/js/toast.js";
import { ChainOverlay } from "./chain.js";
import { ForecastOverlay } from "./forecast.js";
import { ProposalOverlay } from "./proposal.js";
import { Strip } from "./strip.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("../../web/js/live.js").Entry} Entry */
/**
 * @typedef {object} Overlay
 * @property {(about: string) => Promise<string>} show asks for what it needs, draws it, and says the finding
 * @property {() => void} again cards may have been drawn anew
 * @property {() => void} hide
 * @property {(entry: Entry) => void} entry something on the train changed
 */

export class Overlays {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.choice = /** @type {HTMLSelectElement} */ (desk.root.querySelector("#board-overlay"));
    this.strip = new Strip(desk, () => this.choose(""));
    /** @type {Record<string, Overlay>} */
    this.known = {
      chain: new ChainOverlay(desk, this.strip),
      forecast: new ForecastOverlay(desk, this.strip),
      proposal: new ProposalOverlay(desk, this.strip),
    };
    this.shown = "";
    /** @type {Overlay | null} */ this.over = null;
  }

  listen() {
    this.choice.addEventListener("change", () => void this.choose(this.choice.value));
    this.desk.onMark(() => this.over?.again());
    on("entry", (entry) => {
      if (entry.kind === "proposal") this.offer(entry);
      this.over?.entry(entry);
    });
    hotkey("o", "Next overlay: plan only, critical chain, forecast, proposals", () => void this.next());
    hotkey("c", "Critical chain", () => void this.choose(this.shown === "chain" ? "" : "chain"));
    const asked = new URLSearchParams(location.search).get("overlay");
    if (asked) void this.choose(asked);
  }

  /** A proposal was put before the teams, or taken back. @param {Entry} entry */
  offer({ before, after, user }) {
    const { model, me } = this.desk;
    if (!after || after.pi_id !== model.pi.id) return;
    const name = `proposal:${after.number}`;
    const known = [...this.choice.options].find((each) => each.value === name);
    if (after.state !== "open") return void (name !== this.shown && known?.remove());
    if (!known) this.choice.add(new Option(`Proposal ${after.number}`, name));
    if (!before && user !== me) toast(`Proposal ${after.number} is put before the teams.`, { action: { label: "Show", run: () => void this.choose(name) } });
    return undefined;
  }

  next() {
    const names = [...this.choice.options].map((each) => each.value);
    return this.choose(names[(names.indexOf(this.shown) + 1) % names.length]);
  }

  /** Shows this overlay and no other: its name, with what it is about after a colon. @param {string} name */
  async choose(name) {
    if (name === this.shown) return;
    this.leave();
    const [kind, about = ""] = name.split(":");
    const over = Object.hasOwn(this.known, kind) ? this.known[kind] : null;
    this.note(over ? name : "");
    if (!over) return void this.desk.say("The plan alone.");
    this.over = over;
    try {
      const finding = await over.show(about);
      if (this.over === over && this.shown === name) this.desk.say(finding);
    } catch (problem) {
      if (this.over !== over) return;
      toast(/** @type {Error} */ (problem).message, { kind: "bad" });
      this.leave();
      this.note("");
    }
  }

  leave() {
    this.over?.hide();
    this.over = null;
    this.strip.close();
    this.desk.redraw();
  }

  /** Keeps the choice in the address, in the list's address and in the selector. @param {string} name */
  note(name) {
    this.shown = name;
    const here = new URL(location.href);
    if (name) here.searchParams.set("overlay", name);
    else here.searchParams.delete("overlay");
    history.replaceState(history.state, "", here);
    for (const link of /** @type {NodeListOf<HTMLAnchorElement>} */ (this.desk.root.querySelectorAll("[data-keeps-overlay]"))) {
      const there = new URL(link.href);
      if (name) there.searchParams.set("overlay", name);
      else there.searchParams.delete("overlay");
      link.href = there.href;
    }
    if (name && ![...this.choice.options].some((each) => each.value === name)) this.choice.add(new Option(name.replace("proposal:", "Proposal "), name));
    this.choice.value = name;
    this.desk.root.dataset.overlay = name.split(":")[0];
  }
}
