/** Names causes for everything that a comparison found. */

import { type Apk, readApk } from '../../apk/apk.ts';
import { entryPath } from '../../apk/entry-rules.ts';
import { defaultLimits } from '../../apk/limits.ts';
import { busy } from '../../busy.ts';
import type { ByteSource } from '../../byte-source.ts';
import type { Cause } from '../../compare/cause.ts';
import type { SectionComparison } from '../../compare/compare-sections.ts';
import type { UnequalComparison } from '../../compare/comparison.ts';
import type { Difference, SectionName } from '../../compare/difference.ts';
import { joined } from '../../compare/difference-list.ts';
import type { TreeComparison } from '../../compare/trees.ts';
import { causeBounds } from './change-lists.ts';
import { originOf } from './derived.ts';
import { causesOf } from './detectors.ts';
import type { BuildContext } from './evidence.ts';

/** Bounds on the contents of one comparison that are looked at together, and on the differences whose causes are looked for. */
const bounds = { contents: 2000, bytes: 256 * 1024 * 1024, differences: 20_000 } as const;

/** One value for all differences beyond the bound: a separate list for each of a million differences would fill the memory. */
const notLookedFor: readonly Cause[] = [
  {
    kind: 'unknown',
    confidence: 'possible',
    place: 'beyond the bound',
    published: undefined,
    rebuilt: undefined,
    why: `causes are looked for in at most ${bounds.differences} differences`,
  },
];

/** The comparison with the causes of its differences. A difference that follows from another one has no cause of its own. */
export async function nameCauses(
  comparison: UnequalComparison,
  sources: { readonly published: ByteSource; readonly rebuilt: ByteSource },
  context: BuildContext,
): Promise<UnequalComparison> {
  const read = await contentReader(joined(comparison.sections).differences, sources);
  return { ...comparison, sections: await withCauses(comparison.sections, read, context) };
}

/** The same for folders and plain files. @param sourcesOf the two sides of a content by its path */
export async function nameTreeCauses(
  comparison: TreeComparison,
  sourcesOf: (path: string) => readonly [ByteSource | undefined, ByteSource | undefined],
  context: BuildContext,
): Promise<TreeComparison> {
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
    const [left, right] = sourcesOf(path);
    return { published: await content(left), rebuilt: await content(right) };
  };
  const [files] = await withCauses([comparison], read, context);
  return { ...comparison, differences: files!.differences };
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
    return { ...each, causes: busy(() => causesOf(each, contents, list, context)) };
  };
  const result: SectionComparison[] = [];
  for (const section of sections) {
    const differences: Difference[] = [];
    for (const each of section.differences) differences.push(await named(each));
    result.push({ ...section, differences });
  }
  return result;
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
  const paths = all
    .filter(({ section, kind }) => section === 'data' && kind === 'content')
    .map(({ path }) => path);
  const wanted = new Set(paths.slice(0, bounds.contents));
  const options = { limits: { ...defaultLimits, keptBytes: causeBounds.contentBytes } };
  let held = 0;
  const keep = (path: string) => wanted.has(path) && held < bounds.bytes;
  const sides: ReadonlyMap<string, Uint8Array>[] = [];
  for (const source of [sources.published, sources.rebuilt]) {
    const apk = await readApk(source, { ...options, keep });
    held += apk.data.entries.reduce((sum, { content }) => sum + (content?.length ?? 0), 0);
    sides.push(contentsOf(apk));
  }
  return ({ section, kind, path }) => {
    if (kind !== 'content') return { published: undefined, rebuilt: undefined };
    const [published, rebuilt] = sides.map((side) => side.get(keyOf(section, path)));
    return { published, rebuilt };
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
