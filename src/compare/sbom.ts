/** The SBOM has a line of its own in every report. */
import { parseSbom } from '../claim/sbom/sbom.ts';
import { canonicalJson } from '../plan/canonical.ts';

/** `equivalent`: the same SPDX document written in another order. */
export type SbomState = 'identical' | 'equivalent' | 'different' | 'missing' | 'invalid';

/** How the published SBOM stands to the rebuilt one. */
export function compareSboms(published: Uint8Array | undefined, rebuilt: Uint8Array | undefined): SbomState {
  if (published === undefined) return 'missing';
  if (parseSbom(published).kind === 'unreadable') return 'invalid';
  if (rebuilt === undefined) return 'different';
  if (Buffer.compare(published, rebuilt) === 0) return 'identical';
  return graphText(published) === graphText(rebuilt) ? 'equivalent' : 'different';
}

/** The document without the order of its members and lists. */
function graphText(bytes: Uint8Array): string {
  return canonicalJson(sorted(JSON.parse(Buffer.from(bytes).toString('utf8'))));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted).sort((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, sorted(member)]));
}
