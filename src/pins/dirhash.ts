/** Go's hash of modules (golang.org/x/mod/sumdb/dirhash, Hash1 and HashZip). */
import { createHash } from 'node:crypto';
import { compareBytes, encodeBytes } from '../bytes.ts';
import { sha256 } from '../digest.ts';
import type { Content } from '../formats/content.ts';
import { eachMember, type ZipLimits } from '../formats/zip-members.ts';
import type { Unpacking } from './unpacking.ts';

const mebibyte = 1024 * 1024;
/** golang.org/x/mod/zip, MaxZipFile: 500 MB of files, and at most as much for the zip itself. A directory without zip64 has fewer members. */
const limits: ZipLimits = {
  archive: 500 * mebibyte,
  members: 65_535,
  member: 500 * mebibyte,
  inflated: 500 * mebibyte,
};

/** The text after `h1:` for a module's zip; undefined for what is not a zip that Go reads, or exceeds Go's own bounds. */
export function moduleHash(zip: Content, archives: Unpacking): string | undefined {
  const names: string[] = [];
  const digests = new Map<string, string>();
  const isRead = archives.within(limits.inflated, (inflated) => {
    let unpacked = 0;
    const isWhole = eachMember(zip, { ...limits, inflated }, ({ name, bytes }) => {
      names.push(name);
      digests.set(name, sha256(bytes));
      unpacked += bytes.length;
    });
    return isWhole ? { value: true, bytes: unpacked } : undefined;
  });
  if (isRead === undefined || names.some((name) => name.includes('\n'))) return undefined;
  return hashOf(names.sort(compareBytes).map((name) => [name, digests.get(name)!]));
}

/** The text after `h1:` for a `go.mod` file (cmd/go/internal/modfetch, goModSum). */
export function goModHash(bytes: Uint8Array): string {
  return hashOf([['go.mod', sha256(bytes)]]);
}

function hashOf(files: readonly (readonly [name: string, digest: string])[]): string {
  const hash = createHash('sha256');
  for (const [name, digest] of files) hash.update(encodeBytes(`${digest}  ${name}\n`));
  return hash.digest('base64');
}
