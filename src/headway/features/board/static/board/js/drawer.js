// @ts-check
/** The drawer of what is not on the board: bring a feature into the PI, or put it out of scope. */
import { request } from "../../web/js/csrf.js";
import { toast } from "../../web/js/toast.js";

/** @param {import("./desk.js").Desk} desk */
export function watchDrawer(desk) {
  desk.root.addEventListener("click", (event) => {
    const button = /** @type {HTMLButtonElement | null} */ (/** @type {Element} */ (event.target).closest("[data-aim]"));
    if (button) void aim(desk, button);
  });
}

/** @param {import("./desk.js").Desk} desk @param {HTMLButtonElement} button */
async function aim(desk, button) {
  button.disabled = true;
  const planned = button.dataset.planned === "true";
  try {
    await request("PUT", `${desk.api}/features/${button.dataset.aim}/targets/${desk.model.pi.id}`, { planned });
    desk.say(planned ? `The feature is now aimed at ${desk.model.pi.name}.` : "The feature is out of scope.");
  } catch (problem) {
    button.disabled = false;
    toast(/** @type {Error} */ (problem).message, { kind: "bad" });
  }
}
