// @ts-check
/**
 * The picture: who points at a card, or reaches it with Tab, sees all that it waits for and all that waits for it;
 * the rest steps back. A card opens its page in the side panel.
 */
import { openPanel } from "../../web/js/panel.js";

/** @param {Element} picture @param {string} key @returns {Set<string>} the keys that stay lit */
function reach(picture, key) {
  /** @type {[string, string][]} */
  const links = [...picture.querySelectorAll(".net-string")].map((each) => [each.getAttribute("data-from") ?? "", each.getAttribute("data-to") ?? ""]);
  const lit = new Set([key]);
  for (const [from, to] of [[0, 1], [1, 0]]) {
    const waiting = [key];
    const seen = new Set(waiting);
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const link of links) {
        if (link[from] !== at || seen.has(link[to])) continue;
        seen.add(link[to]);
        lit.add(link[to]);
        waiting.push(link[to]);
      }
    }
  }
  return lit;
}

/** @param {Element} picture @param {string | null} key */
function light(picture, key) {
  const lit = key === null ? null : reach(picture, key);
  picture.classList.toggle("has-focus", lit !== null);
  for (const box of picture.querySelectorAll(".net-box")) box.classList.toggle("is-lit", lit?.has(box.getAttribute("data-key") ?? "") ?? false);
  for (const curve of picture.querySelectorAll(".net-string")) {
    const ends = ["data-from", "data-to"].map((end) => curve.getAttribute(end) ?? "");
    curve.classList.toggle("is-lit", lit !== null && ends.every((end) => lit.has(end)));
  }
}

/** @param {EventTarget | null} target @returns {Element | null} */
const boxAt = (target) => (target instanceof Element ? target.closest(".net-box") : null);

/** What is lit follows the pointer, and the focus while the pointer is elsewhere. @param {EventTarget | null} target */
function follow(target) {
  for (const picture of document.querySelectorAll(".network")) {
    const box = boxAt(target) ?? boxAt(document.activeElement);
    const key = box && picture.contains(box) ? box.getAttribute("data-key") : null;
    if (picture.getAttribute("data-lit") === key) continue;
    if (key === null) picture.removeAttribute("data-lit");
    else picture.setAttribute("data-lit", key);
    light(picture, key);
  }
}

document.addEventListener("pointerover", (event) => follow(event.target));
document.addEventListener("focusin", (event) => follow(event.target));
document.addEventListener("focusout", () => follow(null));
document.addEventListener("click", (event) => {
  const address = boxAt(event.target)?.getAttribute("href");
  if (!address || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openPanel(address);
});
