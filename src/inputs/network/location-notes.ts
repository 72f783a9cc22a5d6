/** Notes on locations: the digest of what was obtained from it, and how to ask whether that changed. */
import { parseSha256, type Sha256, sha256 } from '../../digest.ts';
import type { Validators } from './partial-file.ts';

interface Note extends Validators {
  readonly sha256: Sha256;
  readonly pin: string | undefined;
}

/** The name of a note, with a digest of the location: a query that a package chose distinguishes two files, but is not written down. */
export function noteName(location: string): string {
  return `location ${sha256(Buffer.from(location))}`;
}

export function parseNote(text: string | undefined): Note | undefined {
  if (text === undefined) return undefined;
  try {
    const note = JSON.parse(text) as Note;
    return parseSha256(note.sha256) === undefined ? undefined : note;
  } catch {
    return undefined;
  }
}
