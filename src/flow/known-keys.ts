/** Keys that are fetched: those behind addresses that the user named, and Wolfi's own. */
import { basename } from 'node:path';
import { type PublicKey, parsePublicKey } from '../apk/apk-signature.ts';
import { sha256 } from '../digest.ts';
import { Failure } from '../failure.ts';
import type { Inputs } from '../inputs/inputs.ts';
import type { Provenance } from '../inputs/network/addresses.ts';
import { wolfi } from '../repository/known.ts';

const mostKeyBytes = 64 * 1024;

/** The key at an address. Fails with `unreachable` where there is none. */
export async function fetchKey(
  address: string,
  inputs: Inputs,
  provenance: Provenance = 'named',
): Promise<PublicKey> {
  const bytes = await inputs.read(address, provenance);
  if (bytes === undefined || bytes.length > mostKeyBytes)
    throw new Failure('unreachable', `there is no key at ${address}`);
  return parsePublicKey(basename(new URL(address).pathname), bytes);
}

/** Wolfi's key, known by its digest: a server with a different one is not believed. */
export async function wolfiKey(inputs: Inputs): Promise<PublicKey> {
  const bytes = await inputs.read(wolfi.keyLocation);
  const got = bytes === undefined ? 'nothing' : sha256(bytes);
  if (bytes !== undefined && got === wolfi.keySha256) return parsePublicKey(wolfi.keyName, bytes);
  inputs.forget(wolfi.keyLocation);
  throw new Failure(
    'environment-invalid',
    'the key served for Wolfi is not the one that this program knows',
    {
      expected: wolfi.keySha256,
      got,
    },
  );
}
