/** User and group of the builder, by number or by name. */
import { changeFinding, type Detector, lineOf } from './evidence.ts';

const speaksOfUsers = /\b(user(name)?|login|uid|gid|group|built by|packager|whoami)\b/i;

export const userId: Detector = {
  kind: 'user-id',
  detect: ({ difference, changes }) =>
    changes.flatMap((change) => {
      if (difference.kind === 'owner' || difference.kind === 'owner-name') {
        return [changeFinding(change, 'likely', 'the entry has a different owner')];
      }
      if (difference.kind !== 'content' || change.format !== 'text' || change.published === undefined)
        return [];
      if (
        !/^(root|0)$/.test(change.rebuilt ?? '') ||
        !/^([a-z_][-a-z0-9_]{0,31}|\d{1,10})$/.test(change.published)
      )
        return [];
      if (!speaksOfUsers.test(lineOf(change))) return [];
      return [changeFinding(change, 'likely', 'the rebuilt value is the user that our steps saw')];
    }),
};
