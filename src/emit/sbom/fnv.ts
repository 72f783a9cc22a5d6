/** The hash in a document's namespace. */
import { encodeBytes } from '../../bytes.ts';
import { sha1 } from '../../digest.ts';
import type { Format } from '../../melange/format.ts';

const offsetBasis = 0x6c62272e07bb014262b821756295c58dn;
const prime = (1n << 88n) + 0x13bn;
const mask = (1n << 128n) - 1n;

/** FNV-1a, 128 bits, as 32 hex digits (draft-eastlake-fnv; Go hash/fnv `New128a`). */
export function fnv1a128(bytes: Uint8Array): string {
  let hash = offsetBasis;
  for (const byte of bytes) hash = ((hash ^ BigInt(byte)) * prime) & mask;
  return hash.toString(16).padStart(32, '0');
}

/** The hash that a version of melange names its documents by (melange pkg/sbom/document.go), in hex. */
export function namespaceHash(kind: Format['sbom']['namespaceHash'], text: string): string {
  const bytes = encodeBytes(text);
  return kind === 'sha1' ? sha1(bytes) : fnv1a128(bytes);
}
