/**
 * The kernel inside a unified kernel image: the section `.linux` of a PE file (debug/pe/file.go, Go 1.26). Go
 * refuses more files than this does (damaged symbol tables and relocations, which such images do not have).
 */
import type { Content } from './content.ts';
import { readBounded } from './content.ts';

const headerSize = 96;
const signatureOffset = 0x3c;
const signature = Buffer.from('PE\0\0');
const fileHeaderSize = 20;
const sectionSize = 40;
/** IMAGE_FILE_MACHINE_UNKNOWN, I386, ARMNT, RISCV32, RISCV64, RISCV128, AMD64, ARM64. */
const machines: ReadonlySet<number> = new Set([0, 0x14c, 0x1c4, 0x5032, 0x5064, 0x5128, 0x8664, 0xaa64]);
/** Size of the optional header without its directories, by its first two bytes: PE32 and PE32+. */
const optionalHeaders: ReadonlyMap<number, number> = new Map([
  [0x10b, 96],
  [0x20b, 112],
]);
const directorySize = 8;
const sectionName = '.linux';
const largestKernel = 512 * 1024 * 1024;

/** The bytes of the section; undefined where there is no such file or section. */
export function linuxSection(content: Content): Uint8Array | undefined {
  const dos = Buffer.from(content.read(0, headerSize));
  if (dos.length < headerSize || dos.toString('latin1', 0, 2) !== 'MZ') return undefined;
  const base = dos.readUInt32LE(signatureOffset);
  const header = Buffer.from(content.read(base, signature.length + fileHeaderSize));
  if (header.length < signature.length + fileHeaderSize || !header.subarray(0, 4).equals(signature)) {
    return undefined;
  }
  if (!machines.has(header.readUInt16LE(4))) return undefined;
  const optionalSize = header.readUInt16LE(20);
  const optional = Buffer.from(content.read(base + header.length, optionalSize));
  if (optionalSize > 0 && !isOptionalHeader(optional, optionalSize)) return undefined;
  const tableSize = header.readUInt16LE(6) * sectionSize;
  const table = Buffer.from(content.read(base + header.length + optionalSize, tableSize));
  return table.length < tableSize ? undefined : sectionNamed(content, table);
}

/** Whether the header is complete and gives the number of directories that it has room for. */
function isOptionalHeader(bytes: Buffer, size: number): boolean {
  const fixed = bytes.length < size || size < 2 ? undefined : optionalHeaders.get(bytes.readUInt16LE(0));
  if (fixed === undefined || size < fixed) return false;
  return size - fixed === bytes.readUInt32LE(fixed - 4) * directorySize;
}

function sectionNamed(content: Content, table: Buffer): Uint8Array | undefined {
  for (let at = 0; at < table.length; at += sectionSize) {
    if (table.toString('latin1', at, at + 8).split('\0', 1)[0] !== sectionName) continue;
    const size = table.readUInt32LE(at + 16);
    const offset = table.readUInt32LE(at + 20);
    if (size > 0 && (offset === 0 || offset + size > content.size)) return undefined;
    return readBounded(content, offset, size, largestKernel);
  }
  return undefined;
}
