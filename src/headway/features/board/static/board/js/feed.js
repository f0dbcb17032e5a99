// @ts-check
/** What others do, put on the board as it comes: cards move, strings change, initials show who holds what. */
import { caughtUp, here, on } from "../../web/js/live.js";
import { request } from "../../web/js/csrf.js";
import { calm } from "./jumps.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("../../web/js/live.js").Entry} Entry */

/** Kinds that change rows or columns: the whole table is drawn again. */
const FRAME = new Set(["pi", "iteration", "team", "milestone", "theme", "target"]);
/** Kinds that change how much room there is: the snapshot is enough. */
const ROOM = new Set(["capacity", "absence", "closure", "membership", "person", "train"]);
/** What of a feature is seen on its cards. */
const SEEN = ["title", "type", "state", "theme_id", "team_id", "size"];
/** Milliseconds over which open boards spread their asking, so that 300 of them do not ask at once. */
const SPREAD = 1500;

export class Feed {
  /** @param {Desk} desk @param {import("./filters.js").Filters} filters */
  constructor(desk, filters) {
    this.desk = desk;
    this.filters = filters;
    /** @type {Set<HTMLElement>} */ this.held = new Set();
    this.whole = false;
    this.timer = 0;
    this.asked = 0;
    this.arrived = "";
  }

  listen() {
    on("entry", (entry) => this.entry(entry));
    on("presence", (people) => this.presence(people));
    on("resync", () => {
      void this.catchUp();
      return true;
    });
    this.desk.root.addEventListener("board:holding", (event) => {
      const key = /** @type {CustomEvent<string | null>} */ (event).detail;
      here({ holding: key ? `story:${key.slice(1)}` : "" });
    });
  }

  /** @param {Entry} entry */
  entry(entry) {
    const { model } = this.desk;
    if (entry.number <= model.seq) return this.redress(entry);
    model.seq = entry.number;
    if (FRAME.has(entry.kind)) return this.later(true);
    if (ROOM.has(entry.kind)) return this.later(false);
    if (entry.user !== this.desk.me && entry.kind === "story") this.filters.touched.add(`s${entry.id}`);
    if (entry.kind === "story") this.story(entry);
    else if (entry.kind === "dependency") this.row(model.dependencies, entry, this.concerns(entry));
    else if (entry.kind === "feature") return this.feature(entry);
    else return undefined;
    return this.soon(entry);
  }

  /** An entry the snapshot already holds may be younger than the page: its cards still count. @param {Entry} entry */
  redress(entry) {
    for (const [key, html] of Object.entries(entry.fragments ?? {})) this.card(key, html);
  }

  /** @param {Entry} entry */
  feature(entry) {
    const seen = !entry.after || !entry.before || SEEN.some((name) => name in /** @type {object} */ (entry.before));
    if (seen && this.desk.model.features.has(entry.id)) this.later(true);
  }

  /** @param {Entry} entry */
  story(entry) {
    const { model } = this.desk;
    const now = entry.after;
    if (now && now.pi_id === model.pi.id) {
      if (now.feature_id !== null && !model.features.has(now.feature_id)) return void this.later(true);
      const key = `s${entry.id}`;
      const mine = this.desk.pending.has(key) ? { iteration_id: model.stories.get(entry.id)?.iteration_id } : {};
      model.stories.set(entry.id, /** @type {any} */ ({ ...now, ...mine, id: entry.id }));
    } else model.stories.delete(entry.id);
    model.touch();
    return undefined;
  }

  /** @param {Map<number, any>} rows @param {Entry} entry @param {boolean} ours */
  row(rows, entry, ours) {
    if (!entry.after) rows.delete(entry.id);
    else if (ours) rows.set(entry.id, { ...entry.after, id: entry.id });
    this.desk.model.touch();
  }

  /** Whether a dependency has an end on this board. @param {Entry} entry */
  concerns({ id, after }) {
    const { model } = this.desk;
    if (!after || model.dependencies.has(id)) return true;
    return (
      model.stories.has(after.consumer_story_id) || model.stories.has(after.provider_story_id) ||
      model.features.has(after.consumer_feature_id) || model.features.has(after.provider_feature_id) ||
      model.iterations.has(after.needed_by_id) || model.iterations.has(after.committed_by_id)
    );
  }

  /** Fresh cards come with the entry; the board is put in order once a frame. @param {Entry} entry */
  soon(entry) {
    for (const [key, html] of Object.entries(entry.fragments ?? {})) this.card(key, html);
    if (entry.user !== this.desk.me) this.arrived = `${entry.kind === "story" ? "s" : "f"}${entry.id}`;
    this.asked ||= requestAnimationFrame(() => {
      this.asked = 0;
      this.settle();
    });
  }

  /** Replaces a card by its fresh drawing without losing focus or marks. @param {string} key @param {string} html */
  card(key, html) {
    const match = /^board:(\d+):([sfpn]\d+)$/.exec(key);
    const { page, model } = this.desk;
    if (!match || (match[1] !== "0" && Number(match[1]) !== model.pi.id)) return;
    const template = document.createElement("template");
    template.innerHTML = html;
    const fresh = /** @type {HTMLElement | null} */ (template.content.firstElementChild);
    const old = page.cards.get(match[2]);
    if (!fresh) return;
    if (!old) {
      fresh.tabIndex = -1;
      page.cards.set(match[2], fresh);
      return;
    }
    const focused = document.activeElement === old;
    fresh.tabIndex = old.tabIndex;
    for (const name of ["is-out", "is-held", "is-lifted", "in-chain", "has-conflict", "in-circle"]) if (old.classList.contains(name)) fresh.classList.add(name);
    if (old.dataset.held) fresh.dataset.held = old.dataset.held;
    old.replaceWith(fresh);
    page.cards.set(match[2], fresh);
    page.stale();
    if (focused) fresh.focus({ preventScroll: true });
  }

  settle() {
    if (this.desk.busy) {
      // A card is in the air: what others did lands when it is down.
      this.asked = window.setTimeout(() => ((this.asked = 0), this.settle()), 150);
      return;
    }
    const before = this.arrived ? this.desk.page.cards.get(this.arrived)?.getBoundingClientRect() : undefined;
    const unknown = this.desk.reconcile();
    if (unknown.length) void this.catchUp();
    this.animate(before);
    this.filters.apply();
    this.desk.redraw();
  }

  /** Lets a card glide from where it was. @param {DOMRect | undefined} before */
  animate(before) {
    const card = this.arrived ? this.desk.page.cards.get(this.arrived) : undefined;
    this.arrived = "";
    if (!card || !before) return;
    card.classList.add("is-arriving");
    card.addEventListener("animationend", () => card.classList.remove("is-arriving"), { once: true });
    const after = card.getBoundingClientRect();
    const [dx, dy] = [before.left - after.left, before.top - after.top];
    if (calm() || (!dx && !dy) || !before.width) return;
    card.animate([{ transform: `translate(${dx}px, ${dy}px)`, zIndex: 3 }, { transform: "none", zIndex: 3 }], { duration: 260, easing: "ease-out" });
  }

  // Whole again ----------------------------------------------------------------

  /** @param {boolean} table whether rows, columns or cards have to be drawn anew, not only weighed */
  later(table) {
    this.whole ||= table;
    this.timer ||= window.setTimeout(() => {
      this.timer = 0;
      void this.catchUp(this.whole);
    }, 200 + Math.random() * SPREAD);
  }

  /** Fetches the snapshot afresh, and the table with it; focus, scroll and folds stay. @param {boolean} [table] */
  async catchUp(table = true) {
    if (this.desk.busy) return this.later(table);
    this.whole = false;
    const { desk } = this;
    const [text, snapshot] = await Promise.all([
      table ? fetch(location.href, { credentials: "same-origin" }).then((answer) => (answer.ok ? answer.text() : "")) : "",
      request("GET", desk.root.dataset.snapshot ?? ""),
    ]);
    if (desk.busy) return this.later(table);
    const focused = document.activeElement?.closest(".ticket")?.id;
    if (text) this.replace(text);
    desk.model.load(snapshot);
    desk.reconcile();
    if (text) desk.root.dispatchEvent(new CustomEvent("board:replaced"));
    caughtUp(snapshot.seq);
    if (text && focused) desk.page.cards.get(focused)?.focus({ preventScroll: true });
    this.filters.apply(true);
    desk.redraw();
    return undefined;
  }

  /** Puts the table and the drawer of a freshly fetched page in the place of the old ones. @param {string} text */
  replace(text) {
    const { desk } = this;
    const parsed = new DOMParser().parseFromString(text, "text/html");
    const fresh = parsed.querySelector("#board-table");
    const drawer = parsed.querySelector("#board-drawer");
    if (fresh) desk.page.table.replaceWith(document.adoptNode(fresh));
    if (drawer) desk.root.querySelector("#board-drawer")?.replaceChildren(...drawer.childNodes);
    desk.page.index();
    desk.lit = null;
  }

  // Who holds what ---------------------------------------------------------------

  /** @param {{id: number, initials: string, name: string, holding: string}[]} people */
  presence(people) {
    for (const card of this.held) delete card.dataset.held;
    this.held.clear();
    const mine = document.getElementById("who-is-here")?.dataset.me;
    for (const person of people) {
      const match = /^story:(\d+)$/.exec(person.holding);
      const card = match && this.desk.page.cards.get(`s${match[1]}`);
      if (!card || String(person.id) === mine) continue;
      card.dataset.held = person.initials;
      this.held.add(card);
    }
  }
}
