/** Rebuilds packages and keeps them instead of comparing them. */
import type { Apk } from './apk/apk.ts';
import { type SigningKey, signBytes } from './apk/private-key.ts';
import { type EmittedPackage, packageSource } from './emit/package.ts';
import { withRebuilt } from './engine/engine.ts';
import { Failure } from './failure.ts';
import { observeSteps, rebuildRequest } from './flow/candidate.ts';
import { decideBuilder } from './flow/decide-builder.ts';
import { requireCandidate } from './flow/find-candidate.ts';
import { keepRecordings } from './flow/recordings.ts';
import type { RunOptions } from './flow/run-options.ts';
import { transplant } from './flow/transplant.ts';
import { folderBelow, writeBelow } from './folders.ts';
import { packageFileName } from './names.ts';
import { emissionFormat, type Plan } from './plan/plan.ts';

export interface RebuiltFile {
  readonly name: string;
  readonly path: string;
}

export interface RebuildTarget {
  readonly directory: string;
  /** The key that signs, instead of the published signature. */
  readonly signingKey: SigningKey | undefined;
}

/**
 * Rebuilds the package and writes `<arch>/<name>-<version>.apk` below a folder. Fails with the reason why it cannot be
 * rebuilt.
 */
export async function rebuild(file: string, target: RebuildTarget, given: RunOptions): Promise<RebuiltFile> {
  const candidate = await requireCandidate(file, given, 'build');
  const { recipe } = candidate.target.claim;
  const request = rebuildRequest([candidate], observeSteps(recipe.package.name, candidate.run.watch));
  candidate.run.watch.onProgress({
    kind: 'stage',
    subject: recipe.package.name,
    stage: 'rebuild',
    places: [0],
  });
  return withRebuilt(candidate.run.builds.engine, request, async ([first]) => {
    await keepRecordings([candidate], request.network, first!.conversation);
    const { outcome, plan } = (await decideBuilder({ candidate, rebuilt: first! })).rebuilt;
    if (outcome instanceof Failure) throw outcome;
    const signature = signatureFor(outcome, plan, candidate.target.apk, target.signingKey);
    return writePackage(outcome, signature, folderBelow(target.directory, plan.package.architecture));
  });
}

function signatureFor(
  emitted: EmittedPackage,
  plan: Plan,
  published: Apk,
  key: SigningKey | undefined,
): Uint8Array | undefined {
  if (key === undefined) {
    const signature = published.signature?.signatures[0];
    return signature === undefined ? undefined : transplant(signature, plan);
  }
  const { algorithm } = emissionFormat(plan).signature;
  const bytes = signBytes(emitted.control, algorithm, key);
  return transplant({ bytes, algorithm, keyName: key.publicName }, plan);
}

async function writePackage(
  emitted: EmittedPackage,
  signature: Uint8Array | undefined,
  folder: string,
): Promise<RebuiltFile> {
  const path = await writeBelow(folder, packageFileName(emitted), packageSource(emitted, signature).open());
  return { name: emitted.name, path };
}
