/** A package as values: exact byte ranges of its sections, every entry with its raw header, digests of every content. */

import type { Sha1, Sha256 } from '../digest.ts';
import type { ApkEntry } from './apk-entry.ts';
import type { Signature } from './apk-signature.ts';
import type { GzipHeader } from './gzip-reader.ts';
import type { PkgInfo } from './pkginfo.ts';
import type { TarEnd } from './tar-reader.ts';

export interface Section {
  /** Byte range in the file, end exclusive: one gzip member. */
  readonly start: number;
  readonly end: number;
  readonly gzip: GzipHeader;
  /** SHA-256 of the compressed member. */
  readonly sha256: Sha256;
  /** SHA-256 of the inflated tar. */
  readonly tarSha256: Sha256;
  readonly tar: TarEnd;
  readonly entries: readonly ApkEntry[];
}

export interface SignatureSection extends Section {
  /** The signatures of known kinds. */
  readonly signatures: readonly Signature[];
}

export interface ControlSection extends Section {
  /** The compressed member, over which signatures and Q1 are computed. */
  readonly bytes: Uint8Array;
  /** SHA-1 of the compressed member, which an index records as `Q1` and base64. */
  readonly sha1: Sha1;
  readonly pkginfo: PkgInfo;
}

export interface Apk {
  readonly size: number;
  readonly sha256: Sha256;
  readonly signature: SignatureSection | undefined;
  readonly control: ControlSection;
  readonly data: Section & {
    /** The first bytes of the section, compressed and inflated, which reveal the encoder. */
    readonly head: { readonly compressed: Uint8Array; readonly inflated: Uint8Array };
  };
}

/** The content of an entry of the control section; undefined where there is none. */
export function controlFile(apk: Apk, name: string): Uint8Array | undefined {
  return apk.control.entries.find((entry) => entry.name === name)?.content;
}
