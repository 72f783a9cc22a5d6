/**
 * Kernel modules that are compressed with xz or zstd: the kernel for which each was built. Decoders work asynchronously, so
 * this is found before the analysis and not in it.
 */
import { crc32 } from 'node:zlib';
import type { Tree } from '../../execute/tree.ts';
import { Failure } from '../../failure.ts';
import { type Content, contentOf, mostCompressed, mostInflated, readBounded } from '../../formats/content.ts';
import { decodeXz, xzMagic } from '../../formats/xz.ts';
import { decodeZstd, zstdMagic } from '../../formats/zstd.ts';
import type { Format } from '../../melange/format.ts';
import { isInDirectory, isOpenable } from './go-text.ts';
import { textAfter } from './scan.ts';

const moduleDirectories = ['usr/lib/modules/...', 'lib/modules/...'];
const moduleMagic = 'vermagic=';

/** The versions by path; a module that is not listed is searched as it is in the file. */
export type CompressedModules = ReadonlyMap<string, ModuleVersion>;

/** The version text of a module; undefined where it has none, or where melange gives up on it. */
export type ModuleVersion = { readonly text: string | undefined } | 'not-decompressed';

/** Whether a file lies where modules do. */
export function isModulePath(path: string): boolean {
  return isInDirectory(path, moduleDirectories, { recursive: true });
}

/** The text behind `vermagic=` in a module that is not compressed or has been decompressed. */
export function moduleVersion(module: Content): string | undefined {
  return textAfter(module, moduleMagic, { atEnd: true });
}

/** Reads the compressed modules. Fails with `build-limit` for modules that need more memory than an analysis may take. */
export async function readCompressedModules(tree: Tree, format: Format): Promise<CompressedModules> {
  const modules = new Map<string, ModuleVersion>();
  if (format.kernel === 'none') return modules;
  for (const { path, type, content } of tree.entries) {
    if (type !== 'file' || !isOpenable(path) || !isModulePath(path)) continue;
    const version = await versionInside(content);
    if (version !== undefined) modules.set(path, version);
  }
  return modules;
}

/** The version inside a compressed file; undefined where melange does not consider it compressed in this way. */
async function versionInside(file: Content): Promise<ModuleVersion | undefined> {
  const start = file.read(0, xzHeaderSize);
  const xz = beginsXz(start);
  if (!xz && !beginsZstd(start)) return undefined;
  const bytes = readBounded(file, 0, file.size, mostCompressed);
  const decoded = await (xz ? decodeXz : decodeZstd)(bytes, sizeLimit());
  if (decoded === 'not-read') return 'not-decompressed';
  if (decoded !== 'damaged') return { text: moduleVersion(contentOf(decoded)) };
  // melange gives up on damaged xz, and searches damaged zstd as it is (pkg/sca/kernel_sca.go tryDecompressModule).
  return xz ? { text: undefined } : undefined;
}

const xzHeaderSize = 12;
/** Kinds of check that the reader in melange knows: none, CRC32, CRC64, SHA-256. */
const xzChecks = [0, 1, 4, 10];

/** Whether the stream header is sound; where it is not, the file is not xz to melange (ulikunitz/xz v0.5.16 format.go). */
function beginsXz(start: Uint8Array): boolean {
  if (start.length < xzHeaderSize || !xzMagic.every((byte, index) => start[index] === byte)) return false;
  const flags = start.subarray(6, 8);
  const sum = Buffer.from(start).readUInt32LE(8);
  return crc32(flags) === sum && flags[0] === 0 && xzChecks.includes(flags[1]!);
}

/** Whether bytes begin with a frame or a skippable frame (RFC 8878 §3.1.2). */
function beginsZstd(start: Uint8Array): boolean {
  const skippable = [start[0]! & 0xf0, ...start.subarray(1, 4)];
  return (
    zstdMagic.every((byte, index) => start[index] === byte) ||
    [0x50, 0x2a, 0x4d, 0x18].every((byte, index) => skippable[index] === byte)
  );
}

function sizeLimit(): (bytes: number) => void {
  let left = mostInflated;
  return (bytes) => {
    left -= bytes;
    if (left >= 0) return;
    throw new Failure('build-limit', 'a compressed module of the package is too large to be analysed', {
      expected: `at most ${mostInflated} bytes`,
    });
  };
}
