/** The same content in a different compressed form. */
import type { FormatName } from '../../compare/part.ts';
import { changeFinding, type Detector } from './evidence.ts';

const compressed: ReadonlySet<FormatName> = new Set(['gzip', 'xz', 'bzip2', 'zstd', 'zip']);

export const compressorVersion: Detector = {
  kind: 'compressor-version',
  detect: ({ difference, changes }) => {
    if (difference.kind === 'compression' || difference.kind === 'gzip-header') {
      return changes.map((change) =>
        changeFinding(change, 'certain', 'the archive is the same, its compressed form is not'),
      );
    }
    return changes
      .filter(
        ({ format, label }) =>
          format !== undefined &&
          compressed.has(format) &&
          /^(stored form|compressed form|deflate)/.test(label),
      )
      .map((change) =>
        changeFinding(change, 'certain', 'the content is the same, its compressed form is not'),
      );
  },
};
