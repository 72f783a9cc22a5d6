/** Packages of the environment, each checked against the signed index before its files are used. */
import type { Apk } from '../apk/apk.ts';
import { q1 } from '../apk/checksum.ts';
import { ownLinks } from '../claim/chain.ts';
import type { Sha1 } from '../digest.ts';
import type { EnvironmentPackage } from '../execute/rootfs/unpack-environment.ts';
import { Failure } from '../failure.ts';
import type { Inputs } from '../inputs/inputs.ts';
import { fileSource } from '../inputs/store/files.ts';
import type { ResolvedPackage } from '../plan/environment.ts';

/** Locked packages as the unpacking takes them. */
export async function environmentPackages(
  resolved: readonly ResolvedPackage[],
  inputs: Inputs,
): Promise<EnvironmentPackage[]> {
  return Promise.all(
    resolved.map(async ({ locked, facts }) => {
      const path = await inputs.obtain(facts.path);
      if (path === undefined) {
        throw new Failure('environment-unavailable', `${locked.name} is no longer where it was`, {
          got: facts.path,
        });
      }
      return {
        ...locked,
        dependencies: facts.dependencies,
        provides: facts.provides,
        // A message names the package, not where its bytes lie.
        source: { ...fileSource(path), name: `${locked.name}=${locked.version}` },
      };
    }),
  );
}

/** Requires that a package of the environment is intact and, to the last byte, the one of the lock. Fails with `environment-invalid`. */
export function requireLocked(apk: Apk, locked: EnvironmentPackage): void {
  const broken = ownLinks(apk, []).find(({ state }) => state === 'broken');
  if (broken === undefined && apk.sha256 === locked.sha256) return;
  throw notListed(
    locked,
    `sha256:${locked.sha256}`,
    `sha256:${apk.sha256}${broken === undefined ? '' : ` (${broken.detail})`}`,
  );
}

/** Requires that the index lists a package by the digest of its control section. Fails with `environment-invalid`. */
export function requireListed(controlSha1: Sha1, locked: EnvironmentPackage, checksum: string): void {
  if (q1(controlSha1) !== checksum) throw notListed(locked, checksum, q1(controlSha1));
}

function notListed({ name, version }: EnvironmentPackage, expected: string, got: string): Failure {
  return new Failure('environment-invalid', `${name}-${version} is not what its index lists`, {
    expected,
    got,
  });
}
