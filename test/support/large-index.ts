/** A large index made of a real one: each record many times over, under names of its own. */
import { gzipSync } from 'node:zlib';
import { decodeBytes } from '../../src/bytes.ts';
import { parseIndex } from '../../src/repository/apkindex.ts';

/** An unsigned APKINDEX.tar.gz with at least so many records. */
export async function makeLargeIndex(sample: Uint8Array, records: number): Promise<Uint8Array> {
  const { records: found } = await parseIndex(sample);
  const text = decodeBytes(found.text);
  const copies = Math.ceil(records / found.size);
  const parts = Array.from({ length: copies }, (_, copy) =>
    copy === 0 ? text : text.replaceAll(/^P:(.*)$/gm, `P:$1-${copy}`),
  );
  return gzipSync(tarOf('APKINDEX', Buffer.from(parts.join('\n'))), { level: 1 });
}

/** A tar archive of one file (POSIX.1-2017 ustar). */
export function tarOf(name: string, content: Uint8Array): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0, 100, 'latin1');
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padding = Buffer.alloc((512 - (content.length % 512)) % 512);
  return Buffer.concat([header, content, padding, Buffer.alloc(1024)]);
}
