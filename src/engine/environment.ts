/** Packages of the environment, each checked against the signed index before its files are used. */
import type { Apk } from '../apk/apk.ts';
import { ownLinks } from '../claim/chain.ts';
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
        source: fileSource(path),
      };
    }),
  );
}

/**
 * Requires that a package of the environment is the one that the signed index lists, to the last byte. Fails with
 * `environment-invalid`.
 */
export function requireLocked(apk: Apk, locked: EnvironmentPackage, checksum: string): void {
  const broken = ownLinks(apk, []).find(({ state }) => state === 'broken');
  const q1 = `Q1${Buffer.from(apk.control.sha1, 'hex').toString('base64')}`;
  if (broken === undefined && q1 === checksum && apk.sha256 === locked.sha256) return;
  throw new Failure('environment-invalid', `${locked.name}-${locked.version} is not what its index lists`, {
    expected: `${checksum} sha256:${locked.sha256}`,
    got: `${q1} sha256:${apk.sha256}${broken === undefined ? '' : ` (${broken.detail})`}`,
  });
}
