// @ts-check
/** What a drop would do, in a few lines beside the card: what the browser knows at once, then what the engine adds. */

const GAP = 14;

export class Hint {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.element = document.createElement("div");
    this.now = document.createElement("div");
    this.then = document.createElement("div");
    this.element.className = "drag-note";
    this.then.className = "drag-then";
    this.element.hidden = true;
    this.element.append(this.now, this.then);
    this.size = { width: 0, height: 0 };
    this.point = { x: 0, y: 0 };
    root.append(this.element);
  }

  /** @param {string} text */
  say(text) {
    this.now.textContent = text;
    this.then.textContent = "";
    this.measure();
  }

  /** @param {string[]} words */
  add(words) {
    this.then.textContent = words.join("\n");
    this.measure();
  }

  /** Read once for each text, not at every frame. */
  measure() {
    this.element.hidden = false;
    this.size = { width: this.element.offsetWidth, height: this.element.offsetHeight };
    this.at(this.point.x, this.point.y);
  }

  /** Puts it beside a point of the window, and within the window. @param {number} x @param {number} y */
  at(x, y) {
    this.point = { x, y };
    const left = Math.min(x + GAP, innerWidth - this.size.width - 4);
    const below = y + GAP + 4;
    const top = below + this.size.height > innerHeight ? y - GAP - this.size.height : below;
    this.element.style.transform = `translate3d(${Math.max(4, left)}px, ${Math.max(4, top)}px, 0)`;
  }

  remove() {
    this.element.remove();
  }
}
