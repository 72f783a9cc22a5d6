/** Permissions that new files do not get, where everything else of the mode is the same. */
import type { Difference } from '../difference.ts';
import { changeFinding, type Detector } from './evidence.ts';

const leastEntries = 2;

export const umask: Detector = {
  kind: 'umask',
  detect: ({ difference, all, changes }) => {
    if (difference.kind !== 'mode') return [];
    const own = maskOf(difference);
    const modes = all.filter(({ kind, section }) => kind === 'mode' && section === difference.section);
    if (own === undefined || modes.length < leastEntries || modes.some((each) => maskOf(each) !== own))
      return [];
    const why = `all ${modes.length} modes that differ lack the same permissions for group and others`;
    return changes.map((change) => changeFinding(change, 'likely', why));
  },
};

/** The side that lacks permissions, and which; undefined where more than those of group and others differ. */
function maskOf({ published = '', rebuilt = '' }: Difference): string | undefined {
  const [left, right] = [Number.parseInt(published, 8), Number.parseInt(rebuilt, 8)];
  const lacking = (left ^ right) & 0o777;
  if (Number.isNaN(lacking) || (left ^ right) !== lacking || (lacking & 0o700) !== 0 || lacking === 0)
    return undefined;
  // Read and execute follow what the file was made with; write is what a umask takes away.
  const writes = lacking & 0o022;
  if (writes !== lacking) return undefined;
  if ((left & lacking) === 0) return `published ${writes}`;
  return (right & lacking) === 0 ? `rebuilt ${writes}` : undefined;
}
