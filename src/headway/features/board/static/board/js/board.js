// @ts-check
/** The program board: reads the snapshot, then wires the parts together. */
import { request } from "../../web/js/csrf.js";
import { openPanel } from "../../web/js/panel.js";
import { Desk } from "./desk.js";
import { watchDrags } from "./drag.js";
import { watchDrawer } from "./drawer.js";
import { Feed } from "./feed.js";
import { Filters } from "./filters.js";
import { Jumps } from "./jumps.js";
import { watchKeys } from "./keyboard.js";
import { Links } from "./links.js";
import { Model } from "./model.js";
import { Moves } from "./moves.js";
import { Overlays } from "./overlays.js";
import { Page } from "./page.js";
import { watchPrinting } from "./paper.js";
import { Rows } from "./rows.js";
import { tools } from "./tools.js";

const root = /** @type {HTMLElement} */ (document.getElementById("board"));

async function start() {
  const snapshot = await request("GET", root.dataset.snapshot ?? "");
  const page = new Page(root);
  const model = new Model(snapshot, root.dataset.view === "features" ? "features" : "stories");
  const desk = new Desk(root, page, model);
  const rows = new Rows(desk);
  const moves = new Moves(desk);
  const links = new Links(desk);
  const filters = new Filters(desk);
  const jumps = new Jumps(desk);
  const feed = new Feed(desk, filters);
  desk.reconcile();
  rows.restore();
  watchDrags(desk, moves, links);
  watchKeys(desk, moves, links, filters);
  watchDrawer(desk);
  watchPrinting(desk);
  tools(desk, { rows, moves, filters });
  desk.onDraw(() => jumps.place());
  feed.listen();
  openOnClick(desk);
  new Overlays(desk).listen();
  desk.redraw();
  root.dataset.ready = "true";
  performance.mark("board-ready");
}

/** A plain click opens the card beside the board; with a modifier the link is a link. @param {Desk} desk */
function openOnClick(desk) {
  desk.page.canvas.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    const target = /** @type {Element} */ (event.target);
    const card = target.closest(".ticket");
    if (card) {
      event.preventDefault();
      if (!desk.justDragged) openPanel(/** @type {HTMLAnchorElement} */ (card).href);
      return;
    }
    if (desk.justDragged || target.closest("button")) return;
    const mark = /** @type {SVGElement | null} */ (target.closest(".string"));
    const from = desk.page.canvas.getBoundingClientRect();
    const id = mark ? Number(mark.dataset.id) : desk.strings.at(event.clientX - from.left, event.clientY - from.top)?.id;
    const dependency = id === undefined ? undefined : desk.model.dependencies.get(id);
    if (dependency) openPanel(`${desk.base}/dependencies/${dependency.number}`);
  });
}

start();
