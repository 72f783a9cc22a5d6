/** The state of the SBOM, which has its own line in every report. */
import type { Apk } from '../apk/apk.ts';
import { decodeBytes } from '../bytes.ts';
import { canonicalJson } from '../canonical.ts';
import { parseSbom } from '../claim/sbom/published-sbom.ts';
import { sbomEntryOf } from '../claim/sbom/sbom-entry.ts';

/** `equivalent`: the same SPDX document written in a different order. */
export type SbomState = 'identical' | 'equivalent' | 'different' | 'missing' | 'invalid';

/** The content of a package's SBOM, where it was kept. */
export function sbomOf(apk: Apk): Uint8Array | undefined {
  return sbomEntryOf(apk)?.content;
}

/** Compares the published SBOM with the rebuilt one. */
export function compareSboms(published: Uint8Array | undefined, rebuilt: Uint8Array | undefined): SbomState {
  if (published === undefined) return 'missing';
  if (parseSbom(published).kind === 'unreadable') return 'invalid';
  if (rebuilt === undefined) return 'different';
  if (Buffer.compare(published, rebuilt) === 0) return 'identical';
  return graphText(published) === graphText(rebuilt) ? 'equivalent' : 'different';
}

/** The document as text, independent of the order of its members and lists. */
function graphText(bytes: Uint8Array): string {
  return unordered(JSON.parse(decodeBytes(bytes)));
}

/** Canonical JSON of a value whose lists are sets. */
function unordered(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(unordered).sort().join(',')}]`;
  if (typeof value !== 'object' || value === null) return canonicalJson(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}:${unordered(member)}`);
  return `{${members.sort().join(',')}}`;
}
