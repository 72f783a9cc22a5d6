/** An entry of a section with the digests of its content. */
import type { Sha1, Sha256 } from '../digest.ts';
import type { TarHeader } from './tar-header.ts';

export interface ApkEntry extends TarHeader {
  /** Digests of the content; those of zero bytes for everything but files. */
  readonly sha1: Sha1;
  readonly sha256: Sha256;
  /** The content, where it was kept. */
  readonly content?: Uint8Array;
}
