/** Signatures inside files: made with a key that a rebuilder does not have, and often with a time or a random number. */
import type { Detector, Evidence, Finding } from './evidence.ts';

const magics: readonly (readonly [string, string])[] = [
  ['-----BEGIN PGP SIGNATURE-----', 'an OpenPGP signature'],
  ['-----BEGIN SSH SIGNATURE-----', 'a signature of ssh-keygen'],
  ['-----BEGIN PKCS7-----', 'a PKCS #7 signature'],
  ['-----BEGIN CMS-----', 'a CMS signature'],
  ['untrusted comment: signature from', 'a signature of signify or minisign'],
  ['~Module signature appended~\n', 'the signature of a kernel module'],
];

export const signature: Detector = {
  kind: 'signature',
  detect: (evidence) =>
    evidence.difference.section === 'signature' ? own(evidence) : [...embedded(evidence), ...named(evidence)],
};

/** The signature of the package itself, which signs the control section. */
function own({ difference, changes, reorderings, ranges }: Evidence): Finding[] {
  if (difference.kind !== 'content') return [];
  const explains = [...changes, ...reorderings, ...ranges];
  const { path: place, published, rebuilt } = difference;
  const why = 'it is the signature of the package, which covers everything else in it';
  return [{ confidence: 'certain', place, published, rebuilt, why, explains }];
}

/** Findings where every byte that differs is in a signature: behind its first line, or, in a kernel module, before the mark at its end. */
function embedded({ published, rebuilt, changes, reorderings, ranges }: Evidence): Finding[] {
  if (published === undefined || rebuilt === undefined) return [];
  for (const [magic, what] of magics) {
    const left = lastIndexOf(published, magic);
    const right = left < 0 ? left : lastIndexOf(rebuilt, magic);
    if (right < 0) continue;
    const module = magic.startsWith('~');
    if (!module && !sameBefore(published, rebuilt, left, right)) continue;
    if (module && !sameSigned(published, rebuilt)) continue;
    const why = `everything that differs lies in ${what}`;
    return [
      {
        confidence: 'certain',
        place: `offset ${left}`,
        published: undefined,
        rebuilt: undefined,
        why,
        explains: [...changes, ...reorderings, ...ranges],
      },
    ];
  }
  return [];
}

function lastIndexOf(bytes: Uint8Array, text: string): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).lastIndexOf(text, undefined, 'latin1');
}

function sameBefore(published: Uint8Array, rebuilt: Uint8Array, left: number, right: number): boolean {
  return left === right && Buffer.compare(published.subarray(0, left), rebuilt.subarray(0, right)) === 0;
}

/** Bytes of the mark and of the record in front of it, whose last field is the length of the signature (Linux, module_signature.h). */
const markBytes = 28;
const recordBytes = 12;

function sameSigned(published: Uint8Array, rebuilt: Uint8Array): boolean {
  const [left, right] = [published, rebuilt].map(signedPart);
  return left !== undefined && right !== undefined && Buffer.compare(left, right) === 0;
}

function signedPart(bytes: Uint8Array): Uint8Array | undefined {
  const end = bytes.length - markBytes - recordBytes;
  if (end < 0) return undefined;
  const length = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).readUInt32BE(end + 8);
  return length > end ? undefined : bytes.subarray(0, end - length);
}

/** Files of a signed jar (JAR file specification, signed JAR file). */
function named({ changes }: Evidence): Finding[] {
  return changes
    .filter(({ format, about }) => format === 'zip' && about === 'jar-signature')
    .map((change) => ({
      confidence: 'certain',
      place: change.place,
      published: change.published,
      rebuilt: change.rebuilt,
      why: 'it is the signature of a jar',
      explains: [change],
    }));
}
