/** Causes of differences: detectors in order, each seeing what those before it have not explained. */

import type { Cause } from '../../compare/cause.ts';
import type { Difference } from '../../compare/difference.ts';
import type { DifferenceList } from '../../compare/difference-list.ts';
import type { Factor } from '../factors.ts';
import { archiveMetadata } from './archive-metadata.ts';
import { buildPath } from './build-path.ts';
import { changesOf } from './changes.ts';
import { compressorVersion } from './compressor-version.ts';
import { cpuCount } from './cpu-count.ts';
import { derivedIds } from './derived-ids.ts';
import { type DifferingFiles, noDifferingFiles } from './digests.ts';
import { emulation } from './emulation.ts';
import { environmentDrift } from './environment-drift.ts';
import type { BuildContext, ByteRange, Change, Detector, Evidence } from './evidence.ts';
import { fileOrder } from './file-order.ts';
import { fileSystem } from './file-system.ts';
import { gzipHeader } from './gzip-header.ts';
import { hashOrder } from './hash-order.ts';
import { heldCause } from './held.ts';
import { hiddenInput } from './hidden-input.ts';
import { hostname } from './hostname.ts';
import { kernel } from './kernel.ts';
import { locale } from './locale.ts';
import { marchNative } from './march-native.ts';
import { memorySize } from './memory-size.ts';
import { parallelBuild } from './parallel-build.ts';
import { pythonHashSeed } from './python-hash-seed.ts';
import { randomness } from './randomness.ts';
import { sbomGenerator } from './sbom-generator.ts';
import { signature } from './signature.ts';
import { timestamp } from './timestamp.ts';
import { toolVersion } from './tool-version.ts';
import { umask } from './umask.ts';
import { unpinnedInput } from './unpinned-input.ts';
import { userId } from './user-id.ts';

/**
 * The detectors in order: those that know a place exactly come first, those that guess from the text of steps later, and those that explain
 * anything last.
 */
export const detectors: readonly Detector[] = [
  compressorVersion,
  signature,
  sbomGenerator,
  unpinnedInput,
  gzipHeader,
  archiveMetadata,
  derivedIds,
  fileSystem,
  umask,
  userId,
  timestamp,
  emulation,
  hostname,
  kernel,
  memorySize,
  cpuCount,
  marchNative,
  toolVersion,
  randomness,
  buildPath,
  locale,
  pythonHashSeed,
  hashOrder,
  fileOrder,
  parallelBuild,
  hiddenInput,
  environmentDrift,
];

/** Names the causes of one difference. Never empty: `unknown` is an answer. */
export function causesOf(
  difference: Difference,
  contents: { readonly published: Uint8Array | undefined; readonly rebuilt: Uint8Array | undefined },
  { differences: all, unlisted = 0 }: DifferenceList,
  context: BuildContext,
  differing: DifferingFiles = noDifferingFiles,
): readonly Cause[] {
  const found = changesOf(difference, contents.published, contents.rebuilt);
  const whole = found.changes.length + found.reorderings.length + found.ranges.length === 0;
  let evidence: Evidence = {
    ...context,
    ...contents,
    ...found,
    difference,
    all,
    complete: unlisted === 0,
    differing,
  };
  if (whole) evidence = { ...evidence, changes: [wholeChange(difference)] };
  const causes: Cause[] = [];
  for (const { kind, detect } of detectors) {
    const findings = detect(evidence);
    for (const { explains: _, ...finding } of findings) causes.push({ kind, ...finding });
    const explained = new Set(findings.flatMap(({ explains }) => explains));
    evidence = without(evidence, explained);
  }
  const held = context.heldBy?.(difference);
  const rest = unexplained(evidence, causes.length > 0);
  return [...merged(causes), ...(held === undefined ? rest : rest.map((each) => namedByHolding(each, held)))];
}

/** What no detector explains, by the factor that makes it stable. */
function namedByHolding(cause: Cause, factor: Factor): Cause {
  return { ...cause, ...heldCause(factor), confidence: 'likely' };
}

function wholeChange({ path, published, rebuilt, name, kind }: Difference): Change {
  return { place: path, published, rebuilt, around: undefined, format: undefined, label: name ?? kind };
}

function without(evidence: Evidence, explained: ReadonlySet<unknown>): Evidence {
  if (explained.size === 0) return evidence;
  const spans = evidence.changes.flatMap((change) =>
    explained.has(change) && change.bytes !== undefined ? [change.bytes] : [],
  );
  const inSpan = ({ offset, length }: ByteRange) =>
    spans.some((span) => offset >= span.offset && offset + length <= span.offset + span.length);
  return {
    ...evidence,
    changes: evidence.changes.filter((each) => !explained.has(each)),
    reorderings: evidence.reorderings.filter((each) => !explained.has(each)),
    ranges: evidence.ranges.filter((each) => !explained.has(each) && !inSpan(each)),
  };
}

const mostOfOneKind = 3;

/** Merges causes: one for each kind and pair of values, and only the first of many of one kind. */
function merged(causes: readonly Cause[]): Cause[] {
  const seen = new Map<string, number>();
  const values = new Set<string>();
  return causes.filter(({ kind, published, rebuilt }) => {
    const key = JSON.stringify([kind, published, rebuilt]);
    const count = seen.get(kind) ?? 0;
    if (values.has(key) || count >= mostOfOneKind) return false;
    values.add(key);
    seen.set(kind, count + 1);
    return true;
  });
}

/** The cause `unknown` for what no detector explains. */
function unexplained({ changes, reorderings, ranges, difference, facts }: Evidence, named: boolean): Cause[] {
  const [change, reordering] = [changes[0], reorderings[0]];
  const bytes = ranges.reduce((sum, { length }) => sum + length, 0);
  const base = { kind: 'unknown', confidence: 'possible' } as const;
  const emulated = facts?.emulation === undefined ? '' : ', and emulation may be the reason';
  const why = `${named ? 'nothing names this part' : 'nothing names it'}${emulated}`;
  if (reordering !== undefined) {
    return [
      {
        ...base,
        place: reordering.place,
        published: undefined,
        rebuilt: undefined,
        why: `${why}: the same ${reordering.of} in a different order`,
      },
    ];
  }
  if (change !== undefined) {
    const { place, published, rebuilt } = change;
    const more = changes.length > 1 ? `, nor ${changes.length - 1} more` : '';
    return [{ ...base, place, published, rebuilt, why: `${why}${more}` }];
  }
  if (bytes > 0) {
    const place = `offset ${ranges[0]!.offset}`;
    return [
      {
        ...base,
        place,
        published: undefined,
        rebuilt: undefined,
        why: `${why}: ${bytes} bytes in ${ranges.length} places`,
      },
    ];
  }
  if (named) return [];
  return [
    { ...base, place: difference.path, published: difference.published, rebuilt: difference.rebuilt, why },
  ];
}
