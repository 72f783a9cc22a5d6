/** Environments that the user named instead of the recorded one. */
import { join } from 'node:path';
import type { Claim } from '../claim/claim.ts';
import type { GuestRequest, Machine } from '../engine/engine.ts';
import { provideImage, readInstalled } from '../execute/rootfs/image.ts';
import { ownFolder } from '../folders.ts';
import { openImage } from '../inputs/oci/oci-layout.ts';
import { lockedPackages } from '../plan/environment.ts';
import { comparePackages, type SubstitutedEnvironment } from '../plan/substituted.ts';
import type { EnvironmentChoice } from './run-options.ts';

export interface Substitute {
  readonly guest: GuestRequest;
  readonly environment: SubstitutedEnvironment;
}

/** Fails as `openImage` and `provideImage` do. */
export async function prepareSubstitute(
  choice: Exclude<EnvironmentChoice, { kind: 'recorded' | 'nearest' }>,
  { recipe, architecture }: Pick<Claim, 'recipe' | 'architecture'>,
  { cache, ids, signal }: Machine,
): Promise<Substitute> {
  const locked = lockedPackages(recipe);
  switch (choice.kind) {
    case 'host':
      return { guest: choice, environment: { kind: 'host', recorded: 0, packages: [] } };
    case 'directory': {
      const compared = comparePackages(locked, readInstalled(choice.path));
      return { guest: choice, environment: { kind: 'directory', ...compared } };
    }
    case 'image': {
      const image = await openImage(choice.path, architecture);
      const { users, groups } = recipe.environment.accounts;
      const directory = ownFolder(join(cache, 'environments'));
      const { root, packages } = await provideImage({ directory, image, users, groups, ids, signal });
      const compared = comparePackages(locked, packages);
      return {
        guest: { kind: 'image', path: root, manifest: image.digest },
        environment: { kind: 'image', image: image.digest, ...compared },
      };
    }
  }
}
