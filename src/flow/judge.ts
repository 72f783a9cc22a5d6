/** Judges one package: compares it with what was rebuilt, and decides. */

import type { ByteSource } from '../byte-source.ts';
import { boundedFindings } from '../claim/findings.ts';
import { comparePackages } from '../compare/compare.ts';
import { type Comparison, isUnequal } from '../compare/comparison.ts';
import { type Sha256, sha256Hasher } from '../digest.ts';
import { type EmittedPackage, packageSource } from '../emit/package.ts';
import type { ScanOutcome } from '../engine/scans.ts';
import { emulationCaveat } from '../execute/processor/processor.ts';
import { Failure, isFaultOfFile } from '../failure.ts';
import { describeSubstituted } from '../plan/substituted.ts';
import { verifyPublishedSignatures } from '../repository/keyring.ts';
import type { PackageResult } from '../verdict/result.ts';
import { decide } from '../verdict/verdict.ts';
import { type Built, emulationOfCandidate, isolationOf } from './candidate.ts';
import type { explainComparison } from './explain.ts';
import { networkCaveats, networkFindings, networkSummary } from './network-summary.ts';
import { knownOf } from './results.ts';
import type { Target } from './target.ts';
import { transplant } from './transplant.ts';

/** Loaded where it is needed: most of the program explains what differs. */
const explain: typeof explainComparison = async (...given) =>
  (await import('./explain.ts')).explainComparison(...given);

/** Compares one package with what was rebuilt of it and decides. Fails with the reason why no statement is possible. */
export async function judge({ candidate, rebuilt }: Built): Promise<PackageResult> {
  const { target, prepared, run } = candidate;
  const { plan, outcome, scan, conversation } = rebuilt;
  if (outcome instanceof Failure) throw outcome;
  const emulation = emulationOfCandidate(candidate);
  const known = await knownOf(target, { plan, prepared, emulation });
  const published = target.apk.signature?.signatures[0];
  const signature = published === undefined ? undefined : transplant(published, plan);
  const rebuiltSource = packageSource(outcome, signature);
  const compared = await compareSound(target, rebuiltSource);
  if (!isUnequal(compared)) requireScanned(outcome);
  const { comparison, explanation, caveats } = isUnequal(compared)
    ? await explain(compared, { candidate, rebuilt, rebuiltSource, signature })
    : { comparison: compared, explanation: undefined, caveats: [] };
  const state = verifyPublishedSignatures(
    target.apk.signature?.signatures ?? [],
    outcome.control,
    run.trust.keys,
  );
  const { substituted } = prepared.inputs;
  const substitution = substituted === undefined ? undefined : describeSubstituted(substituted);
  const network = conversation === undefined ? undefined : await networkSummary(candidate, conversation);
  return {
    ...known,
    verdict: decide(comparison, state, substitution, explanation, network),
    ...(explanation === undefined ? {} : { explanation }),
    sbom: comparison.sbom,
    ...isolationOf(candidate),
    ...(scan === undefined ? {} : { scan }),
    ...(network === undefined
      ? {}
      : { network, findings: [...known.findings, ...boundedFindings(networkFindings(network))] }),
    caveats: [
      ...known.caveats,
      ...(substitution === undefined ? [] : [substitution]),
      ...(isUnequal(comparison) && emulation !== undefined ? [emulationCaveat(emulation)] : []),
      ...(network === undefined ? [] : networkCaveats(network)),
      ...caveats,
      ...rebuilt.caveats,
      ...keptScanCaveats(scan),
    ],
    skipped: outcome.skipped,
  };
}

/**
 * Compares a published file that was found sound. A file that is refused here is the rebuilt one, which does not count against the
 * published one: it then fails with `unsupported`.
 */
async function compareSound(target: Target, rebuilt: ByteSource): Promise<Comparison> {
  try {
    const comparison = await comparePackages(target.source, rebuilt, { read: target.apk });
    const { files } = comparison;
    requireSameFile(files.equal ? files.proof.sha256 : files.published.sha256, target);
    return comparison;
  } catch (failure) {
    if (!isFaultOfFile(failure)) throw failure;
    requireSameFile(await digestOf(target.source), target);
    throw new Failure('unsupported', `the rebuilt package cannot be compared: ${failure.message}`, {
      cause: failure,
    });
  }
}

/** A scan that was not made here is somebody's word. */
function keptScanCaveats(scan: ScanOutcome | undefined): string[] {
  const used = scan === undefined || scan.chosen === null ? undefined : scan.tried[scan.chosen];
  if (used === undefined || used.kept === null) return [];
  return [
    'the scan of the files was not made here: what the SBOM says of them, and leaves out, is vouched for by nothing but ' +
      `whoever kept the scan (sha256 ${used.kept})`,
  ];
}

/**
 * Requires that what a scan may find was scanned. Equal bytes prove nothing about an SBOM that was written as if a scan had found nothing, unless there was nothing to find. Fails with
 * `scan-needed`.
 */
function requireScanned({ unscanned }: EmittedPackage): void {
  if (unscanned.length === 0) return;
  throw new Failure(
    'scan-needed',
    'the bytes are equal, but nothing here shows whether the SBOM lists all that production’s scan finds',
    { got: unscanned.join('\n') },
  );
}

async function digestOf(source: ByteSource): Promise<Sha256> {
  const hasher = sha256Hasher();
  for await (const chunk of source.open()) hasher.update(chunk);
  return hasher.digest();
}

/** Requires that the compared file is the one whose chain of digests was verified. Fails with `file-changed`. */
function requireSameFile(compared: Sha256, { apk }: Target): void {
  if (compared === apk.sha256) return;
  throw new Failure('file-changed', 'the file changed while it was being verified', {
    expected: apk.sha256,
    got: compared,
  });
}
