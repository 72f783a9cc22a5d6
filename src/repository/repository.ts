/** A repository: a folder or an address, with its signed index. */
import type { PublicKey, Signature } from '../apk/apk-signature.ts';
import { type Sha256, sha256 } from '../digest.ts';
import { Failure } from '../failure.ts';
import { type Architecture, type PackageName, type PackageVersion, packageFileName } from '../names.ts';
import { type Index, parseIndex } from './apkindex.ts';
import { keysOf, type SignatureState, verifySignatures } from './keyring.ts';
import { IndexRecords, type RecordFaults } from './records.ts';

export interface Repository {
  /** As the user named it; for messages. */
  readonly location: string;
  readonly indexSha256: Sha256;
  readonly signature: SignatureState;
  readonly records: IndexRecords;
  /** The newest build that an index of this repository listed before, where this one lists only older ones; seconds since 1970. */
  readonly rolledBackFrom: number | undefined;
}

/** The access through which a repository is read, be it a folder or a server. */
export interface RepositoryAccess {
  /** Reads a whole file; undefined where there is none. */
  readonly read: (location: string) => Promise<Uint8Array | undefined>;
  /** Parsed indexes of earlier runs. */
  readonly parsed?: IndexCache;
  /** Newest builds of earlier runs. */
  readonly newest?: NewestBuilds;
}

export interface IndexCache {
  recall(indexSha256: Sha256): Promise<CachedIndex | undefined>;
  remember(indexSha256: Sha256, index: CachedIndex): void;
}

/** An index without its compressed form, of which the signed part begins at an offset. */
export interface CachedIndex {
  readonly signatures: readonly Signature[];
  readonly signedFrom: number;
  readonly text: Uint8Array;
  readonly table: Uint32Array;
  readonly newestBuild: number;
  readonly faults: RecordFaults;
}

export interface NewestBuilds {
  recall(indexLocation: string): number | undefined;
  remember(indexLocation: string, newestBuild: number): void;
}

/** The location of a package's file in a repository. */
export function packageLocation(
  repository: string,
  named: { readonly name: PackageName; readonly version: PackageVersion },
  arch: Architecture,
): string {
  return `${repository}/${arch}/${packageFileName(named)}`;
}

/**
 * Opens a repository. Fails with `environment-invalid` if its index is damaged or its signature does not fit the key that it
 * names, and with `environment-unavailable` if it has no index: neither says anything about a package.
 */
export async function openRepository(
  location: string,
  arch: Architecture,
  keys: readonly PublicKey[],
  access: RepositoryAccess,
): Promise<Repository> {
  const indexLocation = `${location}/${arch}/APKINDEX.tar.gz`;
  const bytes = await access.read(indexLocation);
  if (bytes === undefined) {
    const hint = await nextWithoutIndex(location, arch, access);
    throw new Failure('environment-unavailable', `${location} has no index for ${arch}`, {
      expected: `${arch}/APKINDEX.tar.gz`,
      ...(hint === undefined ? {} : { hint }),
    });
  }
  const indexSha256 = sha256(bytes);
  const index = await readIndex(bytes, indexSha256, access.parsed).catch((failure: unknown) => {
    if (!(failure instanceof Failure) || failure.code !== 'environment-invalid') throw failure;
    throw new Failure(failure.code, `${location}: ${failure.message}`, { cause: failure });
  });
  const signature = verifySignatures(index.signatures, index.signedBytes, keys);
  if (signature.kind === 'invalid') {
    throw new Failure(
      'environment-invalid',
      `the index of ${location} is not what ${signature.keyName} signed`,
      {
        expected: `a signature by the key ${keysOf(signature)}`,
        hint: 'fetch the index again, or give the right key with --key',
      },
    );
  }
  const { records } = index;
  const rolledBackFrom = compareWithSeen(indexLocation, records.newestBuild, signature, access.newest);
  return { location, indexSha256, signature, records, rolledBackFrom };
}

/** What to name instead where the folder of one architecture was named, or to do where a folder has no index. */
async function nextWithoutIndex(
  location: string,
  arch: Architecture,
  { read }: RepositoryAccess,
): Promise<string | undefined> {
  const at = location.lastIndexOf('/');
  const above = at < 0 ? '.' : location.slice(0, at);
  const isFolderOfArch = location.slice(at + 1) === arch;
  if (
    isFolderOfArch &&
    !above.endsWith(':/') &&
    (await read(`${above}/${arch}/APKINDEX.tar.gz`)) !== undefined
  )
    return `name the folder above: --repository ${above}`;
  if (location.includes('://')) return undefined;
  const folder = isFolderOfArch ? location : `${location}/${arch}`;
  return `make an index with \`wolfi-repro index ${folder}\`, or name a folder that has one`;
}

async function readIndex(
  bytes: Uint8Array,
  indexSha256: Sha256,
  cache: IndexCache | undefined,
): Promise<Index> {
  const known = await cache?.recall(indexSha256);
  if (known !== undefined) {
    const { signatures, signedFrom, text, table, newestBuild, faults } = known;
    const records = new IndexRecords(text, table, newestBuild, faults);
    return { signatures, signedBytes: bytes.subarray(signedFrom), records };
  }
  const index = await parseIndex(bytes);
  const { text, table, newestBuild, faults } = index.records;
  const signedFrom = bytes.length - index.signedBytes.length;
  const { signatures } = index;
  cache?.remember(indexSha256, { signatures, signedFrom, text, table, newestBuild, faults });
  return index;
}

/** Compares an index with what was seen before. Only a signed index moves the mark: anybody could move it with an unsigned one. */
function compareWithSeen(
  indexLocation: string,
  newestBuild: number,
  signature: SignatureState,
  newest: NewestBuilds | undefined,
): number | undefined {
  const seen = newest?.recall(indexLocation);
  if (signature.kind === 'valid' && newestBuild > (seen ?? -1)) newest?.remember(indexLocation, newestBuild);
  return seen !== undefined && newestBuild < seen ? seen : undefined;
}
