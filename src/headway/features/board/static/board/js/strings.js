// @ts-check
/**
 * The strings: one SVG over the table. Only what is to be seen is in it. Two channels that never mix:
 * health by colour, thickness and pattern; agreement by the cap at the consumer's end.
 */
import { bySeverity } from "./health.js";

/** @typedef {import("./model.js").Strand} Strand */
/** @typedef {import("./page.js").Box} Box */
/** @typedef {{x: number, y: number}} Point */
/** @typedef {{group: SVGGElement, line: SVGPathElement, hit: SVGPathElement, strand: Strand, drawn: string, shape: string}} Drawn */

const SVG = "http://www.w3.org/2000/svg";

export class Strings {
  /** @param {SVGSVGElement} svg at rest @param {SVGSVGElement} front what moves, on a layer of its own so that the rest is not painted again */
  constructor(svg, front) {
    this.svg = svg;
    this.front = front;
    /** @type {Map<number, Drawn>} */ this.drawn = new Map();
    /** @type {Map<number, Drawn>} */ this.moving = new Map();
    this.drafted = element("path", { class: "string is-draft" });
  }

  /**
   * Shows exactly these strings.
   * @param {Strand[]} strands @param {Map<string, Box>} boxes @param {Set<string> | null} chain cards in focus
   */
  draw(strands, boxes, chain) {
    const wanted = new Set();
    for (const strand of [...strands].sort((a, b) => bySeverity(a.health, b.health))) {
      const from = strand.provider ? boxes.get(strand.provider) : undefined;
      const to = strand.consumer ? boxes.get(strand.consumer) : undefined;
      if (!from || !to) continue;
      wanted.add(strand.id);
      const one = this.drawn.get(strand.id) ?? this.make(strand, this.svg, this.drawn);
      this.shape(one, strand, from, to);
      const inChain = chain !== null && chain.has(/** @type {string} */ (strand.provider)) && chain.has(/** @type {string} */ (strand.consumer));
      one.group.classList.toggle("in-chain", inChain);
    }
    for (const [id, one] of this.drawn) {
      if (wanted.has(id)) continue;
      one.group.remove();
      this.drawn.delete(id);
    }
    this.svg.classList.toggle("has-chain", chain !== null && chain.size > 1);
  }

  /** @param {Strand} strand @param {SVGSVGElement} svg @param {Map<number, Drawn>} drawn @returns {Drawn} */
  make(strand, svg, drawn) {
    const group = /** @type {SVGGElement} */ (document.createElementNS(SVG, "g"));
    const line = /** @type {SVGPathElement} */ (element("path", { class: "line" }));
    const hit = /** @type {SVGPathElement} */ (element("path", { class: "hit" }));
    group.dataset.id = String(strand.id);
    group.append(hit, line);
    svg.append(group);
    const one = { group, line, hit, strand, drawn: "", shape: "" };
    drawn.set(strand.id, one);
    return one;
  }

  /** @param {Drawn} one @param {Strand} strand @param {Box} from @param {Box} to */
  shape(one, strand, from, to) {
    const looks = `${strand.health} ${strand.agreement} ${strand.loop}`;
    if (one.drawn !== looks) this.dress(one, strand, looks);
    one.strand = strand;
    const start = { x: from.right, y: (from.top + from.bottom) / 2 };
    const end = { x: to.left, y: (to.top + to.bottom) / 2 };
    const shape = curve(start, end);
    if (one.shape === shape.path) return;
    one.shape = shape.path;
    one.line.setAttribute("d", shape.path);
    one.hit.setAttribute("d", shape.path);
    for (const mark of one.group.querySelectorAll("[data-at]")) {
      const at = mark.getAttribute("data-at") === "end" ? end : mark.getAttribute("data-at") === "middle" ? shape.middle : shape.third;
      mark.setAttribute("transform", `translate(${round(at.x)} ${round(at.y)})`);
    }
  }

  /** Sets colour, pattern, cap and marks. @param {Drawn} one @param {Strand} strand @param {string} looks */
  dress(one, strand, looks) {
    one.drawn = looks;
    one.shape = "";
    one.group.setAttribute("class", `string is-${strand.health}`);
    for (const mark of one.group.querySelectorAll("[data-at]")) mark.remove();
    const cap = capOf(strand.agreement);
    if (cap) one.group.append(cap);
    if (strand.health === "conflict") one.group.append(warningMark());
    if (strand.loop) one.group.append(loopMark());
  }

  /** Draws the strings of a card that is in the air, over the others. @param {Strand[]} strands @param {string} key @param {Box} box @param {Map<string, Box>} boxes */
  follow(strands, key, box, boxes) {
    for (const strand of strands) {
      const from = strand.provider === key ? box : boxes.get(strand.provider ?? "");
      const to = strand.consumer === key ? box : boxes.get(strand.consumer ?? "");
      if (!from || !to) continue;
      const one = this.moving.get(strand.id) ?? this.make(strand, this.front, this.moving);
      this.shape(one, strand, from, to);
    }
  }

  /** A card was lifted: its strings leave the rest, which steps back. @param {Strand[]} strands */
  lift(strands) {
    this.svg.classList.add("is-behind");
    for (const { id } of strands) this.drawn.get(id)?.group.setAttribute("display", "none");
  }

  /** The card is down again. */
  settle() {
    this.svg.classList.remove("is-behind");
    for (const [id, one] of this.moving) {
      one.group.remove();
      this.drawn.get(id)?.group.removeAttribute("display");
    }
    this.moving.clear();
  }

  /** The string that runs through a point of the canvas, the topmost first. @param {number} x @param {number} y @returns {Strand | null} */
  at(x, y) {
    const point = new DOMPoint(x, y);
    const found = [...this.drawn.values()].filter((one) => one.hit.isPointInStroke(point));
    return found.length ? found[found.length - 1].strand : null;
  }

  /** A string that is being made. @param {Point | null} from @param {Point} [to] */
  draft(from, to) {
    if (!from || !to) return this.drafted.remove();
    if (!this.drafted.isConnected) this.front.append(this.drafted);
    this.drafted.setAttribute("d", curve(from, to).path);
    return undefined;
  }
}

/** A bow from the right edge of one card to the left edge of another. @param {Point} from @param {Point} to */
export function curve(from, to) {
  const ahead = to.x - from.x;
  const reach = ahead >= 0 ? Math.max(14, Math.min(ahead / 2, 120)) : Math.min(26 - ahead * 0.12, 90);
  // Two cards at one height: a backward string bows out so that it does not run through both.
  const lift = ahead < 0 && Math.abs(to.y - from.y) < 24 ? 34 : 0;
  const a = { x: from.x + reach, y: from.y + lift };
  const b = { x: to.x - reach, y: to.y + lift };
  const at = (/** @type {number} */ t) => ({ x: bezier(t, from.x, a.x, b.x, to.x), y: bezier(t, from.y, a.y, b.y, to.y) });
  return {
    path: `M${round(from.x)} ${round(from.y)}C${round(a.x)} ${round(a.y)} ${round(b.x)} ${round(b.y)} ${round(to.x)} ${round(to.y)}`,
    middle: at(0.5),
    third: at(0.28),
  };
}

/** @param {number} t @param {number} p @param {number} q @param {number} r @param {number} s */
function bezier(t, p, q, r, s) {
  const u = 1 - t;
  return u * u * u * p + 3 * u * u * t * q + 3 * u * t * t * r + t * t * t * s;
}

/** @param {number} value */
const round = (value) => Math.round(value * 10) / 10;

/** @param {string} name @param {Record<string, string>} attributes */
function element(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** @param {string} agreement */
function capOf(agreement) {
  if (agreement === "none") return null;
  const cap = element("g", { "data-at": "end" });
  if (agreement === "delivered") {
    cap.append(element("circle", { class: "cap", cx: "-5", r: "5.5" }), element("path", { class: "cap", d: "M-8 0l2 2.5 4-5" }));
  } else {
    cap.append(element("circle", { class: agreement === "committed" ? "cap is-full" : "cap", cx: "-4", r: "4" }));
  }
  return cap;
}

function warningMark() {
  const mark = element("g", { "data-at": "middle" });
  const sign = element("path", { class: "mark-sign", d: "M0 -7.5L7.5 6H-7.5Z" });
  const stroke = element("path", { class: "mark-bang", d: "M0 -2.5V1.6M0 3.4V4.4" });
  mark.append(sign, stroke);
  return mark;
}

function loopMark() {
  const mark = element("g", { "data-at": "third" });
  mark.append(element("circle", { class: "mark-ground", r: "7" }), element("path", { class: "mark-loop", d: "M4.3 -1.6A4.6 4.6 0 1 0 4.3 1.8M4.9 -4.6V-1.4H1.7" }));
  return mark;
}
