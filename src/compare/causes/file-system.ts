/** Sizes of directories, which the builder's file system gives and melange adds up in `size`. */
import type { Difference } from '../difference.ts';
import { changeFinding, type Detector } from './evidence.ts';

export const fileSystem: Detector = {
  kind: 'file-system',
  detect: ({ difference, all, changes }) => {
    if (difference.kind !== 'field' || difference.name !== 'size') return [];
    const contents = all.filter(({ section, kind }) => section === 'data' && countsForSize(kind));
    if (contents.length > 0) return [];
    const why = 'no file that counts differs, so the sizes of directories do';
    return changes.map((change) => changeFinding(change, 'certain', why));
  },
};

function countsForSize(kind: Difference['kind']): boolean {
  return ['content', 'missing-entry', 'extra-entry', 'type', 'link-target', 'missing-section'].includes(kind);
}
