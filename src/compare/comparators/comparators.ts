/** Finds what differs between two contents with the first comparator that knows their format. */
import { printable } from '../../bytes.ts';
import { Failure } from '../../failure.ts';
import type { CompareLimits } from '../compare-limits.ts';
import type { Part } from '../part.ts';
import { ar } from './ar.ts';
import { binary, compareBinary } from './binary.ts';
import { certificate } from './certificate.ts';
import { type Comparator, type CompareContext, Work } from './comparator.ts';
import { cpio } from './cpio.ts';
import { elf } from './elf.ts';
import { gettext } from './gettext.ts';
import { gzip } from './gzip.ts';
import { javaManifest } from './java-manifest.ts';
import { json } from './json.ts';
import { minified } from './minified.ts';
import {
  beam,
  berkeleyDb,
  font,
  fontconfigCache,
  iconCache,
  javaClass,
  pe,
  rData,
  rubyMarshal,
  squashfs,
} from './objects.ts';
import { boundParts, unreadPart } from './parts.ts';
import { pdf } from './pdf.ts';
import { png } from './png.ts';
import { pythonBytecode } from './python-bytecode.ts';
import { spdx } from './spdx.ts';
import { sphinxInventory } from './sphinx-inventory.ts';
import { sqlite } from './sqlite.ts';
import { bzip2, xz, zstd } from './streams.ts';
import { tar } from './tar.ts';
import { text, xml } from './text.ts';
import { jsonCall, sourceMap } from './web-files.ts';
import { recipe, yaml } from './yaml.ts';
import { zip } from './zip.ts';

/** The comparators in the order in which they are tried. */
export const comparators: readonly Comparator[] = [
  elf,
  ar,
  gzip,
  xz,
  bzip2,
  zstd,
  zip,
  tar,
  png,
  pdf,
  gettext,
  cpio,
  sqlite,
  squashfs,
  pe,
  font,
  beam,
  fontconfigCache,
  sphinxInventory,
  rData,
  rubyMarshal,
  berkeleyDb,
  javaClass,
  iconCache,
  certificate,
  pythonBytecode,
  javaManifest,
  sourceMap,
  jsonCall,
  minified,
  recipe,
  spdx,
  json,
  yaml,
  xml,
  text,
  binary,
];

/**
 * The parts in which two contents differ; none for equal bytes, at least one for all others. Never fails: a content that is damaged,
 * hostile or beyond a limit gives a part that says so.
 */
export async function compareContent(
  path: string,
  published: Uint8Array,
  rebuilt: Uint8Array,
  limits: CompareLimits,
): Promise<readonly Part[]> {
  const parts = await compareAt(path, published, rebuilt, {
    limits,
    work: new Work(limits),
    heldBytes: limits.heldBytes,
    depth: 0,
  });
  return boundParts(parts, limits);
}

interface Place {
  readonly limits: CompareLimits;
  readonly work: Work;
  readonly heldBytes: number;
  readonly depth: number;
}

async function compareAt(
  path: string,
  published: Uint8Array,
  rebuilt: Uint8Array,
  place: Place,
): Promise<readonly Part[]> {
  if (Buffer.compare(published, rebuilt) === 0) return [];
  if (place.depth > place.limits.depth) return [unreadPart('binary', '', 'nested too deep')];
  const inner: Place = {
    ...place,
    depth: place.depth + 1,
    heldBytes: Math.max(0, place.heldBytes - published.length - rebuilt.length),
  };
  const context: CompareContext = {
    limits: place.limits,
    path,
    work: place.work,
    heldBytes: inner.heldBytes,
    inside: (name, left, right) => compareAt(name, left, right, inner),
  };
  const unread: Part[] = [];
  for (const comparator of comparators) {
    if (!comparator.matches(published, rebuilt, path)) continue;
    try {
      const parts = await comparator.compare(published, rebuilt, context);
      if (parts !== undefined && parts.length > 0) return [...unread, ...parts];
      // The format sees no difference, so the bytes that it does not know are shown as they are.
      if (parts !== undefined) break;
    } catch (failure) {
      unread.push(unreadPart(comparator.format, '', reasonOf(failure)));
    }
  }
  return [...unread, ...compareBinary(published, rebuilt, context)];
}

/** A defect of a comparator costs its parts, not the report. */
function reasonOf(failure: unknown): string {
  if (failure instanceof Failure) return failure.message;
  return `a defect in this comparator: ${printable(String(failure)).slice(0, 200)}`;
}
