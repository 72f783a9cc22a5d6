/**
 * Finds which paths a list of files lacks or has in excess, from the joined hash of just these paths. What is found is right except by chance: the
 * bounds below keep the number of sums that are tried under 2^33 for one needed value of 64 bits.
 */
import { type Hash64, xor } from '../../emit/sbom/production/hash.ts';
import { hashPath } from '../../emit/sbom/production/syft-record.ts';

/** A change to the list of paths that a package has. */
export interface PathChange {
  /** Paths of the package that the SBOM was made without. */
  readonly surplus: readonly string[];
  /** Paths that the SBOM was made from and that the package does not have. */
  readonly missing: readonly string[];
}

const bounds = {
  /** The number of paths that are tried in pairs, and together with a guess. */
  pairedPaths: 2000,
  /** The number of guesses. */
  guesses: 150_000,
  /** The number of paths and guesses of which every subset is tried. */
  subset: 32,
  /** Characters of paths up to which folders are tried with everything below them. */
  branchCharacters: 4_000_000,
  pathLength: 1000,
};

interface Toggle extends PathChange {
  readonly hash: Hash64;
}

/**
 * A change whose joined hash is one of those needed; undefined where none is found. The smallest kind is looked for first: one path (with
 * everything below it) or one guess, then two of these, then any subset of a
 * few. @param paths of the
 * package @param guesses further paths, the likeliest first; each brings the folders above it that do not exist
 */
export function explainPaths(
  needed: readonly Hash64[],
  paths: readonly string[],
  guesses: () => Iterable<string>,
): PathChange | undefined {
  const own = ownToggles(paths);
  const find = finder(own);
  const one = firstOf(needed, find);
  if (one !== undefined) return joined([one]);
  const paired = own.length <= bounds.pairedPaths ? own : [];
  return (
    guessed(needed, paths, { guesses, find: paired.length > 0 ? find : undefined }) ??
    firstOf(needed, (value) => pairOf(value, paired, find)) ??
    firstOf(needed, subsetFinder(paths, guesses))
  );
}

function firstOf<Found>(
  values: readonly Hash64[],
  find: (value: Hash64) => Found | undefined,
): Found | undefined {
  for (const value of values) {
    const found = find(value);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Every path alone, and every folder with everything below it. */
function ownToggles(paths: readonly string[]): Toggle[] {
  const branches = new Map<string, { hash: Hash64; readonly surplus: string[] }>();
  const alone: Toggle[] = [];
  let characters = 0;
  for (const path of paths) {
    const hash = hashPath(path);
    alone.push({ hash, surplus: [path], missing: [] });
    characters += path.length;
    if (characters > bounds.branchCharacters || path.length > bounds.pathLength) continue;
    for (let above = path; above !== ''; above = folderOf(above)) {
      const branch = branches.get(above) ?? { hash: { high: 0, low: 0 }, surplus: [] };
      branch.hash = xor(branch.hash, hash);
      branch.surplus.push(path);
      branches.set(above, branch);
    }
  }
  const further = [...branches.values()].filter(({ surplus }) => surplus.length > 1);
  return [...alone, ...further.map((each) => ({ ...each, missing: [] }))];
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function finder(toggles: readonly Toggle[]): (value: Hash64) => Toggle | undefined {
  const byLow = new Map<number, Toggle[]>();
  for (const toggle of toggles) {
    const same = byLow.get(toggle.hash.low);
    if (same === undefined) byLow.set(toggle.hash.low, [toggle]);
    else same.push(toggle);
  }
  return ({ high, low }) => byLow.get(low)?.find(({ hash }) => hash.high === high);
}

function pairOf(
  value: Hash64,
  toggles: readonly Toggle[],
  find: (value: Hash64) => Toggle | undefined,
): PathChange | undefined {
  for (const toggle of toggles) {
    const other = find(xor(value, toggle.hash));
    if (other !== undefined) return joined([toggle, other]);
  }
  return undefined;
}

function joined(toggles: readonly PathChange[]): PathChange {
  return {
    surplus: oddOnes(toggles.flatMap(({ surplus }) => surplus)),
    missing: oddOnes(toggles.flatMap(({ missing }) => missing)),
  };
}

/** The paths that occur an odd number of times: joined hashes cancel in pairs. */
function oddOnes(paths: readonly string[]): string[] {
  const odd = new Set<string>();
  for (const path of paths) if (!odd.delete(path)) odd.add(path);
  return [...odd].sort();
}

interface Guesses {
  readonly guesses: () => Iterable<string>;
  /** Finds an own path to go with a guess; undefined where there are too many. */
  readonly find: ((value: Hash64) => Toggle | undefined) | undefined;
}

/** A guess by itself, or a guess in the place of an own path. */
function guessed(
  needed: readonly Hash64[],
  paths: readonly string[],
  { guesses, find }: Guesses,
): PathChange | undefined {
  let renamed: PathChange | undefined;
  for (const guess of guessToggles(paths, guesses())) {
    for (const value of needed) {
      const left = xor(value, guess.hash);
      if (left.high === 0 && left.low === 0) return joined([guess]);
      const other = renamed === undefined ? find?.(left) : undefined;
      if (other !== undefined) renamed = joined([guess, other]);
    }
  }
  return renamed;
}

function* guessToggles(paths: readonly string[], guesses: Iterable<string>): Generator<Toggle> {
  const present = new Set(paths);
  const folders = new Map<string, Toggle>();
  /** The toggle of a folder that does not exist, with those above it. */
  const folder = (path: string): Toggle => {
    if (path === '' || present.has(path)) return { hash: { high: 0, low: 0 }, surplus: [], missing: [] };
    const known = folders.get(path) ?? withPath(folder(folderOf(path)), path);
    folders.set(path, known);
    return known;
  };
  let count = 0;
  for (const path of guesses) {
    if (present.has(path)) continue;
    count += 1;
    if (count > bounds.guesses) return;
    yield withPath(folder(folderOf(path)), path);
  }
}

function withPath({ hash, missing }: Toggle, path: string): Toggle {
  return { hash: xor(hash, hashPath(path)), surplus: [], missing: [...missing, path] };
}

/** Finds any subset of all paths of a small package and the likeliest guesses, by elimination over the field of two elements. */
function subsetFinder(
  paths: readonly string[],
  guesses: () => Iterable<string>,
): (value: Hash64) => PathChange | undefined {
  const toggles: Toggle[] = paths.length > bounds.subset ? [] : paths.map((path) => ownToggle(path));
  for (const guess of guessToggles(paths, guesses())) {
    if (toggles.length >= bounds.subset) break;
    toggles.push(guess);
  }
  const rows: { readonly pivot: bigint; readonly hash: bigint; readonly of: bigint }[] = [];
  const reduce = (hash: bigint, of: bigint) =>
    rows.reduce(
      (left, row) =>
        (left.hash & row.pivot) === 0n ? left : { hash: left.hash ^ row.hash, of: left.of ^ row.of },
      { hash, of },
    );
  for (const [at, toggle] of toggles.entries()) {
    const { hash, of } = reduce(toBig(toggle.hash), 1n << BigInt(at));
    if (hash !== 0n) rows.push({ pivot: hash & -hash, hash, of });
  }
  return (value) => {
    const { hash, of } = reduce(toBig(value), 0n);
    if (hash !== 0n || of === 0n) return undefined;
    return joined(toggles.filter((_, at) => ((of >> BigInt(at)) & 1n) === 1n));
  };
}

function ownToggle(path: string): Toggle {
  return { hash: hashPath(path), surplus: [path], missing: [] };
}

function toBig({ high, low }: Hash64): bigint {
  return (BigInt(high) << 32n) | BigInt(low);
}
