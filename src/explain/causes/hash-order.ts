/** The order in which a hash table gives its keys. */
import { type Detector, orderFinding, type Reordering } from './evidence.ts';

export const hashOrder: Detector = {
  kind: 'hash-order',
  detect: ({ reorderings }) =>
    reorderings.flatMap((reordering) => {
      if (reordering.of === 'keys') {
        return [orderFinding(reordering, 'likely', 'the keys of an object come in a different order')];
      }
      if (reordering.of !== 'words' || !isList(reordering)) return [];
      return [orderFinding(reordering, 'possible', 'the words of one line come in a different order')];
    }),
};

/** Whether words are a list and not a sentence. */
function isList({ published }: Reordering): boolean {
  return published.length >= 3 && new Set(published).size === published.length;
}
