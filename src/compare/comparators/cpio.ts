/** cpio archives, such as initramfs images: members with their attributes, and what follows the archive. */
import { timeText } from '../../formats/byte-cursor.ts';
import { type CpioMember, readCpio } from '../../formats/cpio-archive.ts';
import { addAll } from '../../lists.ts';
import type { Part } from '../part.ts';
import type { Comparator } from './comparator.ts';
import { compareMembers, type Member } from './members.ts';
import { insideParts } from './parts.ts';

const isCpio = (bytes: Uint8Array): boolean =>
  /^07070[127][0-9a-fA-F]{8}/.test(Buffer.from(bytes.subarray(0, 14)).toString('latin1'));

export const cpio: Comparator = {
  format: 'cpio',
  matches: (published, rebuilt) => isCpio(published) && isCpio(rebuilt),
  async compare(published, rebuilt, context): Promise<readonly Part[] | undefined> {
    const most = context.limits.members;
    const [left, right] = [readCpio(published, most), readCpio(rebuilt, most)];
    if (left === undefined || right === undefined) return undefined;
    const parts = await compareMembers(
      'cpio',
      left.members.map(memberOf),
      right.members.map(memberOf),
      context,
    );
    addAll(
      parts,
      insideParts('cpio', 'bytes after the archive', await context.inside('', left.rest, right.rest)),
    );
    return parts;
  },
};

function memberOf({ name, fields, content }: CpioMember): Member {
  const shown = [...fields].map(([field, value]) => {
    if (field === 'mtime') return [field, timeText(value)] as const;
    return [field, field === 'mode' ? value.toString(8) : String(value)] as const;
  });
  return {
    name,
    attributes: new Map(shown),
    meanings: { mtime: 'member-time', uid: 'member-owner', gid: 'member-owner', mode: 'member-owner' },
    stored: content,
    read: () => content,
  };
}
