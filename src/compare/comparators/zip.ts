/** Zip files, jars and wheels: order, times, attributes and extra fields of the directory, then the members. */

import { Failure } from '../../failure.ts';
import { readZip, type ZipMember } from '../../formats/zip-directory.ts';
import { addAll } from '../../lists.ts';
import type { Part } from '../part.ts';
import { type Comparator, type CompareContext, hasBytesAt } from './comparator.ts';
import { inflate } from './deflate.ts';
import { compareMembers, type Member } from './members.ts';
import { insideParts, valuePart } from './parts.ts';

const isZip = (bytes: Uint8Array): boolean =>
  hasBytesAt(bytes, [0x50, 0x4b, 0x03, 0x04]) || hasBytesAt(bytes, [0x50, 0x4b, 0x05, 0x06]);
/** Whether the format allows a script in front of an archive, as zipapp and spring boot write it. */
const isPrefixed = (path: string): boolean => /\.(jar|whl|zip|pyz|egg|war)$/.test(path);

export const zip: Comparator = {
  format: 'zip',
  matches: (published, rebuilt, path) => (isZip(published) && isZip(rebuilt)) || isPrefixed(path),
  async compare(published, rebuilt, context): Promise<readonly Part[] | undefined> {
    const left = readZip(published, context.limits.members);
    const right = readZip(rebuilt, context.limits.members);
    if (left === undefined || right === undefined) return undefined;
    const member = (each: ZipMember) => memberOf(each, context);
    const parts = await compareMembers('zip', left.members.map(member), right.members.map(member), context);
    if (left.comment !== right.comment) parts.push(valuePart('zip', 'comment', left.comment, right.comment));
    addAll(
      parts,
      insideParts('zip', 'bytes before the archive', await context.inside('', left.prefix, right.prefix)),
    );
    return parts;
  },
};

const jarSignature = /^META-INF\/[^/]+\.(RSA|DSA|EC|SF)$/;
const meaningOf = { time: 'member-time', owner: 'member-owner' } as const;

function memberOf({ name, attributes, about, ...rest }: ZipMember, context: CompareContext): Member {
  const { method, stored, headers } = rest;
  return {
    name,
    attributes,
    about: jarSignature.test(name) ? 'jar-signature' : undefined,
    meanings: Object.fromEntries([...about].map(([attribute, what]) => [attribute, meaningOf[what]])),
    header: headers,
    stored,
    read() {
      if (method === 0) return stored;
      const content = method === 8 ? inflate(stored, context)?.content : undefined;
      if (content === undefined) {
        throw new Failure(
          'unsupported',
          method === 8 ? 'the member is damaged' : `compressed by method ${method}`,
        );
      }
      return content;
    },
  };
}
