// @ts-check
/**
 * The nodes that lie on a circle: members of a strongly connected component of two or more.
 * @param {Iterable<[string, string]>} links provider, consumer
 * @returns {Map<string, number>} node to the number of its circle
 */
export function circles(links) {
  /** @type {Map<string, string[]>} */
  const out = new Map();
  for (const [from, to] of links) {
    if (from === to) continue;
    let next = out.get(from);
    if (!next) out.set(from, (next = []));
    next.push(to);
    if (!out.has(to)) out.set(to, []);
  }
  return components(out);
}

/** Tarjan's algorithm without recursion: a long chain must not exhaust the stack. @param {Map<string, string[]>} out */
function components(out) {
  const index = new Map();
  const low = new Map();
  const open = new Set();
  /** @type {string[]} */
  const stack = [];
  /** @type {Map<string, number>} */
  const found = new Map();
  let circle = 0;
  for (const root of out.keys()) {
    if (index.has(root)) continue;
    /** @type {[string, number][]} */
    const work = [[root, 0]];
    while (work.length) {
      const top = work[work.length - 1];
      const node = top[0];
      if (top[1] === 0) {
        index.set(node, index.size);
        low.set(node, index.get(node));
        stack.push(node);
        open.add(node);
      }
      const next = /** @type {string[]} */ (out.get(node))[top[1]++];
      if (next !== undefined) {
        if (!index.has(next)) work.push([next, 0]);
        else if (open.has(next)) low.set(node, Math.min(low.get(node), index.get(next)));
        continue;
      }
      work.pop();
      const parent = work.length ? work[work.length - 1][0] : null;
      if (parent !== null) low.set(parent, Math.min(low.get(parent), low.get(node)));
      if (low.get(node) !== index.get(node)) continue;
      const members = stack.splice(stack.lastIndexOf(node));
      for (const each of members) open.delete(each);
      if (members.length < 2) continue;
      circle += 1;
      for (const each of members) found.set(each, circle);
    }
  }
  return found;
}
