/** Keys that are fetched: those behind addresses that the user named, and Wolfi's own. */
import { basename } from 'node:path';
import { type PublicKey, parsePublicKey } from '../apk/apk-signature.ts';
import { sha256 } from '../digest.ts';
import { Failure, isUnreached } from '../failure.ts';
import type { Inputs } from '../inputs/inputs.ts';
import type { Provenance } from '../inputs/network/addresses.ts';
import { type KnownRepository, wolfi } from '../repository/known.ts';

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
export async function wolfiKey(inputs: Inputs, known: KnownRepository = wolfi): Promise<PublicKey> {
  const bytes = await inputs.read(known.keyLocation);
  const got = bytes === undefined ? 'nothing' : sha256(bytes);
  if (bytes !== undefined && got === known.keySha256) return parsePublicKey(known.keyName, bytes);
  inputs.forget(known.keyLocation);
  throw new Failure(
    'environment-invalid',
    'the key served for Wolfi is not the one that this program knows',
    {
      expected: known.keySha256,
      got,
    },
  );
}

/** A key that this program knows, or why it cannot be had. */
export async function knownKey(inputs: Inputs, known: KnownRepository = wolfi): Promise<PublicKey | Failure> {
  try {
    return await wolfiKey(inputs, known);
  } catch (failure) {
    if (isUnreached(failure) || (failure instanceof Failure && failure.code === 'environment-invalid'))
      return failure;
    throw failure;
  }
}
