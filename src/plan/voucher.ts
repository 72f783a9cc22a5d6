/** Decides who vouches for a package of an environment, in every run by the keys of that run. */
import type { EnvironmentPlace, PackageFacts, Wanted } from './environment-place.ts';

declare const vouched: unique symbol;

/**
 * States that a package may be used, and who vouches for it; only `vouch` makes one. A guest takes no package without one,
 * so what lies in a store, a bundle or a folder is nothing but bytes.
 */
export interface Voucher {
  readonly [vouched]: true;
  /** `nobody` only where the user accepts what no key vouches for. */
  readonly by: 'index' | 'signature' | 'nobody';
  /** The key that vouches for it through its index; undefined where none does. */
  readonly indexKey: string | undefined;
  /** The key that vouches for it by its own signature. */
  readonly packageKey: string | undefined;
}

/** The name, version and architecture under which a package was asked for. */
export interface Asked extends Wanted {
  readonly architecture: string;
}

/** Architectures that packages for every machine record (apk-package(5); `all` is apko's word). */
const everywhere = ['noarch', 'all'];

/**
 * Vouches by the index of a place, if a key of the run signed it and it lists the package with the checksum of this file; else by the file's
 * own signature, if a key of the run made it and the file is what was asked for. Undefined where no key vouches. @param
 * place the place whose index lists the package; undefined for a file that no index lists
 */
export function vouch(
  asked: Asked,
  facts: PackageFacts,
  place: EnvironmentPlace | undefined,
  allowUnsigned: boolean,
): Voucher | undefined {
  if (facts.name !== asked.name || facts.version !== asked.version) return undefined;
  const records = place?.repository.records.of(`${asked.name}=${asked.version}`) ?? [];
  const signature = place?.repository.signature;
  const listed = records.some(({ checksum }) => checksum === facts.checksum);
  const indexKey = listed && signature?.kind === 'valid' ? signature.keyName : undefined;
  const fits = facts.architecture === asked.architecture || everywhere.includes(facts.architecture);
  const packageKey = fits && facts.signature.kind === 'valid' ? facts.signature.keyName : undefined;
  if (indexKey !== undefined) return { by: 'index', indexKey, packageKey } as Voucher;
  if (packageKey !== undefined) return { by: 'signature', indexKey, packageKey } as Voucher;
  return allowUnsigned ? ({ by: 'nobody', indexKey, packageKey } as Voucher) : undefined;
}
