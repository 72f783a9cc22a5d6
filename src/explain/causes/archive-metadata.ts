/** Times, owners and modes that an archive stores of its members. */
import { changeFinding, type Detector } from './evidence.ts';

export const archiveMetadata: Detector = {
  kind: 'archive-metadata',
  detect: ({ changes }) =>
    changes.flatMap((change) => {
      if (change.published === undefined || change.rebuilt === undefined) return [];
      if (change.about === 'member-time') {
        return [changeFinding(change, 'certain', 'the archive stores when its members were last changed')];
      }
      if (change.about !== 'member-owner') return [];
      return [changeFinding(change, 'certain', 'the archive stores owner and mode of its members')];
    }),
};
