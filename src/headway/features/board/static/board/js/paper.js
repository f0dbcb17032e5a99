// @ts-check
/**
 * The board on paper: A3 across. Scripts cannot measure the layout of a printed page, so the board takes the paper's
 * width on the screen just before, draws its strings there, and is scaled to one page.
 */

/** @typedef {import("./desk.js").Desk} Desk */

/** What an A3 page across holds below the title and inside 8 mm margins, in CSS pixels; its width is in board.css. */
const HIGH = 1030;
/** Below this scale nobody can read a card: then the page grows instead. */
const SMALLEST = 0.6;
/** What the finding and the legend of an overlay take below the board. */
const LEGEND = 90;

/** @param {Desk} desk */
export function watchPrinting(desk) {
  const sheet = new CSSStyleSheet();
  let zoom = "";
  addEventListener("beforeprint", () => {
    zoom = desk.root.dataset.zoom ?? "m";
    desk.root.classList.add("is-paper");
    const height = shrink(desk);
    const scale = Math.max(SMALLEST, Math.min(1, HIGH / height));
    const tall = Math.max(HIGH, Math.ceil(height * scale));
    desk.page.canvas.style.transform = `scale(${scale})`;
    desk.page.scroll.style.height = `${Math.ceil(height * scale)}px`;
    const strip = /** @type {HTMLElement} */ (desk.root.querySelector("#board-strip"));
    // An inch has 96 CSS pixels; 60 of them are the title's, 61 the margins', and a few lines tell an overlay's legend.
    const around = 121 + (strip.hidden ? 0 : LEGEND);
    sheet.replaceSync(`@page { size: 420mm ${Math.ceil(((tall + around) / 96) * 25.4)}mm; margin: 8mm; }`);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  });
  addEventListener("afterprint", () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
    desk.root.classList.remove("is-paper");
    desk.root.dataset.zoom = zoom;
    desk.page.canvas.style.transform = desk.page.scroll.style.height = "";
    desk.page.stale();
    desk.draw();
  });
}

/** The largest cards with which the board fits, and its height with them. @param {Desk} desk */
function shrink(desk) {
  let height = 0;
  for (const size of ["m", "s"]) {
    desk.root.dataset.zoom = size;
    desk.page.stale();
    height = desk.page.canvas.offsetHeight;
    if (height * SMALLEST <= HIGH) break;
  }
  desk.draw();
  return height;
}
