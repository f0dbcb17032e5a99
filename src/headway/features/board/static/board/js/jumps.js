// @ts-check
/** Where a string in focus leaves the window: a button with the name of its far end that goes there. */

/** @typedef {import("./desk.js").Desk} Desk */
/** @typedef {import("./page.js").Box} Box */

const MOST = 14;
const WIDTH = 190;

export class Jumps {
  /** @param {Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.layer = /** @type {HTMLElement} */ (desk.root.querySelector("#board-jumps"));
    this.layer.addEventListener("click", (event) => {
      const jump = /** @type {HTMLElement | null} */ (/** @type {Element} */ (event.target).closest(".jump"));
      if (jump) this.go(jump.dataset.to ?? "");
    });
    desk.page.scroll.addEventListener("scroll", () => this.soon(), { passive: true });
  }

  soon() {
    if (this.asked || !this.any) return;
    this.asked = requestAnimationFrame(() => {
      this.asked = 0;
      this.place();
    });
  }

  place() {
    const lit = this.desk.hovered ?? this.desk.focused;
    const far = lit && !this.desk.busy ? this.farEnds(lit) : [];
    this.any = lit !== null;
    this.layer.replaceChildren(...far);
  }

  /** @param {string} lit */
  farEnds(lit) {
    const boxes = this.desk.page.layout();
    const seen = this.desk.page.window();
    const mine = boxes.get(lit);
    /** @type {HTMLElement[]} */
    const found = [];
    /** @type {{x: number, y: number}[]} */
    const taken = [];
    for (const s of this.desk.shown ?? []) {
      const other = s.provider === lit ? s.consumer : s.consumer === lit ? s.provider : null;
      const box = other ? boxes.get(other) : undefined;
      if (!other || !box || !mine || inside(box, seen) || found.length >= MOST) continue;
      found.push(this.button(other, s.health, box, seen, taken));
    }
    return found;
  }

  /** @param {string} key @param {string} health @param {Box} box @param {Box} seen @param {{x: number, y: number}[]} taken */
  button(key, health, box, seen, taken) {
    const { scroll } = this.desk.page;
    const button = document.createElement("button");
    const x = Math.min(Math.max(box.left, seen.left + 6), seen.right - WIDTH - 6);
    let y = Math.min(Math.max(box.top, seen.top + 6), seen.bottom - 26);
    const step = y > (seen.top + seen.bottom) / 2 ? -24 : 24;
    while (taken.some((each) => Math.abs(each.x - x) < WIDTH && Math.abs(each.y - y) < 24)) y += step;
    taken.push({ x, y });
    button.type = "button";
    button.tabIndex = -1;
    button.className = `jump is-${health}`;
    button.dataset.to = key;
    button.textContent = `${arrow(box, seen)} ${this.name(key)}`;
    button.style.transform = `translate(${x - scroll.scrollLeft}px, ${y - scroll.scrollTop}px)`;
    return button;
  }

  /** @param {string} key */
  name(key) {
    const { model } = this.desk;
    const place = model.places().get(key);
    const team = place?.team ? model.teams.get(place.team)?.name : "Shared";
    const subject = model.subject(key);
    return `${team} ${place?.iteration ? model.iterationName(place.iteration) : "backlog"} · ${(subject?.title ?? "").slice(0, 22)}`;
  }

  /** @param {string} key */
  go(key) {
    const card = this.desk.page.cards.get(key);
    if (!card) return;
    card.scrollIntoView({ block: "center", inline: "center", behavior: calm() ? "instant" : "smooth" });
    card.focus({ preventScroll: true });
  }
}

/** Whether the reader asked for less motion. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** @param {Box} box @param {Box} seen */
function inside(box, seen) {
  return box.right > seen.left && box.left < seen.right && box.bottom > seen.top && box.top < seen.bottom;
}

/** @param {Box} box @param {Box} seen */
function arrow(box, seen) {
  if (box.left >= seen.right) return "→";
  if (box.right <= seen.left) return "←";
  return box.top >= seen.bottom ? "↓" : "↑";
}
