/** Differences as values: where, of what kind, and the two sides in the order published, rebuilt. */

import type { Cause } from './cause.ts';
import type { Part } from './part.ts';

/** `files` stands for a folder or a plain file that is compared by itself. */
export type SectionName = 'signature' | 'control' | 'data' | 'files';

export type DifferenceKind =
  | 'missing-section'
  | 'extra-section'
  | 'gzip-header'
  | 'compression'
  | 'archive-end'
  | 'missing-entry'
  | 'extra-entry'
  | 'moved'
  | 'order'
  | 'type'
  | 'mode'
  | 'owner'
  | 'owner-name'
  | 'mtime'
  | 'link-target'
  | 'device'
  | 'xattr'
  | 'pax-record'
  | 'header-bytes'
  | 'content'
  | 'field';

export interface Difference {
  readonly section: SectionName;
  readonly kind: DifferenceKind;
  /** Entry of the section; empty for the section itself. Attacker-controlled. */
  readonly path: string;
  /**
   * For `field`, `xattr` and `pax-record`: which one; for `header-bytes`: which field of the tar header. For an entry
   * whose path occurs more than once: which of them.
   */
  readonly name?: string;
  /** The number of the entry, where its path has several. Reports do not show it: `name` says it. */
  readonly occurrence?: number;
  /** For `mode`: both modes as numbers. Reports do not show them: the sides say them. */
  readonly modes?: { readonly published: number; readonly rebuilt: number };
  /** Absent where the side has nothing there; for `moved` the path on this side. Attacker-controlled. */
  readonly published?: string;
  readonly rebuilt?: string;
  /** For `content`, `gzip-header` and `compression`: what differs inside, where it was looked at. */
  readonly parts?: readonly Part[];
  /** The probable causes. */
  readonly causes?: readonly Cause[];
  /** Set for a consequence of other differences: it has no cause of its own, and no report counts it. */
  readonly followsFrom?: Origin;
}

/** What a consequence follows from. */
export interface Origin {
  readonly kind: OriginKind;
  /** For `entry`: its path. Attacker-controlled. */
  readonly path?: string;
}

export type OriginKind =
  /** All bytes of the section. */
  | 'control-section'
  | 'data-section'
  /** The sizes of the files of the data section. */
  | 'file-sizes'
  /** An entry of the same section. */
  | 'entry'
  /** Other bytes of the same entry, or bytes that were stripped from it. */
  | 'same-entry';

/** Each origin in words that follow "follows from". */
export const originTitles: Readonly<Record<OriginKind, string>> = {
  'control-section': 'what differs in the control section',
  'data-section': 'what differs in the data section',
  'file-sizes': 'the files that differ',
  entry: 'a file that differs',
  'same-entry': 'what else differs in the same file',
};

/** The title of each kind. */
export const differenceTitles: Readonly<Record<DifferenceKind, string>> = {
  'missing-section': 'only the published package has this section',
  'extra-section': 'only the rebuilt package has this section',
  'gzip-header': 'gzip header',
  compression: 'compressed form of the same archive',
  'archive-end': 'end of the archive',
  'missing-entry': 'only in the published package',
  'extra-entry': 'only in the rebuilt package',
  moved: 'the file under a different path',
  order: 'order of entries',
  type: 'type',
  mode: 'mode',
  owner: 'owner',
  'owner-name': 'name of the owner',
  mtime: 'time of modification',
  'link-target': 'link target',
  device: 'device number',
  xattr: 'extended attribute',
  'pax-record': 'pax record',
  'header-bytes': 'bytes of the tar header',
  content: 'content',
  field: 'field',
};
