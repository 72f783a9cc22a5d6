/** The control section of a package that is held whole, for digests of it that others have written down. */
import { type InflateRaw, inflateRawSync } from 'node:zlib';
import { isSignatureName } from './apk-signature.ts';
import { parsePkgInfo, pkgInfoValue } from './pkginfo.ts';

const mostInflated = 16 * 1024 * 1024;
const blockBytes = 512;

export interface ControlMember {
  /** As compressed: an index has their SHA-1 (apk-index(5), `C:`). */
  readonly bytes: Uint8Array;
  /** `size` of `.PKGINFO`, which an index has as the installed size; undefined where it is not there. */
  readonly installedSize: string | undefined;
}

/** Finds it; undefined for anything that is not a package. Signatures are not looked at. */
export function controlMember(file: Uint8Array): ControlMember | undefined {
  let start = 0;
  for (let member = 0; member < 2; member += 1) {
    const read = readMember(file, start);
    if (read === undefined) return undefined;
    if (!isSignatureName(nameAt(read.tar, 0))) {
      const info = entry(read.tar, '.PKGINFO');
      if (info === undefined) return undefined;
      const installedSize = pkgInfoValue(parsePkgInfo(info), 'size');
      return { bytes: file.subarray(start, read.end), installedSize };
    }
    start = read.end;
  }
  return undefined;
}

/** A member without optional fields in its header, as melange and abuild write them (RFC 1952 §2.3). */
function readMember(file: Uint8Array, start: number): { tar: Uint8Array; end: number } | undefined {
  const [header, trailer] = [10, 8];
  if (file[start] !== 0x1f || file[start + 1] !== 0x8b || file[start + 3] !== 0) return undefined;
  try {
    const { buffer, engine } = inflateRawSync(file.subarray(start + header), {
      info: true,
      maxOutputLength: mostInflated,
    }) as unknown as { buffer: Buffer; engine: InflateRaw };
    const end = start + header + engine.bytesWritten + trailer;
    return end > file.length ? undefined : { tar: buffer, end };
  } catch {
    return undefined;
  }
}

/** The content of the first entry of a name. The archive has no entry with a size that does not fit into octal digits. */
function entry(tar: Uint8Array, name: string): Uint8Array | undefined {
  for (let at = 0; at + blockBytes <= tar.length; ) {
    const size = Number.parseInt(text(tar, at + 124, 12), 8);
    if (!(size >= 0)) return undefined;
    const content = at + blockBytes;
    if (nameAt(tar, at) === name) return tar.subarray(content, content + size);
    at = content + Math.ceil(size / blockBytes) * blockBytes;
  }
  return undefined;
}

function nameAt(tar: Uint8Array, at: number): string {
  return text(tar, at, 100);
}

function text(tar: Uint8Array, from: number, length: number): string {
  const field = Buffer.from(tar.subarray(from, from + length)).toString('latin1');
  const end = field.indexOf('\0');
  return end < 0 ? field : field.slice(0, end);
}
