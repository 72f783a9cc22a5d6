/** Packages built anew, kept instead of compared. */
import type { Apk } from './apk/apk.ts';
import { type SigningKey, signBytes } from './apk/private-key.ts';
import { type EmittedPackage, packageSource } from './emit/package.ts';
import { usualEngine } from './engine/choice.ts';
import { Failure } from './failure.ts';
import { decideVersion } from './flow/builder-version.ts';
import { builtPackage } from './flow/built-package.ts';
import type { RunOptions } from './flow/options.ts';
import { packagePlanner } from './flow/prepare.ts';
import { examineSubject, openRun } from './flow/subject.ts';
import { isTarget } from './flow/target.ts';
import { transplant } from './flow/transplant.ts';
import { folderBelow, writeBelow } from './folders.ts';
import { packageFileName } from './names.ts';
import { emissionFormat, type Plan } from './plan/plan.ts';
import { observeSteps } from './verify.ts';

export interface RebuiltFile {
  readonly name: string;
  readonly path: string;
}

export interface RebuildTarget {
  readonly directory: string;
  /** Signs instead of putting the published signature in front. */
  readonly signingKey: SigningKey | undefined;
}

/**
 * Rebuilds the package and writes `<arch>/<name>-<version>.apk` below a folder. Fails with the reason why it cannot be
 * rebuilt.
 */
export async function rebuild(file: string, target: RebuildTarget, given: RunOptions): Promise<RebuiltFile> {
  const { options, repositories } = await openRun([file], given);
  const examined = await examineSubject(file, repositories, options);
  if (!isTarget(examined)) {
    throw examined.failure ?? new Failure('internal', 'a package was neither read nor refused');
  }
  const opened = await repositories(examined.claim.architecture);
  const prepared = await packagePlanner(options)(examined, opened);
  const observer = observeSteps(examined.claim.recipe.package.name, options);
  const built = await (options.engine ?? usualEngine).rebuild({
    ...prepared,
    plans: [prepared.plan],
    machine: options.machine,
    observer,
  });
  try {
    const first = builtPackage(built, 0, prepared.plan);
    const { emitted, plan } = await decideVersion(examined, prepared, first, options.machine);
    if (emitted instanceof Failure) throw emitted;
    const signature = signatureFor(emitted, plan, examined.apk, target.signingKey);
    return await writePackage(emitted, signature, folderBelow(target.directory, plan.package.architecture));
  } finally {
    await built.dispose();
  }
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
