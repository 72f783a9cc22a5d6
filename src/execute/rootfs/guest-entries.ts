/** How melange's bubblewrap runner treats entries of its guest (melange pkg/container/bubblewrap_runner.go LoadImage). */
import { dirname, posix } from 'node:path';
import type { TarHeader } from '../../apk/tar-header.ts';
import { recordedXattrs } from '../../apk/xattrs.ts';
import type { Format } from '../../melange/format.ts';
import type { GuestTree } from './guest-tree.ts';

/** Whether an entry is left out because of its name, wherever in the name the dots are. */
export function isLeftOut(path: string, entries: Format['guestEntries']): boolean {
  return entries === 'undoubted' && path.includes('..');
}

/** Whether the text of a link, even an absolute one, leads out of the guest when it is joined to the link's own folder. */
export function leadsOut(path: string, target: string, entries: Format['guestEntries']): boolean {
  return entries === 'undoubted' && posix.join(dirname(path), target).startsWith('..');
}

/** Extended attributes of an entry, by name. */
export function xattrsOf(header: Pick<TarHeader, 'pax'>): ReadonlyMap<string, Uint8Array> {
  return new Map(recordedXattrs(header).map(({ name, value }) => [name, value]));
}

/** A file of the guest that is to get extended attributes; its path leads through no link. */
export interface AttributedFile {
  readonly path: string;
  readonly mode: number;
  readonly xattrs: ReadonlyMap<string, Uint8Array>;
}

export function attributedFiles(tree: GuestTree): AttributedFile[] {
  return [...tree.entries()].flatMap(([path, { xattrs, mode, leftOut }]) =>
    xattrs === undefined || leftOut === true ? [] : [{ path, mode, xattrs }],
  );
}
