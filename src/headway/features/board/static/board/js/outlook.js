// @ts-check
/**
 * Asking the engine what a card in another cell would change. The browser's own preview does not wait for it; the
 * answer refines it when the card rests over a cell.
 */
import { request } from "../../web/js/csrf.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {{words: string[]}} Answer */

/** Milliseconds a card has to rest before the server is asked. */
const REST = 120;

export class Outlook {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    /** @type {Map<string, string[]>} */ this.known = new Map();
    this.seq = -1;
    this.timer = 0;
    /** @type {AbortController | null} */ this.asking = null;
  }

  /**
   * Calls back with what would change, in sentences, unless another question or a rest comes first.
   * @param {string} key @param {number | null} iteration @param {(words: string[]) => void} then
   */
  ask(key, iteration, then) {
    this.rest();
    const what = this.desk.movable(key);
    const { model, api } = this.desk;
    if (!what) return;
    if (this.seq !== model.seq) this.known.clear();
    this.seq = model.seq;
    const query = new URLSearchParams({ pi: String(model.pi.number), [what.kind === "story" ? "story" : "feature"]: String(what.number) });
    if (iteration !== null) query.set("iteration", String(iteration));
    const address = `${api}/board/consequences?${query}`;
    const known = this.known.get(address);
    if (known) return void then(known);
    this.timer = window.setTimeout(() => void this.send(address, then), REST);
  }

  /** @param {string} address @param {(words: string[]) => void} then */
  async send(address, then) {
    const asking = (this.asking = new AbortController());
    try {
      const answer = /** @type {Answer} */ (await request("GET", address, undefined, { signal: asking.signal }));
      this.known.set(address, answer.words);
      if (!asking.signal.aborted) then(answer.words);
    } catch {
      // The card can be dropped without: what the browser knows is shown already.
    }
  }

  /** Nobody waits for an answer any more. */
  rest() {
    clearTimeout(this.timer);
    this.asking?.abort();
    this.asking = null;
  }
}
