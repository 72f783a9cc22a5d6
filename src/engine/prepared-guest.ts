/** The guest of a build, unpacked or laid out for it. */
import { join } from 'node:path';
import { canonicalJson } from '../canonical.ts';
import { sha256 } from '../digest.ts';
import { provideEnvironment } from '../execute/rootfs/kept-environment.ts';
import type { GuestAccounts } from '../execute/rootfs/unpack-environment.ts';
import { lend } from '../execute/sandbox/reach.ts';
import { Failure } from '../failure.ts';
import { ownFolder } from '../folders.ts';
import { sharedPlan, stepFormat } from '../plan/plan.ts';
import type { RebuildRequest } from './engine.ts';
import { environmentPackages, requireListed, requireLocked } from './environment-packages.ts';
import { type Guest, hostGuest } from './host-guest.ts';

export interface PreparedGuest extends Guest {
  /** Undefined where the environment is substituted: the plan then carries the names. */
  readonly accounts: GuestAccounts | undefined;
}

/** Prepares the guest that a request names. Fails where its environment cannot be unpacked as it is locked. */
export async function prepareGuest(request: RebuildRequest, directory: string): Promise<PreparedGuest> {
  const { guest, recipe, machine } = request;
  const plan = sharedPlan(request.plans);
  switch (guest.kind) {
    case 'host': {
      const laid = hostGuest(directory, recipe, stepFormat(plan));
      await lend(machine.ids, [laid.root]);
      return { ...laid, accounts: undefined };
    }
    case 'directory':
    case 'image':
      return { root: guest.path, mounts: [], accounts: undefined };
    case 'recorded': {
      const { contents, accounts, archs } = recipe.environment;
      const layout = {
        arch: plan.package.architecture,
        world: contents.packages,
        repositories: [...new Set([...contents.buildRepositories, ...contents.repositories])],
        users: accounts.users,
        groups: accounts.groups,
        database: 'usr/lib/apk/db',
        entries: stepFormat(plan).guestEntries,
      };
      const checksums = new Map<string, string>(
        guest.packages.map(({ locked }) => [locked.name, locked.checksum]),
      );
      const environment = await provideEnvironment({
        directory: ownFolder(join(machine.cache, 'environments')),
        identity: sha256(
          Buffer.from(
            canonicalJson([guest.packages.map(({ locked }) => [locked.name, locked.sha256]), layout, archs]),
          ),
        ),
        packages: await environmentPackages(guest.packages, machine.inputs),
        layout,
        ids: machine.ids,
        setAttributes: async (root, files) =>
          (await import('./guest-attributes.ts')).setGuestAttributes(root, files, machine.ids),
        packageShelf: { directory: ownFolder(join(machine.cache, 'packages')), ids: machine.ids },
        verify: requireLocked,
        onUnpacked: request.observer.unpack,
        requireListed: (controlSha1, locked) => {
          if (machine.signal.aborted) throw new Failure('cancelled', 'the unpacking was cancelled');
          requireListed(controlSha1, locked, checksums.get(locked.name)!);
        },
      });
      return { root: environment.root, mounts: [], accounts: environment.accounts };
    }
  }
}
