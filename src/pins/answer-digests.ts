/** Digests of answers, as they were sent and without their content encoding. */
import { createHash } from 'node:crypto';
import type { Content } from '../formats/content.ts';
import { goModHash, moduleHash } from './dirhash.ts';
import { type Algorithm, type FileAlgorithm, fileAlgorithms, type Pin } from './pin.ts';
import type { ObjectShape } from './shapes/shape.ts';

export type Digest = Pick<Pin, 'algorithm' | 'value'>;

const pieceBytes = 1024 * 1024;

/** The digests of a content by the wanted algorithms over files, and Go's where the shape asks for it. */
export function digestsOf(
  content: Content,
  wanted: ReadonlySet<Algorithm>,
  hash: ObjectShape['hash'],
): Digest[] {
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
  const ofGo = wanted.has('go-h1') && hash !== undefined ? goHash(content, hash) : undefined;
  return ofGo === undefined ? digests : [...digests, { algorithm: 'go-h1', value: ofGo }];
}

/** golang.org/x/mod/zip, MaxGoMod. */
const largestGoMod = 16 * 1024 * 1024;

function goHash(content: Content, hash: 'module-zip' | 'go-mod'): string | undefined {
  if (hash === 'module-zip') return moduleHash(content);
  return content.size > largestGoMod ? undefined : goModHash(content.read(0, content.size));
}
