/**
 * Pages of tables that stay true. What stands in an element with an id and `data-follows="story capacity"` is fetched
 * again after something of these kinds has changed, by anybody, or was saved in the side panel.
 */

import { enliven } from "./dom.js";
import { on } from "./live.js";

/** Changes come in bursts; one fetch answers for all that came meanwhile. */
const PAUSE = 500;

const parts = () => /** @type {HTMLElement[]} */ ([...document.querySelectorAll("main [data-follows][id]")]);
let timer = 0;
let isRunning = false;
let isWanted = false;

/** @param {HTMLElement} old @param {HTMLElement} fresh */
function replace(old, fresh) {
  const focused = document.activeElement;
  const isInside = old.contains(focused);
  if (isInside && focused?.matches("input, textarea, select")) return;
  const address = isInside ? focused?.getAttribute("href") : null;
  old.replaceWith(fresh);
  enliven(fresh);
  if (address) /** @type {HTMLElement | null} */ (fresh.querySelector(`[href="${CSS.escape(address)}"]`))?.focus({ preventScroll: true });
}

async function renew() {
  const address = new URL(location.href);
  address.searchParams.delete("panel");
  const response = await fetch(address, { headers: { Accept: "text/html" }, credentials: "same-origin", cache: "no-store" });
  if (!response.ok || response.redirected) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const old of parts()) {
    const fresh = page.getElementById(old.id);
    if (fresh) replace(old, document.adoptNode(fresh));
  }
}

async function run() {
  if (isRunning) {
    isWanted = true;
    return;
  }
  isRunning = true;
  // A failed fetch leaves the page as it was; the stream says when the connection is lost.
  await renew().catch(() => {});
  isRunning = false;
  if (isWanted) soon();
  isWanted = false;
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(run, PAUSE);
}

/** @param {string} kind */
const concerns = (kind) => parts().some((part) => part.dataset.follows?.split(" ").includes(kind));

on("entry", (entry) => {
  if (concerns(entry.kind)) soon();
});
on("resync", () => {
  soon();
  return true;
});
document.addEventListener("headway:panel-saved", soon);
