/** A repository that the user named: a folder or an address, with its signed index. */
import type { PublicKey } from '../apk/signature.ts';
import { type Sha256, sha256 } from '../digest.ts';
import { Failure } from '../failure.ts';
import { type Index, type IndexRecord, parseIndex } from './apkindex.ts';
import { type SignatureState, verifySignatures } from './keyring.ts';

export interface Repository {
  /** As the user named it; for messages. */
  readonly location: string;
  readonly indexSha256: Sha256;
  readonly signature: SignatureState;
  readonly records: Index['records'];
}

/** Reads whole files by location; what stands behind it may be a folder or a server. */
export type ReadLocation = (location: string) => Promise<Uint8Array | undefined>;

/** Where a repository keeps the file of a record. */
export function packageLocation(repository: string, record: IndexRecord, arch: string): string {
  return `${repository}/${arch}/${record.name}-${record.version}.apk`;
}

/**
 * Opens a repository. Fails with `index-invalid` if its index is damaged or its signature does not fit the key it
 * names, and with `environment-unavailable` if it has no index.
 */
export async function openRepository(
  location: string,
  arch: string,
  keys: readonly PublicKey[],
  read: ReadLocation,
): Promise<Repository> {
  const bytes = await read(`${location}/${arch}/APKINDEX.tar.gz`);
  if (bytes === undefined) {
    throw new Failure('environment-unavailable', `${location} has no index for ${arch}`, {
      expected: `${arch}/APKINDEX.tar.gz`,
    });
  }
  const index = await parseIndex(bytes);
  const signature = verifySignatures(index.signatures, index.signedBytes, keys);
  if (signature.kind === 'invalid') {
    throw new Failure('index-invalid', `the index of ${location} is not what ${signature.keyName} signed`);
  }
  return { location, indexSha256: sha256(bytes), signature, records: index.records };
}
