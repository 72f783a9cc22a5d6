/** Two folders, or two plain files: presence, moves, types, modes, links, contents. */
import type { ByteSource } from '../byte-source.ts';
import type { Sha256 } from '../digest.ts';
import { unreadPart } from './comparators/parts.ts';
import { type CompareLimits, defaultCompareLimits } from './compare-limits.ts';
import { pairDifferences, type SectionComparison } from './compare-sections.ts';
import { ContentComparison } from './content-comparison.ts';
import { countDifferences, Differences } from './difference-list.ts';
import { wholeContent } from './entry-stream.ts';
import { blockDigests, chosenBlocks, differingBlocks, largeParts } from './large.ts';
import { type ComparedEntry, type EntryPair, pairEntries } from './pairs.ts';
import type { Part } from './part.ts';

/** An entry of a folder. Owner and time of modification come from unpacking it and are not compared. */
export interface TreeEntry {
  /** Empty for a plain file. */
  readonly path: string;
  readonly type: string;
  readonly mode: number;
  readonly linkname: string;
  readonly size: number;
  readonly sha256: Sha256;
  readonly source: ByteSource | undefined;
}

/** Like a section of a package, named `files`. */
export interface TreeComparison extends SectionComparison {
  readonly section: 'files';
  readonly likeness: 'identical' | 'different';
}

/** @param onContent told the path of each content before it is compared */
export async function compareTrees(
  published: readonly TreeEntry[],
  rebuilt: readonly TreeEntry[],
  limits: CompareLimits = defaultCompareLimits,
  onContent: (path: string) => void = () => undefined,
): Promise<TreeComparison> {
  const sources = new Map<ComparedEntry, ByteSource>();
  const entries = (tree: readonly TreeEntry[]) =>
    tree.map((each) => {
      const entry = entryOf(each);
      if (each.source !== undefined) sources.set(entry, each.source);
      return entry;
    });
  const pairs = pairEntries(entries(published), entries(rebuilt));
  const comparison = new ContentComparison(limits);
  try {
    const found = new Differences(limits.differences);
    found.addAll(pairDifferences('files', pairs));
    const { differences, ...unlisted } = found.list;
    const contents = new Set(differences.flatMap(({ kind, path }) => (kind === 'content' ? [path] : [])));
    const parts = new Map<string, readonly Part[]>();
    for (const pair of pairs) {
      if (!contents.has(pair.path)) continue;
      onContent(pair.path);
      await comparePair(pair, sources, comparison, limits, parts);
    }
    await comparison.settled();
    const looked = differences.map((each) => {
      const inside = each.kind === 'content' ? parts.get(each.path) : undefined;
      return inside === undefined ? each : { ...each, parts: inside };
    });
    const likeness = countDifferences([found.list]) === 0 ? 'identical' : 'different';
    return { section: 'files', likeness, differences: looked, ...unlisted };
  } finally {
    await comparison.close();
  }
}

/** The entry in the shape in which archives are compared; what folders do not have is the same on both sides. */
function entryOf({ path, type, mode, linkname, size, sha256 }: TreeEntry): ComparedEntry {
  return {
    name: path,
    type,
    mode,
    linkname,
    size,
    sha256,
    offset: 0,
    uid: 0,
    gid: 0,
    uname: '',
    gname: '',
    mtime: 0,
    devmajor: 0,
    devminor: 0,
    pax: [],
    raw: new Uint8Array(0),
  };
}

async function comparePair(
  { path, published, rebuilt }: EntryPair,
  sources: ReadonlyMap<ComparedEntry, ByteSource>,
  comparison: ContentComparison,
  limits: CompareLimits,
  parts: Map<string, readonly Part[]>,
): Promise<void> {
  if (published === undefined || rebuilt === undefined || published.sha256 === rebuilt.sha256) return;
  const [left, right] = [sources.get(published), sources.get(rebuilt)];
  if (left === undefined || right === undefined) return;
  const bytes = published.size + rebuilt.size;
  if (!comparison.afford(bytes)) {
    parts.set(path, [unreadPart('binary', '', 'too much differs to look into all of it')]);
    return;
  }
  if (bytes > limits.contentBytes) {
    parts.set(path, await compareLarge(published, left, rebuilt, right, limits));
    return;
  }
  const contents = [
    await taken(left, wholeContent(published.size)),
    await taken(right, wholeContent(rebuilt.size)),
  ] as const;
  const name = path === '' ? left.name : path;
  await comparison.add(name, ...contents, (found) => parts.set(path, found));
}

async function compareLarge(
  published: ComparedEntry,
  left: ByteSource,
  rebuilt: ComparedEntry,
  right: ByteSource,
  limits: CompareLimits,
): Promise<readonly Part[]> {
  const [a, b] = [
    await taken(left, blockDigests(published.size)),
    await taken(right, blockDigests(rebuilt.size)),
  ];
  const { indexes, count } = differingBlocks(a, b, limits.windows);
  const chosen = new Set(indexes);
  const blocks = [await taken(left, chosenBlocks(chosen)), await taken(right, chosenBlocks(chosen))] as const;
  return largeParts({ digests: a, blocks: blocks[0] }, { digests: b, blocks: blocks[1] }, count, limits);
}

async function taken<T>(
  source: ByteSource,
  taker: { add(bytes: Uint8Array): void; finish(): T },
): Promise<T> {
  for await (const chunk of source.open()) taker.add(chunk);
  return taker.finish();
}
