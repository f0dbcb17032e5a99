/**
 * What others do, as it happens. One stream a browser: the tab that holds the lock listens and tells the others, because
 * a browser opens at most six connections to a plain HTTP/1.1 server.
 *
 * A tab knows the journal number its page was rendered at. It asks the listening tab for what came since; what that tab
 * no longer remembers is answered with `resync`.
 */

import { enliven, parse } from "./dom.js";
import { request } from "./csrf.js";
import { announce, toast } from "./toast.js";

/**
 * @typedef {{number: number, at: string, actor: string, user: number | null, verb: string, sentence: string, kind: string,
 *   id: number, before: Record<string, any> | null, after: Record<string, any> | null, command: string,
 *   fragments: Record<string, string>}} Entry
 * @typedef {{id: number, name: string, initials: string, page: string, holding: string}} Here
 */

const REMEMBERED = 500;
const LOST_AFTER = 8000;
const LONGEST_PAUSE = 30000;
const WORDS = { live: "Live: you see what others do", connecting: "Connecting…", lost: "Not connected: changes are not shown" };

/** @type {Map<string, Set<(detail: any) => any>>} */
const listeners = new Map();
const url = document.body?.dataset.liveUrl ?? "";
const me = document.body?.dataset.me ?? "";
/** One listener for each person and train, so that signing in as somebody else starts afresh. */
const common = `headway:${me}:${url}`;
let seen = Number(document.body?.dataset.liveNumber ?? 0);
let isLeader = false;
let state = "connecting";
/** @type {Here[]} */
let people = [];
/** What the listening tab has heard lately. @type {Entry[]} */
let heard = [];
/** @type {BroadcastChannel | null} */
let channel = null;

/**
 * Listen to `entry` (one journal entry of anybody), `presence` (who is here), `resync` (return true when the page has
 * caught up by itself; otherwise it is loaded again) or `state` (live, connecting, lost).
 * @param {"entry" | "presence" | "resync" | "state"} name
 * @param {(detail: any) => any} listener
 * @returns {() => void} stops listening
 */
export function on(name, listener) {
  const set = listeners.get(name) ?? new Set();
  listeners.set(name, set.add(listener));
  if (name === "presence" && people.length) listener(people);
  if (name === "state") listener(state);
  return () => set.delete(listener);
}

/** @param {string} name @param {any} detail */
function tell(name, detail) {
  return [...(listeners.get(name) ?? [])].map((listener) => listener(detail));
}

/** The journal number up to which this page is true. */
export function number() {
  return seen;
}

/**
 * Say that this page is true up to `known`, after it has fetched a snapshot by itself.
 * @param {number} known
 */
export function caughtUp(known) {
  seen = Math.max(seen, known);
}

/** @param {Entry} entry */
function takeEntry(entry) {
  if (entry.number <= seen) return;
  seen = entry.number;
  for (const [key, html] of Object.entries(entry.fragments ?? {})) replaceFragments(key, html);
  tell("entry", entry);
  if (String(entry.user) !== me) announce(`${entry.sentence}.`);
}

/** @param {string} key @param {string} html */
function replaceFragments(key, html) {
  for (const old of document.querySelectorAll(`[data-fragment="${CSS.escape(key)}"]`)) {
    // Never pull a field away from under the cursor; the save that follows meets the version check.
    if (old.contains(document.activeElement) && document.activeElement?.matches("input, textarea, select")) continue;
    const fresh = parse(html).firstElementChild;
    if (!fresh) old.remove();
    else {
      old.replaceWith(fresh);
      enliven(fresh);
    }
  }
}

// A form on its way must not be overtaken by a reload of the page it leaves.
let isLeaving = false;
document.addEventListener("submit", (event) => queueMicrotask(() => (isLeaving ||= !event.defaultPrevented)));
addEventListener("pageshow", () => (isLeaving = false));

/** @param {number} known */
function takeResync(known) {
  const isHandled = tell("resync", known).some((answer) => answer === true);
  seen = Math.max(seen, known);
  if (isHandled || isLeaving) return;
  const isBusy = document.querySelector("dialog[open], #panel:not([hidden]) form") || document.activeElement?.matches("input, textarea, select");
  if (!isBusy) location.reload();
  else toast("A lot has changed since this page was loaded.", { kind: "warn", stay: true, action: { label: "Load again", run: () => location.reload() } });
}

/** @param {string} next */
function takeState(next) {
  if (state === next) return;
  state = next;
  tell("state", state);
}

/** @param {Here[]} list */
function takePresence(list) {
  people = list;
  tell("presence", people);
}

// --- Between the tabs -----------------------------------------------------------------------------

/** @param {Record<string, any>} message */
function pass(message) {
  channel?.postMessage(message);
}

/** @param {number} known */
function answer(known) {
  const [first] = heard;
  const isWhole = known >= seen || (first && first.number <= known + 1);
  if (isWhole) pass({ type: "entries", entries: heard.filter((entry) => entry.number > known) });
  else pass({ type: "resync", number: seen, below: known });
  pass({ type: "state", state });
  pass({ type: "presence", people });
}

/** @param {MessageEvent} event */
function hear({ data }) {
  if (data.type === "hello" && isLeader) answer(data.seen);
  else if (data.type === "who") pass({ type: "hello", seen });
  else if (isLeader) return;
  else if (data.type === "entries") data.entries.forEach(takeEntry);
  else if (data.type === "resync" && (data.below === undefined || seen <= data.below)) takeResync(data.number);
  else if (data.type === "presence") takePresence(data.people);
  else if (data.type === "state") takeState(data.state);
}

// --- The listening tab ------------------------------------------------------------------------------

class Stream {
  constructor() {
    this.failures = 0;
    this.lostTimer = 0;
    this.open();
    addEventListener("online", () => this.source.readyState !== EventSource.OPEN && this.again(0));
  }

  open() {
    const source = new EventSource(`${url}?after=${seen}`);
    this.source = source;
    source.onopen = () => this.opened();
    source.onerror = () => this.failed();
    source.addEventListener("entry", (event) => this.entry(JSON.parse(event.data)));
    source.addEventListener("presence", (event) => this.presence(JSON.parse(event.data).people));
    source.addEventListener("resync", (event) => this.resync(JSON.parse(event.data).number));
    source.addEventListener("bye", () => this.failed());
  }

  opened() {
    this.failures = 0;
    clearTimeout(this.lostTimer);
    this.lostTimer = 0;
    this.state("live");
  }

  /** The browser would retry by itself, but not after an error page; one way for both. */
  failed() {
    this.source.close();
    this.failures += 1;
    this.state(this.lostTimer === -1 ? "lost" : "connecting");
    this.lostTimer ||= window.setTimeout(() => ((this.lostTimer = -1), this.state("lost")), LOST_AFTER);
    if (this.failures % 3 === 2) this.checkSession();
    const pause = Math.min(LONGEST_PAUSE, 500 * 2 ** Math.min(this.failures, 6));
    this.again(pause / 2 + (Math.random() * pause) / 2);
  }

  /** @param {number} pause milliseconds */
  again(pause) {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.source.close();
      this.open();
    }, pause);
  }

  /** A stream cannot say why it was refused; the same address by HEAD can. */
  async checkSession() {
    const response = await fetch(url, { method: "HEAD", cache: "no-store" }).catch(() => null);
    if (!response || ![401, 403, 404].includes(response.status)) return;
    clearTimeout(this.timer);
    this.state("lost");
    toast("You are signed out, or may no longer see this train.", { kind: "bad", action: { label: "Load again", run: () => location.reload() } });
  }

  /** @param {Entry} entry */
  entry(entry) {
    if (entry.number <= seen) return;
    heard.push(entry);
    heard = heard.slice(-REMEMBERED);
    pass({ type: "entries", entries: [entry] });
    takeEntry(entry);
  }

  /** @param {Here[]} list */
  presence(list) {
    pass({ type: "presence", people: list });
    takePresence(list);
  }

  /** @param {number} known */
  resync(known) {
    heard = [];
    pass({ type: "resync", number: known });
    takeResync(known);
  }

  /** @param {string} next */
  state(next) {
    takeState(next);
    pass({ type: "state", state: next });
  }
}

// --- Telling the others where this tab is -----------------------------------------------------------

/** @type {{page: string, holding: string}} */
let place = { page: "", holding: "" };
let told = "";
let tellTimer = 0;

async function tellPlace() {
  tellTimer = 0;
  const address = document.body.dataset.presenceUrl;
  const text = JSON.stringify(place);
  if (!address || text === told || document.visibilityState !== "visible") return;
  told = text;
  await request("POST", address, place).catch(() => (told = ""));
}

/**
 * Tell the others which page this is and which card is held (`story:12`); at most once a second.
 * @param {{page?: string, holding?: string}} what
 */
export function here(what) {
  place = { ...place, ...what };
  tellTimer ||= window.setTimeout(tellPlace, 1000);
}

function tellAgain() {
  told = "";
  here({});
}

// --- What the top bar shows ---------------------------------------------------------------------------

/** @param {string} now */
function showState(now) {
  const lamp = document.getElementById("live-state");
  const word = lamp?.querySelector(".live-word");
  if (!lamp || !word) return;
  lamp.dataset.state = now;
  lamp.title = word.textContent = WORDS[/** @type {keyof WORDS} */ (now)];
}

/** @param {Here[]} list */
function showPeople(list) {
  const place = document.getElementById("who-is-here");
  if (!place) return;
  const others = list.filter((person) => String(person.id) !== place.dataset.me);
  const marks = others.slice(0, 5).map((person) => {
    const mark = document.createElement("span");
    mark.className = `initials${person.holding ? " is-holding" : ""}`;
    mark.textContent = person.initials;
    mark.title = person.page ? `${person.name}, on ${person.page}` : person.name;
    return mark;
  });
  place.replaceChildren(...marks);
  if (others.length > 5) {
    const more = document.createElement("span");
    more.className = "who-more";
    more.textContent = `+${others.length - 5}`;
    more.title = others.slice(5).map((person) => person.name).join(", ");
    place.append(more);
  }
  place.setAttribute("aria-label", others.length ? `Also here: ${others.map((person) => person.name).join(", ")}` : "Nobody else is here");
}

/** Listen, or wait for the lock while another tab listens. */
export function startLive() {
  if (!url) return;
  on("state", showState);
  on("presence", showPeople);
  here({ page: document.title.split(" - ")[0] });
  // Another tab may have spoken for this person, and a new connection starts without a place.
  document.addEventListener("visibilitychange", tellAgain);
  on("state", (now) => now === "live" && tellAgain());
  channel = new BroadcastChannel(common);
  channel.onmessage = hear;
  const lead = () => {
    isLeader = true;
    pass({ type: "who" });
    new Stream();
    return new Promise(() => {}); // held until this tab goes
  };
  // Web Locks need https or localhost; on plain http every tab listens for itself.
  if (!navigator.locks) {
    channel.close();
    channel = null;
    lead();
    return;
  }
  navigator.locks.request(common, lead);
  pass({ type: "hello", seen });
}
