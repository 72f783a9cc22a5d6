/** User and group of the builder, by number or by name. */
import type { FormatName } from '../../compare/part.ts';
import { beforeRebuilt, changeFinding, type Detector, lineOf } from './evidence.ts';

const speaksOfUsers = /\b(user(name)?|login|uid|gid|group|built[- ]by|packager|whoami)\b/i;

const userName = /^([a-z_][-a-z0-9_]{0,31}|\d{1,10})$/;
const standsBeforeUsers =
  /\b(?:(?:built|compiled|packaged|made)(?:[ -](?:on|at) \S{1,100})?[ -]by[: ]{1,2}|(?:user(?:name)?|login|logname|packager|whoami|uid|gid|euid)["']?[ :=]{1,3}(?:\d{1,10}\()?)["']?$/i;

/** Formats whose values are texts that people and programs chose. */
const named: ReadonlySet<FormatName | undefined> = new Set(['text', 'java-manifest']);

export const userId: Detector = {
  kind: 'user-id',
  detect: ({ difference, changes, facts }) =>
    changes.flatMap((change) => {
      if (difference.kind === 'owner' || difference.kind === 'owner-name') {
        return [changeFinding(change, 'likely', 'the entry has a different owner')];
      }
      if (difference.kind !== 'content' || !named.has(change.format) || change.published === undefined)
        return [];
      if (!userName.test(change.published) || !userName.test(change.rebuilt ?? '')) return [];
      if (facts === undefined && standsBeforeUsers.test(beforeRebuilt(change)))
        return [changeFinding(change, 'possible', 'both values stand where the name of a user does')];
      if (!/^(root|0)$/.test(change.rebuilt ?? '') || !speaksOfUsers.test(lineOf(change))) return [];
      return [changeFinding(change, 'likely', 'the rebuilt value is the user that our steps saw')];
    }),
};
