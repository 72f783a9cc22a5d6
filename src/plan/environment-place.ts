/** Places of an environment: what is looked for, where, and what a found file says of itself. */
import type { PublicKey } from '../apk/apk-signature.ts';
import type { Sha256 } from '../digest.ts';
import type { PackageName, PackageVersion } from '../names.ts';
import type { SignatureState } from '../repository/keyring.ts';
import type { Repository } from '../repository/repository.ts';

export interface Wanted {
  readonly name: PackageName;
  readonly version: PackageVersion;
}

/** A repository to look in. */
export interface EnvironmentPlace {
  readonly repository: Repository;
  readonly foundIn: 'index' | 'fallback' | 'recorded';
  /** The keys that vouch for what is in it, and for nothing elsewhere. */
  readonly keys: readonly PublicKey[];
}

/** What a package file says of itself, read without its data. */
export interface PackageFacts {
  readonly name: PackageName;
  readonly version: PackageVersion;
  /** The architecture as in `.PKGINFO`. */
  readonly architecture: string;
  /** Where the file is on this machine. */
  readonly path: string;
  readonly sha256: Sha256;
  readonly checksum: string;
  readonly controlSha256: Sha256;
  /** The digest that `.PKGINFO` records; unpacking compares the data with it. */
  readonly dataSha256: string;
  /** Seconds since 1970; undefined where the package has no build date. */
  readonly buildDate: number | undefined;
  /** The state of its own signature, by the keys of this run. */
  readonly signature: SignatureState;
  readonly dependencies: readonly string[];
  readonly provides: readonly string[];
}
