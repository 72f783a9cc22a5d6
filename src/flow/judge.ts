/** One package beside what was rebuilt of it: compared, and decided on. */

import type { Limits } from '../apk/limits.ts';
import type { ByteSource } from '../byte-source.ts';
import { comparePackages } from '../compare/compare.ts';
import { type Comparison, isUnequal } from '../compare/comparison.ts';
import { type Sha256, sha256Hasher } from '../digest.ts';
import { type EmittedPackage, packageSource } from '../emit/package.ts';
import { Failure, isFaultOfFile } from '../failure.ts';
import { describeSubstituted } from '../plan/substituted.ts';
import { verifyPublishedSignatures } from '../repository/keyring.ts';
import type { PackageResult } from '../verdict/result.ts';
import { decide } from '../verdict/verdict.ts';
import type { BuiltPackage } from './built-package.ts';
import type { explainComparison } from './explain.ts';
import type { RunOptions } from './options.ts';
import type { Prepared } from './prepare.ts';
import type { Target } from './target.ts';
import { transplant } from './transplant.ts';

/** What only a rebuild shows of a package. */
type Judged = Pick<PackageResult, 'verdict' | 'explanation' | 'sbom' | 'scan' | 'caveats' | 'skipped'>;

/** Loaded where it is needed: most of the program is about what differs. */
const explain: typeof explainComparison = async (...given) =>
  (await import('./explain.ts')).explainComparison(...given);

/** Compares one package with what was rebuilt of it and decides. */
export async function judge(
  target: Target,
  prepared: Prepared,
  built: BuiltPackage,
  options: RunOptions,
): Promise<Judged> {
  const { plan, emitted, scan } = built;
  if (emitted instanceof Failure) throw emitted;
  const published = target.apk.signature?.signatures[0];
  const signature = published === undefined ? undefined : transplant(published, plan);
  const rebuiltSource = packageSource(emitted, signature);
  const compared = await compareSound(target, rebuiltSource, options.limits);
  if (!isUnequal(compared)) requireScanned(emitted);
  const { limits } = options;
  const { comparison, explanation } = isUnequal(compared)
    ? await explain(compared, {
        target,
        prepared,
        built,
        rebuiltSource,
        signature,
        limits,
      })
    : { comparison: compared, explanation: undefined };
  const state = verifyPublishedSignatures(
    target.apk.signature?.signatures ?? [],
    emitted.control,
    options.keys,
  );
  const substituted =
    prepared.substituted === undefined ? undefined : describeSubstituted(prepared.substituted);
  return {
    verdict: decide(comparison, state, substituted, explanation),
    ...(explanation === undefined ? {} : { explanation }),
    sbom: comparison.sbom,
    ...(scan === undefined ? {} : { scan }),
    caveats: [
      ...target.caveats,
      ...prepared.caveats,
      ...(substituted === undefined ? [] : [substituted]),
      ...built.caveats,
    ],
    skipped: emitted.skipped,
  };
}

/**
 * Compares a published file that was found sound. What is refused now is the rebuilt one, which says nothing against the
 * published: fails with `unsupported` then.
 */
async function compareSound(target: Target, rebuilt: ByteSource, limits?: Limits): Promise<Comparison> {
  try {
    const comparison = await comparePackages(target.source, rebuilt, { limits, read: target.apk });
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

/**
 * Equal bytes prove nothing of an SBOM that was written as if a scan had found nothing, unless there was nothing to find. Fails with
 * `scan-needed`.
 */
function requireScanned({ unscanned }: EmittedPackage): void {
  if (unscanned.length === 0) return;
  throw new Failure(
    'scan-needed',
    'the bytes are equal, but whether the SBOM lists all that production’s scan finds was not seen',
    { got: unscanned.join('\n') },
  );
}

async function digestOf(source: ByteSource): Promise<Sha256> {
  const hasher = sha256Hasher();
  for await (const chunk of source.open()) hasher.update(chunk);
  return hasher.digest();
}

/** What was compared must be what the chain of digests was about. Fails with `file-changed`. */
function requireSameFile(compared: Sha256, { apk }: Target): void {
  if (compared === apk.sha256) return;
  throw new Failure('file-changed', 'the file changed while it was being verified', {
    expected: apk.sha256,
    got: compared,
  });
}
