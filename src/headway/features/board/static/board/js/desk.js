// @ts-check
/**
 * What the parts of the board share: the model, the page, what is in focus, and drawing the strings that
 * follow from it. Drawing is asked for as often as one likes and done once a frame.
 */
import { bySeverity, verdict } from "./health.js";
import { Strings } from "./strings.js";

/** @typedef {import("./model.js").Model} Model */
/** @typedef {import("./model.js").Place} Place */
/** @typedef {import("./model.js").Strand} Strand */
/** @typedef {import("./page.js").Page} Page */
/** @typedef {{row: import("./model.js").Story | import("./model.js").Target, kind: "story" | "target", number: number, title: string, team: number | null, points: number}} Movable */

export class Desk {
  /** @param {HTMLElement} root @param {Page} page @param {Model} model */
  constructor(root, page, model) {
    this.root = root;
    this.page = page;
    this.model = model;
    const svg = (/** @type {string} */ id) => /** @type {SVGSVGElement} */ (/** @type {unknown} */ (document.getElementById(id)));
    this.strings = new Strings(svg("board-strings"), svg("board-strings-front"));
    this.veil = /** @type {HTMLElement} */ (root.querySelector(".veil"));
    this.live = /** @type {HTMLElement} */ (root.querySelector("#board-live"));
    this.api = root.dataset.api ?? "";
    this.base = root.dataset.base ?? "";
    this.me = Number(root.dataset.me);
    /** @type {Set<number>} */ this.myTeams = new Set(JSON.parse(root.dataset.myTeams ?? "[]"));
    this.options = { all: false, accepted: false };
    /** @type {string | null} */ this.hovered = null;
    /** @type {string | null} */ this.focused = null;
    /** Focus by keyboard dims the rest at once; by pointer only after resting. */
    this.dimmed = false;
    this.justDragged = false;
    this.busy = false;
    /** Cards whose move the server has not answered yet: what the stream says of their place is older. @type {Map<string, number>} */
    this.pending = new Map();
    /** @type {(() => void)[]} */ this.afterDraw = [];
    /** @type {(() => void)[]} */ this.afterMark = [];
    /** Cards an overlay keeps lit while none is in focus. @type {Set<string> | null} */ this.pinned = null;
    /** What an overlay adds to the words of a card, or of one of its strings. @type {{card?: (key: string) => string, string?: (strand: Strand) => string} | null} */
    this.aside = null;
    /** Strings drawn now. @type {Strand[]} */ this.shown = [];
    /** Cards lit while the rest is dimmed. @type {Set<string> | null} */ this.lit = null;
    /** Cards with a string in conflict. @type {Set<string>} */ this.late = new Set();
    this.asked = 0;
    this.watchFocus();
    new ResizeObserver(() => {
      page.stale();
      this.redraw();
    }).observe(page.canvas);
  }

  /** @param {() => void} then */
  onDraw(then) {
    this.afterDraw.push(then);
  }

  /** After cards were placed, or drawn anew. @param {() => void} then */
  onMark(then) {
    this.afterMark.push(then);
  }

  /** Keeps cards lit, or lets them go. @param {Set<string> | null} cards */
  pin(cards) {
    this.pinned = cards;
    this.redraw();
  }

  /** @param {string} sentence */
  say(sentence) {
    this.live.textContent = "";
    requestAnimationFrame(() => (this.live.textContent = sentence));
  }

  /** Whether I may place this card myself. @param {string} key */
  mayMove(key) {
    const what = this.movable(key);
    if (!what) return false;
    return key[0] === "s" ? what.team !== null && this.myTeams.has(what.team) : this.root.dataset.mayTarget === "true";
  }

  /**
   * What moves with a card: a story, or the target of a feature that has no stories yet.
   * @param {string} key
   * @returns {Movable | null}
   */
  movable(key) {
    const { stories, features, targets, storiesOf } = this.model;
    const id = Number(key.slice(1));
    const story = key[0] === "s" ? stories.get(id) : undefined;
    if (story) return { row: story, kind: "story", number: story.number, title: story.title, team: story.team_id, points: story.points ?? 0 };
    const target = key[0] === "f" && !storiesOf.has(id) ? targets.get(id) : undefined;
    const feature = target && features.get(id);
    return feature ? { row: target, kind: "target", number: feature.number, title: feature.title, team: feature.team_id, points: 0 } : null;
  }

  // What is in focus ---------------------------------------------------------

  watchFocus() {
    const { canvas } = this.page;
    canvas.addEventListener("pointerover", (event) => {
      if (this.busy) return;
      const card = /** @type {Element} */ (event.target).closest(".ticket");
      const key = card ? card.id : null;
      if (key === this.hovered) return;
      this.hovered = key;
      this.redraw();
    });
    canvas.addEventListener("pointerleave", () => {
      if (this.busy || this.hovered === null) return;
      this.hovered = null;
      this.redraw();
    });
    canvas.addEventListener("focusin", (event) => {
      const card = /** @type {Element} */ (event.target).closest(".ticket");
      this.focused = card ? card.id : null;
      this.dimmed = card !== null && card.matches(":focus-visible");
      if (card) card.setAttribute("aria-description", this.inWords(card.id));
      this.redraw();
    });
    canvas.addEventListener("focusout", () => {
      this.focused = null;
      this.dimmed = false;
      this.redraw();
    });
  }

  /** The strings of a card as a screen reader hears them. @param {string} key */
  inWords(key) {
    const mine = this.model.strands().filter((s) => s.provider === key || s.consumer === key);
    const words = mine
      .sort((a, b) => bySeverity(b.health, a.health))
      .slice(0, 5)
      .map((s) => {
        const other = s.provider === key ? s.consumer : s.provider;
        const title = (other && this.model.subject(other)?.title) || "a card elsewhere";
        return `${s.provider === key ? "Provides for" : "Needs"} ${title}. ${verdict(s.health, s.slack)}.${s.loop ? " In a circle." : ""} ${this.aside?.string?.(s) ?? ""}`.trim();
      });
    return [this.aside?.card?.(key) ?? "", ...words].filter(Boolean).join(" ");
  }

  // Drawing --------------------------------------------------------------------

  redraw() {
    if (this.asked) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      if (!this.busy) this.draw();
    });
  }

  draw() {
    const lit = this.hovered ?? this.focused;
    const chain = lit ? this.model.chain(lit) : null;
    this.shown = this.visible(chain, lit);
    this.strings.draw(this.shown, this.page.layout(), chain ?? this.pinned);
    this.strings.svg.classList.toggle("is-all", this.options.all);
    this.dim(this.dimmed && chain && chain.size > 1 ? chain : this.pinned);
    for (const then of this.afterDraw) then();
  }

  /** Conflicts always; the strings of the chain in focus or kept lit; everything when asked. @param {Set<string> | null} chain @param {string | null} lit */
  visible(chain, lit) {
    return this.model.strands().filter((s) => {
      if (!s.provider || !s.consumer) return false;
      const near = this.dimmed ? chain !== null && chain.has(s.provider) && chain.has(s.consumer) : s.provider === lit || s.consumer === lit;
      if (s.state === "accepted" && !this.options.accepted) return near;
      const pinned = !lit && this.pinned?.has(s.provider) && this.pinned.has(s.consumer);
      return near || pinned || this.options.all || s.health === "conflict";
    });
  }

  /** @param {Set<string> | null} chain */
  dim(chain) {
    if (this.lit === chain) return;
    for (const key of this.lit ?? []) this.page.cards.get(key)?.classList.remove("in-chain");
    for (const key of chain ?? []) this.page.cards.get(key)?.classList.add("in-chain");
    this.veil.hidden = chain === null;
    this.lit = chain;
  }

  // Model to page ------------------------------------------------------------

  /** Puts every card where the model says and writes all loads. @returns {string[]} keys the page has no card for */
  reconcile() {
    const places = this.model.places();
    const unknown = [];
    for (const [key, place] of places) {
      const card = this.page.cards.get(key);
      if (!card) unknown.push(key);
      else if (!same(this.page.placeOf(card), place)) this.page.put(card, place);
    }
    for (const key of [...this.page.cards.keys()]) if (!places.has(key)) this.page.remove(key);
    for (const story of this.model.stories.values()) {
      const card = this.page.cards.get(`s${story.id}`);
      if (card) card.dataset.v = String(story.version);
    }
    this.weighAll();
    this.mark();
    return unknown;
  }

  weighAll() {
    for (const [key, cell] of this.page.cells) {
      const [team, iteration] = key.split(":").map((part) => (part === "null" ? null : Number(part)));
      if (team !== null) this.page.weigh(cell, this.model.cell(team, iteration));
    }
    for (const [id, head] of this.page.heads) this.page.weigh(head, this.model.column(Number(id)));
  }

  /** @param {number | null} team @param {(number | null)[]} iterations */
  weigh(team, iterations) {
    for (const iteration of iterations) {
      if (team !== null) this.page.weigh(this.page.cellOf({ team, iteration }), this.model.cell(team, iteration));
      if (iteration !== null) this.page.weigh(this.page.heads.get(String(iteration)), this.model.column(iteration));
    }
  }

  /** Marks cards and folded cells with conflicts and counts; says the finding. */
  mark() {
    const late = new Set();
    const circled = new Set();
    let conflicts = 0;
    for (const s of this.model.strands()) {
      if (s.loop) for (const key of [s.provider, s.consumer]) circled.add(key);
      if (s.health !== "conflict") continue;
      conflicts += 1;
      for (const key of [s.provider, s.consumer]) if (key) late.add(key);
    }
    this.late = late;
    for (const [key, card] of this.page.cards) {
      for (const [name, has] of /** @type {[string, boolean][]} */ ([["has-conflict", late.has(key)], ["in-circle", circled.has(key)]])) {
        if (card.classList.contains(name) !== has) card.classList.toggle(name, has);
      }
    }
    this.find(conflicts);
    for (const then of this.afterMark) then();
  }

  /** @param {number} conflicts */
  find(conflicts) {
    const finding = /** @type {HTMLElement} */ (this.root.querySelector("#board-finding"));
    const over = this.worstCell();
    const parts = [];
    if (conflicts) parts.push(`${conflicts} ${conflicts === 1 ? "conflict" : "conflicts"}`);
    if (over) parts.push(`${over.team.name} is ${Math.round(over.points * 10) / 10} points over in ${over.iteration.name}`);
    finding.textContent = parts.join(" · ") || "No conflicts, no overload";
    finding.classList.toggle("is-good", !parts.length);
    finding.title = conflicts ? "Go to the next conflict (N)" : over ? "Go there (N)" : "";
    finding.hidden = false;
  }

  /** The cell with most points beyond what fits. */
  worstCell() {
    let worst = null;
    for (const team of this.model.teams.values()) {
      for (const iteration of this.model.iterations.values()) {
        const cell = this.model.cell(team.id, iteration.id);
        const points = cell.fit === null ? 0 : cell.load - cell.fit;
        if (points > (worst?.points ?? 0)) worst = { team, iteration, points };
      }
    }
    return worst;
  }
}

/** @param {Place | null} a @param {Place} b */
function same(a, b) {
  return a !== null && a.team === b.team && a.iteration === b.iteration;
}
