/** What the builder's file system gives: sizes of directories, which melange adds up in `size`, numbers of inodes, labels of SELinux. */
import type { Difference } from '../../compare/difference.ts';
import { beforeRebuilt, type Change, changeFinding, type Detector, type Finding } from './evidence.ts';
import { onceFor } from './once.ts';

export const fileSystem: Detector = {
  kind: 'file-system',
  detect: ({ difference, all, complete, changes }) => {
    if (difference.kind === 'xattr' && difference.name === 'security.selinux')
      return changes.map((change) =>
        changeFinding(change, 'likely', 'SELinux labels the files of its machine'),
      );
    if (difference.kind === 'content') return inodes(changes);
    if (difference.kind !== 'field' || difference.name !== 'size') return [];
    if (!complete || differsInSize(all)) return [];
    const why = 'no file that counts for the size differs, so the sizes of directories do';
    return changes.map((change) => changeFinding(change, 'certain', why));
  },
};

/** Findings for numbers of inodes, which a file system gives in turn. */
function inodes(changes: readonly Change[]): Finding[] {
  return changes
    .filter(({ published, rebuilt }) => isNumber(published) && isNumber(rebuilt))
    .filter((change) => speaksOfInodes.test(beforeRebuilt(change)))
    .map((change) =>
      changeFinding(change, 'likely', 'it is the number of an inode, which the file system gives in turn'),
    );
}

const speaksOfInodes = /\b(?:inode|ino|st_ino)(?: number)?["']?[ :=#]{1,3}$/i;

function isNumber(text: string | undefined): boolean {
  return /^\d{1,20}[,;]?$/.test(text ?? '');
}

const differsInSize = onceFor((all: readonly Difference[]) =>
  all.some(({ section, kind }) => section === 'data' && countsForSize(kind)),
);

function countsForSize(kind: Difference['kind']): boolean {
  return ['content', 'missing-entry', 'extra-entry', 'type', 'link-target', 'missing-section'].includes(kind);
}
