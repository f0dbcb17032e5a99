// @ts-check
/**
 * What the board knows: the PI as the server last told it, and what follows from it. No DOM.
 * The placing rules are those of headway.features.board.picture.
 */
import { circles } from "./cycles.js";
import { agreement, health, slack } from "./health.js";

/** @typedef {import("./health.js").Health} Health */
/** @typedef {{team: number | null, iteration: number | null}} Place */
/** @typedef {{id: number, number: number, version: number, title: string, type: string, state: string, blocked: boolean, points: number | null, feature_id: number | null, team_id: number | null, iteration_id: number | null}} Story */
/** @typedef {{id: number, number: number, version: number, title: string, type: string, state: string, theme_id: number | null, team_id: number | null, size: number | null}} Feature */
/** @typedef {{id: number, version: number, feature_id: number, iteration_id: number | null, planned: boolean, outcome: string, note: string}} Target */
/** @typedef {{id: number, number: number, version: number, type: string, needs: string, state: string, consumer_team_id: number | null, provider_team_id: number | null, consumer_story_id: number | null, provider_story_id: number | null, consumer_feature_id: number | null, provider_feature_id: number | null, needed_by_id: number | null, committed_by_id: number | null, owner_id: number | null}} Dependency */
/** @typedef {{id: number, number: number, name: string, ordinal: number, is_ip: boolean, starts_on: string, ends_on: string}} Iteration */
/** @typedef {{id: number, slug: string, name: string, external: boolean}} Team */
/** @typedef {{id: number, number: number, provider: string | null, consumer: string | null, health: Health, slack: number | null, agreement: string, state: string, needs: string, loop: boolean}} Strand */
/** @typedef {{key: string, iteration: number | null}} Supposed a card as if it stood in another iteration */

/** @param {{columns: string[], rows: unknown[][]}} table @returns {any[]} */
function objects(table) {
  return table.rows.map((row) => Object.fromEntries(table.columns.map((name, at) => [name, row[at]])));
}

/** @template T @param {T[]} rows @param {keyof T} key @returns {Map<any, T>} */
function by(rows, key) {
  return new Map(rows.map((row) => [row[key], row]));
}

export class Model {
  seq = 0;
  pi = { id: 0, number: 0, name: "" };
  /** @type {Map<number, Iteration>} */ iterations = new Map();
  /** @type {Map<number, Team>} */ teams = new Map();
  /** @type {Map<number, Feature>} */ features = new Map();
  /** @type {Map<number, Story>} */ stories = new Map();
  /** @type {Map<number, Target>} */ targets = new Map();
  /** @type {Map<number, Dependency>} */ dependencies = new Map();
  /** @type {Map<string, Place> | null} */ placed = null;
  /** @type {Strand[] | null} */ strung = null;
  /** @type {Map<number, Story[]>} */ storiesOf = new Map();
  /** @type {Map<string, number>} */ loads = new Map();
  /** Items of other PIs that a string ends at. @type {Map<string, {ordinal: number | null, title: string, number: number}>} */ elsewhere = new Map();
  /** @type {Map<string, {points: number, committable: number}>} */ rooms = new Map();

  /** @param {any} snapshot @param {"stories" | "features"} view */
  constructor(snapshot, view) {
    this.view = view;
    this.load(snapshot);
  }

  /** Takes a snapshot as the present truth. @param {any} snapshot */
  load(snapshot) {
    this.seq = snapshot.seq;
    this.pi = snapshot.pi;
    this.iterations = by(objects(snapshot.iterations), "id");
    this.teams = by(objects(snapshot.teams), "id");
    this.features = by(objects(snapshot.features), "id");
    this.stories = by(objects(snapshot.stories), "id");
    this.targets = by(objects(snapshot.targets), "feature_id");
    this.dependencies = by(objects(snapshot.dependencies), "id");
    this.elsewhere = new Map(objects(snapshot.elsewhere).map((each) => [each.key, each]));
    this.rooms = new Map(objects(snapshot.rooms).map((each) => [`${each.team_id}:${each.iteration_id}`, each]));
    this.touch();
  }

  /** Forgets what was worked out; call after every change of rows. */
  touch() {
    this.placed = null;
    this.strung = null;
    this.storiesOf = new Map();
    this.loads = new Map();
    for (const story of this.stories.values()) {
      const cell = `${story.team_id}:${story.iteration_id}`;
      this.loads.set(cell, (this.loads.get(cell) ?? 0) + (story.points ?? 0));
      if (story.feature_id === null) continue;
      const siblings = this.storiesOf.get(story.feature_id);
      if (siblings) siblings.push(story);
      else this.storiesOf.set(story.feature_id, [story]);
    }
  }

  // Where cards stand ------------------------------------------------------

  /** Every card of this view with its place. @returns {Map<string, Place>} */
  places() {
    if (this.placed) return this.placed;
    const placed = new Map();
    for (const story of this.stories.values()) {
      if (story.team_id !== null && (this.view === "stories" || story.feature_id === null)) {
        placed.set(`s${story.id}`, this.known(story.team_id, story.iteration_id));
      }
    }
    for (const feature of this.features.values()) {
      const place = this.featurePlace(feature);
      const own = this.view === "features" || !this.storiesOf.has(feature.id);
      if (place && (own || place.team === null)) placed.set(`f${feature.id}`, this.known(place.team, place.iteration));
    }
    for (const each of this.dependencies.values()) this.placeBareEnds(each, placed);
    this.placed = placed;
    return placed;
  }

  /** An iteration of another PI has no column here. @param {number | null} team @param {number | null} iteration */
  known(team, iteration) {
    return { team, iteration: iteration !== null && this.iterations.has(iteration) ? iteration : null };
  }

  /** @param {Feature} feature @returns {Place | null} */
  featurePlace(feature) {
    const stories = this.storiesOf.get(feature.id);
    if (stories) {
      const teams = new Set(stories.map((story) => story.team_id).filter((id) => id !== null));
      if (!teams.size) return null;
      const team = teams.size === 1 ? [...teams][0] : null;
      return { team, iteration: this.finishing(stories) };
    }
    const target = this.targets.get(feature.id);
    if (!target || !target.planned || (feature.team_id === null && target.iteration_id === null)) return null;
    return { team: feature.team_id, iteration: target.iteration_id };
  }

  /** The last iteration any of these stories is planned into. @param {Story[]} stories @param {Supposed} [as] */
  finishing(stories, as) {
    let last = null;
    let index = -1;
    for (const story of stories) {
      const id = as && as.key === `s${story.id}` ? as.iteration : story.iteration_id;
      const at = id === null ? undefined : this.iterations.get(id)?.ordinal;
      if (at !== undefined && at > index) [last, index] = [id, at];
    }
    return last;
  }

  /** @param {Dependency} each @param {Map<string, Place>} placed */
  placeBareEnds(each, placed) {
    if (each.state === "declined" || each.state === "obsolete") return;
    if (each.provider_team_id && !each.provider_story_id && !each.provider_feature_id) {
      placed.set(`p${each.id}`, this.known(each.provider_team_id, each.committed_by_id));
    }
    if (each.consumer_team_id && !each.consumer_story_id && !each.consumer_feature_id) {
      placed.set(`n${each.id}`, this.known(each.consumer_team_id, each.needed_by_id));
    }
  }

  // Loads ------------------------------------------------------------------

  /** Load and room of a cell. @param {number} team @param {number | null} iteration */
  cell(team, iteration) {
    const room = iteration === null ? undefined : this.rooms.get(`${team}:${iteration}`);
    const load = this.loads.get(`${team}:${iteration}`) ?? 0;
    const ip = iteration !== null && this.iterations.get(iteration)?.is_ip;
    return { load, capacity: room ? room.points : null, fit: room ? (ip ? room.points : room.committable) : null };
  }

  /** The same over all teams. @param {number} iteration */
  column(iteration) {
    const sum = { load: 0, capacity: 0, fit: 0 };
    for (const team of this.teams.keys()) {
      const cell = this.cell(team, iteration);
      sum.load += cell.load;
      sum.capacity += cell.capacity ?? 0;
      sum.fit += cell.fit ?? 0;
    }
    return sum;
  }

  // Strings ----------------------------------------------------------------

  /** Index of the iteration one end stands in. @param {Dependency} each @param {"provider" | "consumer"} side @param {Supposed} [as] */
  position(each, side, as) {
    const story = side === "provider" ? each.provider_story_id : each.consumer_story_id;
    const feature = side === "provider" ? each.provider_feature_id : each.consumer_feature_id;
    if (story !== null) return this.storyIndex(story, as);
    if (feature !== null) return this.featureIndex(feature, as);
    return this.indexOf(side === "provider" ? each.committed_by_id : each.needed_by_id);
  }

  /** @param {number} id @param {Supposed} [as] */
  storyIndex(id, as) {
    if (as && as.key === `s${id}`) return this.indexOf(as.iteration);
    const story = this.stories.get(id);
    return story ? this.indexOf(story.iteration_id) : (this.elsewhere.get(`s${id}`)?.ordinal ?? null);
  }

  /** @param {number} id @param {Supposed} [as] */
  featureIndex(id, as) {
    if (as && as.key === `f${id}`) return this.indexOf(as.iteration);
    const stories = this.storiesOf.get(id);
    if (stories) return this.indexOf(this.finishing(stories, as));
    const target = this.targets.get(id);
    if (target) return this.indexOf(target.iteration_id);
    return this.elsewhere.get(`f${id}`)?.ordinal ?? null;
  }

  /** @param {number | null} iteration */
  indexOf(iteration) {
    return iteration === null ? null : (this.iterations.get(iteration)?.ordinal ?? null);
  }

  /** The card one end is drawn at, null when it is not on this board. @param {Dependency} each @param {"provider" | "consumer"} side */
  end(each, side) {
    const story = side === "provider" ? each.provider_story_id : each.consumer_story_id;
    const feature = side === "provider" ? each.provider_feature_id : each.consumer_feature_id;
    const places = this.places();
    if (story !== null) {
      const of = this.view === "features" ? this.stories.get(story)?.feature_id : null;
      const key = of ? `f${of}` : `s${story}`;
      return places.has(key) ? key : null;
    }
    if (feature !== null) return this.featureEnd(feature);
    const bare = `${side === "provider" ? "p" : "n"}${each.id}`;
    return places.has(bare) ? bare : null;
  }

  /** Without a card of its own a feature is met at the story that finishes it. @param {number} id */
  featureEnd(id) {
    const places = this.places();
    if (places.has(`f${id}`)) return `f${id}`;
    const stories = this.storiesOf.get(id) ?? [];
    const last = this.finishing(stories);
    const story = stories.find((each) => each.iteration_id === last);
    return story && places.has(`s${story.id}`) ? `s${story.id}` : null;
  }

  /** All strings of the board. @returns {Strand[]} */
  strands() {
    if (this.strung) return this.strung;
    /** @type {Strand[]} */
    const found = [];
    for (const each of this.dependencies.values()) {
      const strand = this.strand(each);
      if (strand) found.push(strand);
    }
    const circle = circles(
      found.filter((s) => s.provider && s.consumer).map((s) => [/** @type {string} */ (s.provider), /** @type {string} */ (s.consumer)]),
    );
    for (const s of found) {
      const of = s.provider ? circle.get(s.provider) : undefined;
      s.loop = of !== undefined && of === circle.get(s.consumer ?? "");
    }
    this.strung = found;
    return found;
  }

  /** @param {Dependency} each @param {Supposed} [as] @returns {Strand | null} */
  strand(each, as) {
    const from = this.position(each, "provider", as);
    const to = this.position(each, "consumer", as);
    const now = health(from, to, each.state);
    if (now === null) return null;
    const provider = this.end(each, "provider");
    const consumer = this.end(each, "consumer");
    if (provider !== null && provider === consumer) return null;
    return {
      id: each.id, number: each.number, provider, consumer, health: now, slack: slack(from, to),
      agreement: agreement(each.state), state: each.state, needs: each.needs, loop: false,
    };
  }

  /** Strings that would change when a card stood elsewhere: all with an end at it. @param {Supposed} as @returns {Strand[]} */
  supposing(as) {
    const found = [];
    for (const strand of this.strands()) {
      if (strand.provider !== as.key && strand.consumer !== as.key) continue;
      const dependency = this.dependencies.get(strand.id);
      const then = dependency && this.strand(dependency, as);
      if (then) found.push({ ...then, loop: strand.loop });
    }
    return found;
  }

  /** The card and all it waits for, or that waits for it. @param {string} key @returns {Set<string>} */
  chain(key) {
    const found = new Set([key]);
    const strands = this.strands().filter((s) => s.provider && s.consumer);
    for (const [from, to] of /** @type {["provider" | "consumer", "provider" | "consumer"][]} */ ([["provider", "consumer"], ["consumer", "provider"]])) {
      const next = new Map();
      for (const s of strands) {
        const list = next.get(s[from]);
        if (list) list.push(s[to]);
        else next.set(s[from], [s[to]]);
      }
      const seen = new Set([key]);
      const todo = [key];
      for (let at = todo.pop(); at !== undefined; at = todo.pop()) {
        for (const each of next.get(at) ?? []) {
          if (seen.has(each)) continue;
          seen.add(each);
          todo.push(each);
        }
      }
      for (const each of seen) found.add(each);
    }
    return found;
  }

  /** The card of this view that stands for an item: in the feature view a story is met at its feature. @param {string} key */
  cardOf(key) {
    if (this.places().has(key)) return key;
    const feature = key[0] === "s" ? this.stories.get(Number(key.slice(1)))?.feature_id : null;
    if (feature) return this.places().has(`f${feature}`) ? `f${feature}` : null;
    return key[0] === "f" ? this.featureEnd(Number(key.slice(1))) : null;
  }

  // Words ------------------------------------------------------------------

  /** What stands behind a card. @param {string} key @returns {{kind: string, title: string, number: number, row: any} | null} */
  subject(key) {
    const id = Number(key.slice(1));
    const kind = { s: "story", f: "feature", p: "dependency", n: "dependency" }[key[0]] ?? "";
    /** @type {any} */
    const row = { story: this.stories, feature: this.features, dependency: this.dependencies }[kind]?.get(id);
    return row ? { kind, title: row.title ?? row.needs, number: row.number, row } : null;
  }

  /** @param {number | null} iteration */
  iterationName(iteration) {
    return iteration === null ? "the team backlog" : (this.iterations.get(iteration)?.name ?? "another PI");
  }
}
