// @ts-check
/** Making a dependency: from the edge handle of a card, or with the keyboard, to another card; then one small dialog. */
import { request } from "../../web/js/csrf.js";
import { toast } from "../../web/js/toast.js";
import { health, slack, verdict } from "./health.js";

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {"consumer" | "provider"} Side */

export class Links {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.handles = /** @type {HTMLElement} */ (desk.root.querySelector("#board-handles"));
    this.dialog = /** @type {HTMLDialogElement} */ (desk.root.querySelector("#board-dependency"));
    this.form = /** @type {HTMLFormElement} */ (this.dialog.querySelector("form"));
    /** @type {{key: string, side: Side} | null} */ this.from = null;
    this.ends = { consumer: "", provider: "" };
    this.mayLink = desk.root.dataset.mayLink === "true";
    /** @type {HTMLElement | null} */ this.back = null;
    this.wire();
  }

  /** Whether a card can be the end of a dependency. @param {string} key */
  linkable(key) {
    return key[0] === "s" || key[0] === "f";
  }

  /**
   * The other end under the pointer or in focus: a card, or a whole team (`t5`) where no card is.
   * @param {Element | null} element @param {string} key the end that is given
   * @returns {{key: string, element: HTMLElement} | null}
   */
  otherEnd(element, key) {
    const card = /** @type {HTMLElement | null} */ (element?.closest(".ticket") ?? null);
    if (card) return card.id !== key && this.linkable(card.id) ? { key: card.id, element: card } : null;
    const row = /** @type {HTMLElement | null} */ (element?.closest(".cell")?.parentElement ?? null);
    const team = row?.dataset.t;
    if (!row || !team || Number(team) === this.desk.model.places().get(key)?.team) return null;
    return { key: `t${team}`, element: /** @type {HTMLElement} */ (element?.closest(".cell")) };
  }

  // By pointer ---------------------------------------------------------------

  watchHandles() {
    const { canvas } = this.desk.page;
    if (!this.mayLink) return;
    canvas.addEventListener("pointerover", (event) => {
      const target = /** @type {Element} */ (event.target);
      if (event.pointerType === "touch" || this.desk.busy || target.closest(".handles")) return;
      const card = /** @type {HTMLElement | null} */ (target.closest(".ticket"));
      this.place(card && this.linkable(card.id) ? card : null);
    });
    canvas.addEventListener("pointerleave", () => this.desk.busy || this.place(null));
    this.handles.addEventListener("pointerdown", (event) => this.pull(event));
  }

  /** @param {HTMLElement | null} card */
  place(card) {
    this.held = card;
    const box = card && this.desk.page.layout().get(card.id);
    this.handles.hidden = !box;
    if (!box) return;
    this.handles.style.transform = `translate(${box.left}px, ${box.top}px)`;
    this.handles.style.width = `${box.right - box.left}px`;
    this.handles.style.height = `${box.bottom - box.top}px`;
  }

  /** @param {PointerEvent} event */
  pull(event) {
    if (!this.held || event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    const side = /** @type {Element} */ (event.target).closest(".is-needs") ? "consumer" : "provider";
    const key = this.held.id;
    const end = new AbortController();
    const signal = end.signal;
    this.desk.busy = true;
    /** @type {{key: string, element: HTMLElement} | null} */
    let over = null;
    const stop = () => {
      end.abort();
      over?.element.classList.remove("is-other-end");
      this.desk.strings.draft(null);
      this.desk.busy = false;
      this.desk.justDragged = true;
      this.place(null);
      this.desk.redraw();
    };
    window.addEventListener("pointermove", (move) => {
      over?.element.classList.remove("is-other-end");
      over = this.otherEnd(document.elementFromPoint(move.clientX, move.clientY), key);
      over?.element.classList.add("is-other-end");
      this.stretch(key, side, move);
    }, { signal });
    window.addEventListener("pointerup", () => {
      const other = over?.key;
      stop();
      if (other) this.ask(side === "consumer" ? { consumer: key, provider: other } : { consumer: other, provider: key });
    }, { signal });
    window.addEventListener("pointercancel", stop, { signal });
    window.addEventListener("keydown", (press) => press.key === "Escape" && stop(), { signal, capture: true });
  }

  /** @param {string} key @param {Side} side @param {PointerEvent} at */
  stretch(key, side, at) {
    const box = this.desk.page.layout().get(key);
    const from = this.desk.page.canvas.getBoundingClientRect();
    const tip = { x: at.clientX - from.left, y: at.clientY - from.top };
    if (!box) return;
    const middle = (box.top + box.bottom) / 2;
    if (side === "provider") this.desk.strings.draft({ x: box.right, y: middle }, tip);
    else this.desk.strings.draft(tip, { x: box.left, y: middle });
  }

  // By keyboard --------------------------------------------------------------

  /** @param {string} key */
  begin(key) {
    if (!this.linkable(key)) return;
    if (!this.mayLink) return void this.desk.say("You read along here; a member of a team can record what it needs.");
    this.from = { key, side: "consumer" };
    this.desk.page.cards.get(key)?.classList.add("is-other-end");
    this.desk.say(`${this.title(key)} needs something. Go to the card that provides it and press Enter. S swaps the direction, Escape cancels.`);
  }

  swap() {
    if (!this.from) return;
    this.from.side = this.from.side === "consumer" ? "provider" : "consumer";
    this.desk.say(`${this.title(this.from.key)} ${this.from.side === "consumer" ? "needs" : "provides"}. Go to the other card and press Enter.`);
  }

  /** Draws the string being made to the card in focus. @param {string | null} key */
  aim(key) {
    if (!this.from) return;
    const boxes = this.desk.page.layout();
    const [mine, other] = [boxes.get(this.from.key), key && key !== this.from.key ? boxes.get(key) : undefined];
    if (!mine || !other) return void this.desk.strings.draft(null);
    const [provider, consumer] = this.from.side === "consumer" ? [other, mine] : [mine, other];
    this.desk.strings.draft({ x: provider.right, y: (provider.top + provider.bottom) / 2 }, { x: consumer.left, y: (consumer.top + consumer.bottom) / 2 });
  }

  /** @param {Element} element card or cell in focus */
  choose(element) {
    if (!this.from) return;
    const other = this.otherEnd(element, this.from.key);
    if (!other) return void this.desk.say("That cannot be the other end. Choose another card, or a cell of another team.");
    const { key: mine, side } = this.from;
    this.cancel(false);
    this.ask(side === "consumer" ? { consumer: mine, provider: other.key } : { consumer: other.key, provider: mine });
  }

  /** @param {boolean} [aloud] */
  cancel(aloud = true) {
    if (!this.from) return;
    this.desk.page.cards.get(this.from.key)?.classList.remove("is-other-end");
    this.from = null;
    this.desk.strings.draft(null);
    if (aloud) this.desk.say("No dependency made.");
  }

  // The dialog ---------------------------------------------------------------

  wire() {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.save();
    });
    this.dialog.querySelector("[data-swap]")?.addEventListener("click", () => {
      this.ends = { consumer: this.ends.provider, provider: this.ends.consumer };
      this.fill();
    });
    this.dialog.querySelector("[data-cancel]")?.addEventListener("click", () => this.dialog.close());
    this.field("needed_by").addEventListener("change", () => this.judge());
    this.dialog.addEventListener("close", () => this.back?.focus({ preventScroll: true }));
  }

  /** @param {string} name */
  field(name) {
    return /** @type {HTMLInputElement | HTMLSelectElement} */ (this.form.elements.namedItem(name));
  }

  /** @param {{consumer: string, provider: string}} ends */
  ask(ends) {
    this.ends = ends;
    this.back = /** @type {HTMLElement | null} */ (document.activeElement?.closest(".ticket") ?? this.desk.page.cards.get(ends.consumer) ?? null);
    this.field("needs").value = "";
    this.fault("");
    this.fill();
    this.dialog.showModal();
    this.field("needs").focus();
  }

  fill() {
    for (const side of /** @type {Side[]} */ (["consumer", "provider"])) {
      const element = this.dialog.querySelector(`[data-end="${side}"]`);
      if (element) element.textContent = this.title(this.ends[side]);
    }
    const place = this.desk.model.places().get(this.ends.consumer);
    this.field("needed_by").value = place?.iteration ? String(place.iteration) : "";
    this.judge();
  }

  judge() {
    const { model } = this.desk;
    const at = (/** @type {Side} */ side) => model.indexOf(model.places().get(this.ends[side])?.iteration ?? null);
    const what = health(at("provider"), at("consumer"), "identified") ?? "unplanned";
    const line = /** @type {HTMLElement} */ (this.dialog.querySelector("[data-verdict]"));
    line.textContent = `${verdict(what, slack(at("provider"), at("consumer")))}.`;
    line.className = `board-verdict is-${what}`;
  }

  /** @param {string} sentence */
  fault(sentence) {
    const line = /** @type {HTMLElement} */ (this.dialog.querySelector("[data-error]"));
    line.textContent = sentence;
    line.hidden = !sentence;
  }

  async save() {
    const body = { needs: this.field("needs").value.trim(), type: this.field("type").value, needed_by: Number(this.field("needed_by").value) || null, ...this.end("consumer"), ...this.end("provider") };
    try {
      await request("POST", `${this.desk.api}/dependencies`, body);
      this.dialog.close();
      this.desk.say(`${this.title(this.ends.consumer)} now needs ${body.needs} from ${this.title(this.ends.provider)}.`);
    } catch (problem) {
      this.fault(/** @type {Error} */ (problem).message);
      if (!this.dialog.open) toast(/** @type {Error} */ (problem).message, { kind: "bad" });
    }
  }

  /** @param {Side} side */
  end(side) {
    const key = this.ends[side];
    if (key[0] === "t") return { [`${side}_team`]: Number(key.slice(1)) };
    return { [`${side}_${key[0] === "s" ? "story" : "feature"}`]: this.desk.model.subject(key)?.number ?? null };
  }

  /** @param {string} key */
  title(key) {
    if (key[0] === "t") return this.desk.model.teams.get(Number(key.slice(1)))?.name ?? "a team";
    return this.desk.model.subject(key)?.title ?? "a card";
  }
}
