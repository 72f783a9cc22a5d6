/** Permissions that new files do not get, where everything else of the mode is the same. */
import type { Difference } from '../../compare/difference.ts';
import { changeFinding, type Detector } from './evidence.ts';
import { onceFor } from './once.ts';

const leastEntries = 2;

export const umask: Detector = {
  kind: 'umask',
  detect: ({ difference, all, complete, changes }) => {
    if (difference.kind !== 'mode' || !complete) return [];
    const own = maskOf(difference);
    const { count, mask } = modesOf(all).get(difference.section)!;
    if (own === undefined || count < leastEntries || mask !== own) return [];
    const why = `all ${count} modes that differ lack the same permissions for group and others`;
    return changes.map((change) => changeFinding(change, 'likely', why));
  },
};

/** For each section: how many modes differ, and which permissions all of them lack. */
const modesOf = onceFor((all: readonly Difference[]) => {
  const found = new Map<Difference['section'], { count: number; mask: string | undefined }>();
  for (const each of all) {
    if (each.kind !== 'mode') continue;
    const [known, mask] = [found.get(each.section), maskOf(each)];
    if (known === undefined) found.set(each.section, { count: 1, mask });
    else found.set(each.section, { count: known.count + 1, mask: known.mask === mask ? mask : undefined });
  }
  return found;
});

/** The side that lacks permissions, and which; undefined where more than those of group and others differ. */
function maskOf({ modes }: Difference): string | undefined {
  if (modes === undefined) return undefined;
  const { published: left, rebuilt: right } = modes;
  const lacking = (left ^ right) & 0o777;
  if ((left ^ right) !== lacking || (lacking & 0o700) !== 0 || lacking === 0) return undefined;
  // Read and execute depend on how the file was made; a umask usually takes away write.
  const writes = lacking & 0o022;
  if (writes !== lacking) return undefined;
  if ((left & lacking) === 0) return `published ${writes}`;
  return (right & lacking) === 0 ? `rebuilt ${writes}` : undefined;
}
