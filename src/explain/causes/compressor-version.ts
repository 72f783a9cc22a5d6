/** The same content in a different compressed form. */
import { changeFinding, type Detector } from './evidence.ts';

export const compressorVersion: Detector = {
  kind: 'compressor-version',
  detect: ({ difference, changes }) => {
    if (difference.kind === 'compression' || difference.kind === 'gzip-header') {
      return changes.map((change) =>
        changeFinding(change, 'certain', 'the archive is the same, its compressed form is not'),
      );
    }
    return changes
      .filter(({ about }) => about === 'compressed-form')
      .map((change) =>
        changeFinding(change, 'certain', 'the content is the same, its compressed form is not'),
      );
  },
};
