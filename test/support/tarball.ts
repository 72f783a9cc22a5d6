/** A compressed archive of small files, the same for the same files. */
import { gzipSync } from 'node:zlib';

const block = 512;

export interface TarFile {
  readonly text: string | Uint8Array;
  readonly mode: number;
}

/** A name that ends in a slash is a folder. */
export function tarballOf(files: Readonly<Record<string, string | TarFile>>): Buffer {
  const parts = Object.entries(files).flatMap(([name, file]) => {
    const { text, mode } = typeof file === 'string' ? { text: file, mode: 0o644 } : file;
    const data = Buffer.from(text);
    return [headerOf(name, data.length, mode), data, Buffer.alloc((block - (data.length % block)) % block)];
  });
  return gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * block)]));
}

/** ustar (POSIX.1-1988). */
function headerOf(name: string, size: number, mode: number): Buffer {
  const header = Buffer.alloc(block);
  const octal = (value: number, length: number) => value.toString(8).padStart(length - 1, '0');
  const write = (text: string, at: number) => header.write(text, at, 'latin1');
  header.write(name, 0);
  write(octal(mode, 8), 100);
  write(octal(0, 8), 108);
  write(octal(0, 8), 116);
  write(octal(size, 12), 124);
  write(octal(0, 12), 136);
  write(' '.repeat(8), 148);
  write(name.endsWith('/') ? '5' : '0', 156);
  write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  write(`${octal(sum, 7)}\0 `, 148);
  return header;
}
