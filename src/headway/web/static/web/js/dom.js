/** Small makers of elements; nothing here knows what a page is about. */

/**
 * Make an element; children may be strings (set as text, never as HTML) or nodes.
 * @param {string} tag
 * @param {Record<string, string | boolean | null | undefined>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/**
 * An icon of our sprite, as decoration.
 * @param {string} name
 * @returns {SVGSVGElement}
 */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("width", "16");
  svg.setAttribute("height", "16");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(space, "use");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

/**
 * Turn HTML of our own server into nodes.
 * @param {string} html
 * @returns {DocumentFragment}
 */
export function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html.trim();
  return template.content;
}

/**
 * Is the reader typing, so that single keys belong to the text?
 * @param {EventTarget | null} target
 */
export function isTyping(target) {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio], [type=range]), textarea, select"));
}

/**
 * The elements of `root` that the Tab key reaches, in order.
 * @param {Element} root
 * @returns {HTMLElement[]}
 */
export function stops(root) {
  const found = root.querySelectorAll("a[href], button:not(:disabled), input:not(:disabled, [type=hidden]), select:not(:disabled), textarea:not(:disabled), summary, [tabindex='0']");
  return /** @type {HTMLElement[]} */ ([...found]).filter((element) => element.checkVisibility());
}

/** Let htmx see nodes that it did not bring itself. @param {Element} root */
export function enliven(root) {
  /** @type {any} */ (window).htmx?.process(root);
}
