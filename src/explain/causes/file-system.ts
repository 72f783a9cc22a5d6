/** Sizes of directories, which the builder's file system gives and melange adds up in `size`. */
import type { Difference } from '../../compare/difference.ts';
import { changeFinding, type Detector } from './evidence.ts';
import { onceFor } from './once.ts';

export const fileSystem: Detector = {
  kind: 'file-system',
  detect: ({ difference, all, complete, changes }) => {
    if (difference.kind !== 'field' || difference.name !== 'size') return [];
    if (!complete || differsInSize(all)) return [];
    const why = 'no file that counts for the size differs, so the sizes of directories do';
    return changes.map((change) => changeFinding(change, 'certain', why));
  },
};

const differsInSize = onceFor((all: readonly Difference[]) =>
  all.some(({ section, kind }) => section === 'data' && countsForSize(kind)),
);

function countsForSize(kind: Difference['kind']): boolean {
  return ['content', 'missing-entry', 'extra-entry', 'type', 'link-target', 'missing-section'].includes(kind);
}
