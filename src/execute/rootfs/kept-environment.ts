/** Unpacked environments, kept by the identity of their lock and shared between builds; each can be thrown away. */

import { join } from 'node:path';
import { guestDescription, keptGuest } from './kept-guest.ts';
import type { EnvironmentRequest, GuestAccounts } from './unpack-environment.ts';

/** A guest on disk and the account files that name the owners in it. */
export interface Environment {
  readonly root: string;
  readonly accounts: GuestAccounts;
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
