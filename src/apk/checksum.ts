/** The digests that a package records about itself. */
import type { Sha1 } from '../digest.ts';
import type { ApkEntry } from './apk-entry.ts';

const fileChecksum = 'APK-TOOLS.checksum.SHA1';

/** The form in which an index records a control section: `Q1` and the SHA-1 in base64 (apk-index(5)). */
export function q1(controlSha1: Sha1): string {
  return `Q1${Buffer.from(controlSha1, 'hex').toString('base64')}`;
}

/** Recorded checksum of an entry: lower-case hex, as written; undefined where there is none. */
export function recordedChecksum(entry: ApkEntry): string | undefined {
  const record = entry.pax.find(({ key }) => key === fileChecksum);
  return record === undefined ? undefined : Buffer.from(record.value).toString('latin1');
}

/** What the checksum of an entry must be; undefined for entries that carry none (directories, devices). */
export function expectedChecksum(entry: ApkEntry, linkSha1: (target: string) => Sha1): Sha1 | undefined {
  if (entry.type === '0') return entry.sha1;
  if (entry.type === '2') return linkSha1(entry.linkname);
  return undefined;
}
