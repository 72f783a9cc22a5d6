/** The control section of a package that is held whole, for digests of it that others have written down. */
import { type InflateRaw, inflateRawSync } from 'node:zlib';
import type { ApkEntry } from './apk-entry.ts';
import { isSignatureName } from './apk-signature.ts';
import { EntryCollector } from './collector.ts';
import { defaultLimits } from './limits.ts';
import { parsePkgInfo, pkgInfoValue } from './pkginfo.ts';
import { TarReader } from './tar-reader.ts';

const mostInflated = 16 * 1024 * 1024;
const infoName = '.PKGINFO';

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
    if (!isSignatureName(read.entries[0]?.name ?? '')) {
      const info = read.entries.find(({ name }) => name === infoName)?.content;
      if (info === undefined) return undefined;
      const installedSize = pkgInfoValue(parsePkgInfo(info), 'size');
      return { bytes: file.subarray(start, read.end), installedSize };
    }
    start = read.end;
  }
  return undefined;
}

/** A member without optional fields in its header, as melange and abuild write them (RFC 1952 §2.3). */
function readMember(
  file: Uint8Array,
  start: number,
): { entries: readonly ApkEntry[]; end: number } | undefined {
  const [header, trailer] = [10, 8];
  if (file[start] !== 0x1f || file[start + 1] !== 0x8b || file[start + 3] !== 0) return undefined;
  try {
    const { buffer, engine } = inflateRawSync(file.subarray(start + header), {
      info: true,
      maxOutputLength: mostInflated,
    }) as unknown as { buffer: Buffer; engine: InflateRaw };
    const end = start + header + engine.bytesWritten + trailer;
    return end > file.length ? undefined : { entries: entriesOf(buffer), end };
  } catch {
    return undefined;
  }
}

function entriesOf(tar: Uint8Array): readonly ApkEntry[] {
  const entries: ApkEntry[] = [];
  const collector = new EntryCollector(entries, (name) => name === infoName, defaultLimits);
  new TarReader(collector, defaultLimits).write(tar);
  return entries;
}
