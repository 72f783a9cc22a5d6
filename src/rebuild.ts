/** Packages built anew, kept instead of compared. */
import { createWriteStream, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Apk } from './apk/apk.ts';
import { type SigningKey, signBytes } from './apk/private-key.ts';
import { type EmittedPackage, packageSource } from './emit/package.ts';
import { usualEngine } from './engine/choice.ts';
import { Failure } from './failure.ts';
import { decideVersion } from './flow/builder-version.ts';
import type { RunOptions } from './flow/options.ts';
import { prepare } from './flow/prepare.ts';
import { examineSubject, openRun } from './flow/subject.ts';
import { isTarget } from './flow/target.ts';
import { transplant } from './flow/transplant.ts';
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
export async function rebuild(
  file: string,
  target: RebuildTarget,
  given: RunOptions,
): Promise<RebuiltFile[]> {
  const { options, repositories } = await openRun([file], given);
  const examined = await examineSubject(file, repositories, options);
  if (!isTarget(examined)) {
    throw examined.failure ?? new Failure('internal', 'a package was neither read nor refused');
  }
  const opened = await repositories(examined.claim.architecture);
  const prepared = await prepare([examined], opened, options);
  const observer = observeSteps(examined.claim.recipe.package.name, options);
  const built = await (options.engine ?? usualEngine).rebuild({
    ...prepared,
    machine: options.machine,
    observer,
  });
  try {
    const decided = await decideVersion([examined], prepared, built, options.machine);
    const files: RebuiltFile[] = [];
    for (const [index, emitted] of decided.rebuilt.packages.entries()) {
      if (emitted instanceof Failure) throw emitted;
      const plan = decided.prepared.plans[index]!;
      const signature = signatureFor(emitted, plan, examined.apk, target.signingKey);
      files.push(await writePackage(emitted, signature, join(target.directory, plan.package.architecture)));
    }
    return files;
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
  const path = join(folder, `${emitted.name}-${emitted.version}.apk`);
  mkdirSync(folder, { recursive: true });
  await pipeline(packageSource(emitted, signature).open(), createWriteStream(`${path}.part`));
  renameSync(`${path}.part`, path);
  return { name: emitted.name, path };
}
