/** Names causes for everything that a comparison found. */

import type { Apk } from '../../apk/apk.ts';
import { entryPath } from '../../apk/entry-rules.ts';
import { defaultLimits } from '../../apk/limits.ts';
import { readApk } from '../../apk/read-apk.ts';
import { busy } from '../../busy.ts';
import type { ByteSource } from '../../byte-source.ts';
import type { Cause } from '../../compare/cause.ts';
import type { SectionComparison } from '../../compare/compare-sections.ts';
import type { UnequalComparison } from '../../compare/comparison.ts';
import type { Difference, SectionName } from '../../compare/difference.ts';
import { joined } from '../../compare/difference-list.ts';
import type { TreeComparison } from '../../compare/trees.ts';
import { movedPaths, ownPlaces } from '../triangulation.ts';
import { causeBounds } from './change-lists.ts';
import { originOf, withConsequences } from './derived.ts';
import { causesOf } from './detectors.ts';
import { type DifferingFile, type DifferingFiles, differingFiles } from './digests.ts';
import type { BuildContext } from './evidence.ts';

/** Bounds on the contents of one comparison that are looked at together, and on the differences whose causes are looked for. */
const bounds = { contents: 2000, bytes: 256 * 1024 * 1024, differences: 20_000 } as const;

/** One value for all differences that exceed the limit: a separate list for each of a million differences would fill the memory. */
const notLookedFor: readonly Cause[] = [
  {
    kind: 'unknown',
    confidence: 'possible',
    place: 'beyond the limit',
    published: undefined,
    rebuilt: undefined,
    why: `causes are looked for in at most ${bounds.differences} differences`,
  },
];

/** The comparison with the causes of its differences. A difference that follows from a different one has no cause of its own. */
export async function nameCauses(
  comparison: UnequalComparison,
  sources: { readonly published: ByteSource; readonly rebuilt: ByteSource },
  context: BuildContext,
): Promise<UnequalComparison> {
  const all = joined(comparison.sections).differences;
  const read = await contentReader(all, sources);
  const differing = differingFiles(filesOf(all, read));
  return { ...comparison, sections: await withCauses(comparison.sections, read, differing, context) };
}

/** The same for folders and plain files. @param sourcesOf the two sides of a content by its path */
export async function nameTreeCauses(
  comparison: TreeComparison,
  sourcesOf: (path: string) => readonly [ByteSource | undefined, ByteSource | undefined],
  context: BuildContext,
): Promise<TreeComparison> {
  const moved = movedPaths(comparison.differences);
  const sides = (path: string) => ({
    published: sourcesOf(path)[0],
    rebuilt: sourcesOf(moved.get(keyOf('files', path)) ?? path)[1],
  });
  let [contents, bytes]: [number, number] = [bounds.contents, bounds.bytes];
  const content = async (source: ByteSource | undefined): Promise<Uint8Array | undefined> => {
    if (source === undefined || bytes <= 0) return undefined;
    const read = await boundedContent(source, causeBounds.contentBytes);
    bytes -= read?.length ?? causeBounds.contentBytes;
    return read;
  };
  const read = async ({ kind, path }: Difference): Promise<Contents> => {
    if (kind !== 'content' || contents === 0) return { published: undefined, rebuilt: undefined };
    contents -= 1;
    const { published, rebuilt } = sides(path);
    return { published: await content(published), rebuilt: await content(rebuilt) };
  };
  const differing = differingFiles(await digestedFiles(comparison.differences, sides));
  const [files] = await withCauses([comparison], read, differing, context);
  return { ...comparison, differences: files!.differences };
}

/** The most bytes of folders that are held for what other files say of them. */
const digestedBytes = 32 * 1024 * 1024;

/** The files of two folders that differ, with the contents of those that are small. */
async function digestedFiles(
  all: readonly Difference[],
  sides: (path: string) => {
    readonly published: ByteSource | undefined;
    readonly rebuilt: ByteSource | undefined;
  },
): Promise<readonly DifferingFile[]> {
  let left = digestedBytes;
  const small = async (source: ByteSource | undefined) => {
    const content =
      source === undefined ? undefined : await boundedContent(source, Math.min(left, 1024 * 1024));
    left -= content?.length ?? 0;
    return content;
  };
  const contents = new Map<string, Contents>();
  for (const { kind, path } of all) {
    if (kind !== 'content' || left <= 0) continue;
    const { published, rebuilt } = sides(path);
    contents.set(path, { published: await small(published), rebuilt: await small(rebuilt) });
  }
  return filesOf(all, ({ path }) => contents.get(path) ?? { published: undefined, rebuilt: undefined });
}

/** A whole content; undefined where it has more bytes. */
async function boundedContent(source: ByteSource, most: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source.open()) {
    bytes += chunk.length;
    if (bytes > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function withCauses(
  sections: readonly SectionComparison[],
  read: (difference: Difference) => Contents | Promise<Contents>,
  differing: DifferingFiles,
  context: BuildContext,
): Promise<SectionComparison[]> {
  const list = joined(sections);
  let left: number = bounds.differences;
  const named = async (each: Difference): Promise<Difference> => {
    const origin = originOf(each, list.differences);
    if (origin !== undefined) return { ...each, followsFrom: origin };
    left -= 1;
    if (left < 0) return { ...each, causes: notLookedFor };
    const contents = await read(each);
    return { ...each, causes: busy(() => causesOf(each, contents, list, context, differing)) };
  };
  const result: SectionComparison[] = [];
  for (const section of sections) {
    const differences: Difference[] = [];
    for (const each of section.differences) differences.push(await named(each));
    result.push({ ...section, differences });
  }
  return withConsequences(result);
}

/** The files that both sides have and that differ, or have a different name. */
function filesOf(all: readonly Difference[], read: (difference: Difference) => Contents): DifferingFile[] {
  const own = ownPlaces(all);
  return all.flatMap((each): DifferingFile[] => {
    if (
      (each.section !== 'data' && each.section !== 'files') ||
      (each.kind !== 'content' && each.kind !== 'moved')
    )
      return [];
    const { published, rebuilt } = read({ ...each, kind: 'content' });
    return [
      {
        published: { path: each.path, content: published },
        rebuilt: { path: own.get(each)!.path, content: rebuilt },
      },
    ];
  });
}

interface Contents {
  readonly published: Uint8Array | undefined;
  readonly rebuilt: Uint8Array | undefined;
}

/** Reads both packages once and keeps contents that differ and are within the bounds. */
async function contentReader(
  all: readonly Difference[],
  sources: { readonly published: ByteSource; readonly rebuilt: ByteSource },
): Promise<(difference: Difference) => Contents> {
  const own = ownPlaces(all);
  const paths = all
    .filter(({ section, kind }) => section === 'data' && kind === 'content')
    .slice(0, bounds.contents)
    .flatMap((each) => [each.path, own.get(each)!.path]);
  const wanted = new Set(paths);
  const options = { limits: { ...defaultLimits, keptBytes: causeBounds.contentBytes } };
  let held = 0;
  const keep = (path: string) => wanted.has(path) && held < bounds.bytes;
  const sides: ReadonlyMap<string, Uint8Array>[] = [];
  for (const source of [sources.published, sources.rebuilt]) {
    const apk = await readApk(source, { ...options, keep });
    held += apk.data.entries.reduce((sum, { content }) => sum + (content?.length ?? 0), 0);
    sides.push(contentsOf(apk));
  }
  const moved = movedPaths(all);
  return ({ section, kind, path }) => {
    if (kind !== 'content') return { published: undefined, rebuilt: undefined };
    const ownPath = moved.get(keyOf(section, path)) ?? path;
    return {
      published: sides[0]!.get(keyOf(section, path)),
      rebuilt: sides[1]!.get(keyOf(section, ownPath)),
    };
  };
}

function keyOf(section: SectionName, path: string): string {
  return `${section} ${path}`;
}

function contentsOf({ control, data }: Apk): ReadonlyMap<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const [section, { entries }] of [
    ['control', control],
    ['data', data],
  ] as const) {
    for (const entry of entries) {
      if (entry.content !== undefined) found.set(keyOf(section, entryPath(entry)), entry.content);
    }
  }
  return found;
}
