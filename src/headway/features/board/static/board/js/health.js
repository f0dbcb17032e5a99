// @ts-check
/**
 * Schedule health of one dependency, as headway.engine.network.health says it. The preview of a drag needs
 * the rule before the server is asked; tests/browser/test_board_health.py runs both over every case.
 */

/** @typedef {"ok" | "tight" | "conflict" | "unplanned"} Health */

const DROPPED = new Set(["declined", "obsolete"]);
const ARRIVED = new Set(["delivered", "accepted"]);

/**
 * @param {number | null} provider index of the iteration among all of the train, null when not planned
 * @param {number | null} consumer
 * @param {string} state
 * @returns {Health | null} null when there is no string at all
 */
export function health(provider, consumer, state) {
  if (DROPPED.has(state)) return null;
  if (ARRIVED.has(state)) return "ok";
  if (consumer === null) return "unplanned";
  if (provider === null || consumer < provider) return "conflict";
  return consumer === provider ? "tight" : "ok";
}

/** @param {number | null} provider @param {number | null} consumer @returns {number | null} */
export function slack(provider, consumer) {
  return provider === null || consumer === null ? null : consumer - provider;
}

/** Which glyph ends the string: what the two teams have agreed. @param {string} state */
export function agreement(state) {
  if (state === "requested" || state === "negotiating") return "requested";
  if (state === "committed" || state === "in_progress") return "committed";
  return ARRIVED.has(state) ? "delivered" : "none";
}

const SEVERITY = { unplanned: 0, ok: 1, tight: 2, conflict: 3 };

/** Worst last, so that it is drawn on top. @param {Health} a @param {Health} b */
export const bySeverity = (a, b) => SEVERITY[a] - SEVERITY[b];

/**
 * One sentence about the string between two cards.
 * @param {Health} what @param {number | null} spare iterations
 */
export function verdict(what, spare) {
  if (what === "unplanned") return "The card that needs it is not planned yet";
  if (what === "tight") return "Tight: both in the same iteration";
  if (what === "ok") {
    return spare === null || spare < 1 ? "Fits" : `Fits, ${spare} ${spare === 1 ? "iteration" : "iterations"} to spare`;
  }
  if (spare === null) return "Conflict: needed, but its provider is not planned";
  return `Conflict: comes ${-spare} ${spare === -1 ? "iteration" : "iterations"} too late`;
}
