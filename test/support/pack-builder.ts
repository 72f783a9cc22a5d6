/** A pack of a commit with one file, made by hand (git's Documentation/gitformat-pack.txt). */
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

const sha1 = (...parts: readonly Uint8Array[]) => createHash('sha1').update(Buffer.concat(parts)).digest();

function objectOf(type: 'commit' | 'tree' | 'blob', content: Buffer) {
  const number = { commit: 1, tree: 2, blob: 3 }[type];
  const id = sha1(Buffer.from(`${type} ${content.length}\0`), content);
  const head = [(content.length & 15) | (number << 4)];
  for (let rest = content.length >> 4; rest > 0; rest >>= 7) {
    head[head.length - 1]! |= 0x80;
    head.push(rest & 0x7f);
  }
  return { id, packed: Buffer.concat([Buffer.from(head), deflateSync(content)]) };
}

/** The id of the commit, and a pack that has it; `lacks` leaves an object out. */
export function packedCommit(
  text: string,
  lacks?: 'blob' | 'commit',
): { readonly commit: string; readonly pack: Buffer } {
  const blob = objectOf('blob', Buffer.from(text));
  const tree = objectOf(
    'tree',
    Buffer.concat([Buffer.from('100644 file\0'), blob.id, Buffer.from('160000 sub\0'), Buffer.alloc(20, 1)]),
  );
  const commit = objectOf(
    'commit',
    Buffer.from(`tree ${tree.id.toString('hex')}\nauthor a <a> 0 +0000\ncommitter a <a> 0 +0000\n\nx\n`),
  );
  const objects = [tree, ...(lacks === 'blob' ? [] : [blob]), ...(lacks === 'commit' ? [] : [commit])];
  const head = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  head.writeUInt32BE(objects.length, 8);
  const body = Buffer.concat([head, ...objects.map(({ packed }) => packed)]);
  return { commit: commit.id.toString('hex'), pack: Buffer.concat([body, sha1(body)]) };
}
