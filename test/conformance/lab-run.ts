/** The library run on packages of the lab, with this machine's sandbox; what all conformance tests share. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { parsePublicKey } from '../../src/apk/apk-signature.ts';
import { allDifferences, isUnequal } from '../../src/compare/comparison.ts';
import type { Difference } from '../../src/compare/difference.ts';
import { completeLimits, type SandboxKind } from '../../src/execute/sandbox/sandbox.ts';
import type { RunOptions } from '../../src/flow/run-options.ts';
import { machineInputs } from '../../src/inputs/inputs.ts';
import type { PackageResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { type Golden, lab, sharedLab, skipUnless } from '../support/lab.ts';
import { labEnvironment, lacksEnvironment } from '../support/lab-environment.ts';
import { cache, ids, knownSandbox } from '../support/lab-sandbox.ts';

export { cache };

/** How steps are kept apart here: without namespaces only root can run them, in a change of root. */
export const sandbox: SandboxKind | undefined = await knownSandbox();

/**
 * `false`, or why these packages cannot be rebuilt in their recorded environment here; without any, why none can be.
 * @param files published packages, by their path or below the lab's folder
 */
export function cannotRebuildFrom(...files: readonly string[]): string | false {
  return (
    skipUnless(sandbox, 'steps cannot be run here, see `wolfi-repro doctor`') || lacksEnvironment(...files)
  );
}

/** The same for packages of the larger lab, which must be there as well. */
export function cannotRebuildShared(...files: readonly string[]): string | false {
  if (sharedLab === undefined) return 'the larger lab is not beside the checkout';
  return cannotRebuildFrom(...files.map((file) => join(sharedLab!, file)));
}

/** The package that tests take which need any; most packages of the lab record its environment or a larger one. */
export const helloShell = 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk';

/** `false`, or why `helloShell`, and what is made of it, cannot be rebuilt here. */
export const cannotRebuild: string | false = cannotRebuildFrom(helloShell);

/** As a user who trusts the lab's key would have it; `extra` overrides. */
export function labOptions(extra: Partial<RunOptions> = {}): RunOptions {
  const signal = new AbortController().signal;
  return {
    keys: [keyOf(join(lab, 'lab.rsa.pub'))],
    allowUnsigned: false,
    repositories: labEnvironment === undefined ? [] : [labEnvironment],
    environment: { kind: 'recorded' },
    sourceCaches: [],
    sourceMirrors: [],
    sourceDirectory: undefined,
    jobs: availableParallelism(),
    machine: {
      cache,
      sandbox: sandbox ?? 'bubblewrap',
      ids,
      limits: completeLimits({}),
      threads: 1,
      signal,
      inputs: machineInputs(cache, signal),
      syft: [],
    },
    onProgress: () => undefined,
    ...extra,
  };
}

export function keyOf(path: string): RunOptions['keys'][number] {
  return parsePublicKey(basename(path), readFileSync(path));
}

/** What a run needs besides the lab's environment to build a golden again. */
export function optionsOf(golden: Golden, folder: string = lab): Partial<RunOptions> {
  return {
    allowUnsigned: !golden.signed,
    ...(golden.sourceDir === undefined ? {} : { sourceDirectory: join(folder, golden.sourceDir) }),
  };
}

export function nameOf({ file }: Golden): string {
  return basename(file, '.apk');
}

/** Verifies goldens that need the same options, in one run. */
export async function verifyGoldens(
  goldens: readonly Golden[],
  folder: string,
  options: RunOptions,
): Promise<[Golden, PackageResult][]> {
  const files = goldens.map(({ file }) => join(folder, file));
  const { packages } = await verify(files, options);
  return goldens.map((golden, index) => [golden, packages[index]!]);
}

/** Requires the strongest statement that there is; a signature that is there must be valid. */
export function assertReproduced(result: PackageResult, signature: 'valid' | 'unsigned'): void {
  const { verdict } = result;
  assert.equal(verdict.kind, 'reproduced', `${result.file}: ${explain(result)}`);
  if (verdict.kind !== 'reproduced') return;
  assert.equal(verdict.signature.kind, signature, result.file);
  assert.equal(verdict.proof.sha256, result.subject?.sha256);
}

/** Verdict, reason and what is behind it, for the message of a failed assertion. */
export function explain({ verdict }: PackageResult): string {
  if (verdict.kind === 'reproduced') return verdict.kind;
  const why = 'failure' in verdict ? `${verdict.failure.message} ${verdict.failure.got ?? ''}` : '';
  const differences = differencesOf(verdict).map(({ section, path, kind }) => `${section} ${path} ${kind}`);
  return [`${verdict.kind}:${verdict.reason}`, why, ...differences].join('\n');
}

export function differencesOf(verdict: PackageResult['verdict']): Difference[] {
  const comparison = 'comparison' in verdict ? verdict.comparison : undefined;
  return comparison !== undefined && isUnequal(comparison) ? allDifferences(comparison.sections) : [];
}
