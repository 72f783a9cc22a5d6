/**
 * `node scripts/scale.mjs [verdicts.jsonl]`: how long all of Wolfi takes on 1 to 100 machines, by simulation (docs/scale.md). With a dataset that
 * `export --jsonl` wrote, builds last as long as they were measured to; without one, as long as three assumptions say.
 */
import { readFileSync } from 'node:fs';

const architectures = 2;
/** Recipes of wolfi-dev/os at 8190a165: one build each, of 11,166 packages that an index lists. */
const recipes = 3401;
const builds = recipes * architectures;
const slots = 4;
/** Measured: what this program takes of a processor for one job beside the steps, rounded up (docs/scale.md). */
const ownSeconds = 2;
/** Of one machine, and of the place that all fetch from, in bytes a second: a gigabit each, and ten. */
const line = { machine: 125e6, place: 1250e6 };
/** Assumed: all packages that environments draw from, what one build draws of them, and its sources. */
const bytes = { catalogue: 60e9, environment: 400e6, sources: 40e6 };
const longest = 12 * 3600;
const machineCounts = [1, 2, 5, 10, 20, 50, 100];

/**
 * Assumed: the median of a build in seconds, and how far builds spread (sigma of a logarithmic normal distribution).
 * @type {readonly (readonly [name: string, median: number, spread: number])[]}
 */
const assumptions = [
  ['short', 60, 1.2],
  ['middle', 180, 1.4],
  ['long', 300, 1.7],
];

/** Numbers from 0 to below 1, the same in every run (mulberry32). @param {number} seed */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @param {number} median @param {number} spread @returns {number[]} */
function assumed(median, spread) {
  const random = randomNumbers(1);
  return Array.from({ length: builds }, () => {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.min(longest, median * Math.exp(spread * normal)) + ownSeconds;
  });
}

/** As many builds as Wolfi has, drawn from the attempts of a dataset that gave verdicts. @param {string} path @returns {number[]} */
function measured(path) {
  const jobs = new Map();
  for (const text of readFileSync(path, 'utf8').split('\n')) {
    if (text === '') continue;
    const { job, class: ended, wall_seconds: seconds } = JSON.parse(text);
    if (ended === 'settled') jobs.set(job, seconds);
  }
  const known = [...jobs.values()];
  if (known.length === 0) throw new Error(`${path} has no attempt that was settled`);
  const random = randomNumbers(1);
  return Array.from({ length: builds }, () => known[Math.floor(random() * known.length)] ?? 0);
}

/** What machines fetch in all: each fetches a package of an environment once. @param {number} machines */
function downloaded(machines) {
  const drawn = (builds / machines) * bytes.environment;
  return machines * bytes.catalogue * (1 - Math.exp(-drawn / bytes.catalogue)) + builds * bytes.sources;
}

/** Seconds until the last build ended: each slot takes the next one as it comes. @param {readonly number[]} durations @param {number} machines */
function simulate(durations, machines) {
  const ends = Array.from({ length: machines * slots }, () => 0);
  for (const duration of durations) {
    const free = ends.reduce((first, end) => Math.min(first, end));
    ends[ends.indexOf(free)] = free + duration;
  }
  return ends.reduce((most, end) => Math.max(most, end));
}

/** @param {string} name @param {readonly number[]} durations */
function report(name, durations) {
  const sum = durations.reduce((all, each) => all + each, 0);
  const last = durations.reduce((most, each) => Math.max(most, each), 0);
  console.log(
    `\n${name}: ${durations.length} builds, ${hours(sum)} hours of a slot, the longest ${hours(last)}\n`,
  );
  console.log(
    '| machines | hours | hours of fetching | fetched | what limits |\n| --- | --- | --- | --- | --- |',
  );
  for (const machines of machineCounts) {
    const built = simulate(durations, machines);
    const fetched = downloaded(machines);
    const fetching = Math.max(fetched / machines / line.machine, fetched / line.place);
    const even = sum / (machines * slots);
    const limit =
      fetching > built ? 'the network' : built > 1.25 * even ? 'the longest builds' : 'processors';
    console.log(
      `| ${machines} | ${hours(Math.max(built, fetching))} | ${hours(fetching)} | ${Math.round(fetched / 1e9)} GB | ${limit} |`,
    );
  }
}

/** @param {number} seconds */
function hours(seconds) {
  const value = seconds / 3600;
  return value < 10 ? value.toFixed(1) : String(Math.round(value));
}

const [path] = process.argv.slice(2);
if (path !== undefined) report('measured', measured(path));
else for (const [name, median, spread] of assumptions) report(name, assumed(median, spread));
