/** Unpacked environments, kept by the identity of their lock and shared between builds; each can be thrown away. */
import { join } from 'node:path';
import type { Apk } from '../../apk/apk.ts';
import type { ByteSource } from '../../byte-source.ts';
import type { Sha256 } from '../../digest.ts';
import type { AttributedFile } from './guest-entries.ts';
import type { Installable } from './install-order.ts';
import { type GuestShelf, guestDescription, keptGuest } from './kept-guest.ts';
import type { LayoutInput } from './layout.ts';

export interface EnvironmentPackage extends Installable {
  readonly source: ByteSource;
  /** Digest of the file, from the lock. */
  readonly sha256: Sha256;
}

/** A guest on disk and the account files that name the owners in it. */
export interface Environment {
  readonly root: string;
  readonly accounts: GuestAccounts;
}

export interface GuestAccounts {
  readonly passwd: string;
  readonly group: string;
  readonly osRelease: string;
}

export interface EnvironmentRequest extends GuestShelf {
  /** Identity of everything that goes into the guest. */
  readonly identity: Sha256;
  readonly packages: readonly EnvironmentPackage[];
  readonly layout: LayoutInput;
  /** Sees each package; must fail unless it is the locked one and sound. */
  readonly verify: (apk: Apk, locked: EnvironmentPackage) => void;
  /** Gives files below a folder their extended attributes; not called without any. */
  readonly setAttributes: (root: string, files: readonly AttributedFile[]) => Promise<void>;
}

const layoutGeneration = 2;

/** The guest of a lock: the kept one, or unpacked now. */
export async function provideEnvironment(request: EnvironmentRequest): Promise<Environment> {
  const kept = keptGuest(request, `${request.identity}.${layoutGeneration}`);
  const known = guestDescription(kept) as GuestAccounts | undefined;
  const accounts =
    known ?? (await (await import('./unpack-environment.ts')).unpackEnvironment(request, kept));
  return { root: join(kept, 'root'), accounts };
}
