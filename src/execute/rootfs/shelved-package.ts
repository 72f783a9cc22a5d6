/** A package of an environment that is kept unpacked. */
import type { PkgInfo } from '../../apk/pkginfo.ts';
import type { TarHeader } from '../../apk/tar-header.ts';
import type { Sha1 } from '../../digest.ts';

/** The parts of a package's entry that decide what is in the guest. */
export type GuestEntry = Pick<TarHeader, 'type' | 'name' | 'linkname' | 'mode' | 'pax'>;

/** The parts of a package of which an environment is made. */
export interface ShelvedPackage {
  readonly size: number;
  readonly controlSha1: Sha1;
  readonly pkginfo: PkgInfo;
  /** In the order of the data section, each with the file that holds its content; undefined for all but regular files. */
  readonly entries: readonly { readonly entry: GuestEntry; readonly file: Buffer | undefined }[];
}
