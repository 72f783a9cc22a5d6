/** Digests of answers, as they were sent and without their content encoding. */
import { createHash } from 'node:crypto';
import type { Content } from '../formats/content.ts';
import { goModHash, moduleHash } from './dirhash.ts';
import { type Algorithm, type FileAlgorithm, fileAlgorithms, type Pin } from './pin.ts';
import type { ObjectShape, SpecialHash } from './shapes/shape.ts';
import type { Unpacking } from './unpacking.ts';
import { yarnZipHash } from './yarn-zip.ts';

export type Digest = Pick<Pin, 'algorithm' | 'value'>;

const pieceBytes = 1024 * 1024;

/** The digests of a content by the wanted algorithms over files, and those of Go and yarn where the shape asks for them. */
export async function digestsOf(
  content: Content,
  wanted: ReadonlySet<Algorithm>,
  hash: ObjectShape['hash'],
  archives: Unpacking,
): Promise<Digest[]> {
  const names = (Object.keys(fileAlgorithms) as FileAlgorithm[]).filter((name) => wanted.has(name));
  const hashes = names.map((algorithm) => ({ algorithm, hash: createHash(algorithm) }));
  for (let at = 0; at < content.size && hashes.length > 0; at += pieceBytes) {
    const piece = content.read(at, pieceBytes);
    for (const each of hashes) each.hash.update(piece);
  }
  const digests: Digest[] = hashes.map((each) => ({
    algorithm: each.algorithm,
    value: each.hash.digest('hex'),
  }));
  const algorithm = hash === undefined ? undefined : hash.kind === 'npm-tarball' ? 'yarn-zip' : 'go-h1';
  const value =
    algorithm !== undefined && wanted.has(algorithm) ? await hashOf(content, hash!, archives) : undefined;
  return value === undefined ? digests : [...digests, { algorithm: algorithm!, value }];
}

/** golang.org/x/mod/zip, MaxGoMod. */
const largestGoMod = 16 * 1024 * 1024;

async function hashOf(content: Content, hash: SpecialHash, archives: Unpacking): Promise<string | undefined> {
  if (hash.kind === 'npm-tarball') return yarnZipHash(hash.name, content, archives);
  if (hash.kind === 'module-zip') return moduleHash(content, archives);
  return content.size > largestGoMod ? undefined : goModHash(content.read(0, content.size));
}
