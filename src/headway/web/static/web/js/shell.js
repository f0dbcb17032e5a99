/** What every page starts with. */

import { token } from "./csrf.js";
import { startForms } from "./forms.js";
import { showKeys, startKeys } from "./keys.js";
import { startLive } from "./live.js";
import { startPalette } from "./palette.js";
import { startPanel } from "./panel.js";
import { startTheme } from "./theme.js";
import { startToasts, toast } from "./toast.js";

/** Pop-up menus are `<details>`: they work without this, which only closes them at the right moment. */
function startMenus() {
  const close = (/** @type {Element | null} */ but) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu !== but) menu.removeAttribute("open");
    }
  };
  document.addEventListener("click", (event) => close(/** @type {Element} */ (event.target).closest("details.menu")));
  document.addEventListener("focusin", (event) => close(/** @type {Element} */ (event.target).closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (!menu) return;
    event.preventDefault();
    menu.removeAttribute("open");
    menu.querySelector("summary")?.focus();
  });
}

function startDialogs() {
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const name = target.closest("[data-opens]")?.getAttribute("data-opens");
    const dialog = name && document.getElementById(name);
    if (dialog instanceof HTMLDialogElement) dialog.showModal();
    else if (name === "all-keys") showKeys();
    if (target.closest("[data-closes]")) target.closest("dialog")?.close();
    if (target.closest("[data-print]")) print();
  });
}

/** htmx speaks with our token, and its failures are sentences like all others. */
function startHtmx() {
  document.addEventListener("htmx:configRequest", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    if (detail.verb !== "get") detail.headers["X-CSRFToken"] = token();
  });
  document.addEventListener("htmx:responseError", (event) => {
    const { xhr } = /** @type {CustomEvent} */ (event).detail;
    const page = new DOMParser().parseFromString(xhr.responseText ?? "", "text/html");
    const sentence = page.querySelector("[data-sentence]")?.textContent?.trim();
    toast(sentence || `Headway could not do that (error ${xhr.status}).`, { kind: "bad" });
  });
  document.addEventListener("htmx:sendError", () => toast("Headway did not answer. Nothing you typed is lost; try again.", { kind: "bad" }));
}

// On a phone the tabs scroll sideways, and the one that tells where we are may be out of sight.
document.querySelector(".room-tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
startTheme();
startMenus();
startDialogs();
startHtmx();
startToasts();
startForms();
startPanel();
startPalette();
startKeys();
startLive();
