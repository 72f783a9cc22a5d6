/** Times, owners and modes that an archive stores of its members. */
import type { FormatName } from '../../compare/part.ts';
import { changeFinding, type Detector } from './evidence.ts';

const archives: ReadonlySet<FormatName> = new Set(['tar', 'zip', 'ar']);

/** The names that the comparators of these formats give to times (src/compare/comparators/). */
const times = /\b(time|mtime|atime|ctime|timestamps?)\b/;
const others = /\b(mode|owner|owner name|uid|gid|external attributes|made by|extra field)\b/;

export const archiveMetadata: Detector = {
  kind: 'archive-metadata',
  detect: ({ changes }) =>
    changes.flatMap((change) => {
      if (change.format === undefined || !archives.has(change.format)) return [];
      if (change.published === undefined || change.rebuilt === undefined) return [];
      if (times.test(change.label)) {
        return [changeFinding(change, 'certain', 'the archive stores when its members were last changed')];
      }
      if (!others.test(change.label)) return [];
      return [changeFinding(change, 'certain', 'the archive stores owner and mode of its members')];
    }),
};
