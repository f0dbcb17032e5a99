/** The reader's choice of light, dark or as the system has it. */

import { send } from "./csrf.js";
import { toast } from "./toast.js";

/** @param {string} choice */
function show(choice) {
  document.documentElement.dataset.theme = choice;
  for (const button of document.querySelectorAll("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.getAttribute("data-theme-choice") === choice));
  }
}

/** @param {string} choice */
async function choose(choice) {
  show(choice);
  document.cookie = `headway_theme=${choice}; path=/; max-age=31536000; samesite=lax`;
  const url = document.body.dataset.themeUrl;
  if (!url) return;
  try {
    await send(url, { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams({ theme: choice }) });
  } catch (problem) {
    toast(`The choice holds in this browser only. ${/** @type {Error} */ (problem).message}`, { kind: "warn" });
  }
}

export function startTheme() {
  show(document.documentElement.dataset.theme || "system");
  document.addEventListener("click", (event) => {
    const button = /** @type {Element} */ (event.target).closest("[data-theme-choice]");
    if (!button) return;
    event.preventDefault();
    choose(button.getAttribute("data-theme-choice") ?? "system");
  });
}
