/**
 * What apk's own files say, inside packages and indexes that lie in folders and archives: `.PKGINFO`, signatures (apk-package(5)) and the records of an index
 * (apk-index(5)).
 */
import { isSignatureName } from '../../apk/apk-signature.ts';
import { type PkgInfo, parsePkgInfo } from '../../apk/pkginfo.ts';
import { baseName, decodeBytes } from '../../bytes.ts';
import type { Part } from '../part.ts';
import type { Comparator } from './comparator.ts';
import { laidOut } from './laid-out.ts';
import { numbered, type ValueMeanings, valueParts } from './parts.ts';

/** Fields about other sections: they follow from what differs there. */
const fieldMeanings: ValueMeanings = { datahash: 'derived', size: 'derived' };

export const pkginfo: Comparator = {
  format: 'pkginfo',
  matches: (_published, _rebuilt, path) => baseName(path) === '.PKGINFO',
  compare(published, rebuilt): readonly Part[] | undefined {
    const [left, right] = [parsePkgInfo(published), parsePkgInfo(rebuilt)];
    const parts = valueParts('pkginfo', fieldsOf(left), fieldsOf(right), { meanings: fieldMeanings });
    return parts.length === 0 ? undefined : parts;
  },
};

/** All values of each key as one. Order and shape are left to the comparison of lines, which is made where this one finds nothing. */
function fieldsOf({ values, lines }: PkgInfo): ReadonlyMap<string, string> {
  const fields = new Map([...values].map(([key, all]) => [key, all.join(', ')]));
  const others = lines.flatMap((line) => (line.kind === 'field' ? [] : [line.text]));
  return others.length === 0 ? fields : fields.set('other lines', others.join(', '));
}

/** A signature follows from what it signs, with one padding (PKCS #1 v1.5, RFC 8017 §8.2): nothing in it is worth reading. */
export const apkSignature: Comparator = {
  format: 'apk-signature',
  matches: (_published, _rebuilt, path) => isSignatureName(baseName(path)),
  compare(published, rebuilt): readonly Part[] {
    const value = (bytes: Uint8Array) => new Map([['signature', Buffer.from(bytes).toString('hex')]]);
    return valueParts('apk-signature', value(published), value(rebuilt), {
      meanings: { signature: 'derived' },
    });
  },
};

const fileFields: ReadonlyMap<string, string> = new Map([
  ['C', 'checksum'],
  ['S', 'size'],
  ['I', 'installed size'],
]);

/** Letters of the other lines of records, in apk-index(5)'s words. */
const recordFields: ReadonlyMap<string, string> = new Map([
  ['A', 'architecture'],
  ['T', 'description'],
  ['U', 'url'],
  ['L', 'license'],
  ['o', 'origin'],
  ['m', 'maintainer'],
  ['t', 'build time'],
  ['c', 'commit'],
  ['k', 'provider priority'],
  ['D', 'dependencies'],
  ['p', 'provides'],
  ['i', 'install if'],
  ['r', 'replaces'],
  ['q', 'replaces priority'],
  ['F', 'folder'],
]);

export const apkIndex: Comparator = laidOut(
  'apk-index',
  (_published, _rebuilt, path) => baseName(path) === 'APKINDEX',
  (bytes, most) => {
    const records = decodeBytes(bytes)
      .split(/\n{2,}/, most)
      .filter((text) => text.trim() !== '')
      .map(readRecord);
    if (!records.every((each) => each !== undefined)) return undefined;
    const names = numbered(records.map(({ key }) => key));
    return { structure: new Map(records.map(({ fields }, at) => [names[at]!, fields])) };
  },
);

/** One record. What it says of the file stands in one value that names the file, which shows whose digest and whose sizes they are. */
function readRecord(text: string): { key: string; fields: ReadonlyMap<string, string> } | undefined {
  const lines = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    if (line[1] !== ':') return undefined;
    lines.set(line[0]!, line.slice(2));
  }
  const [name, version] = [lines.get('P'), lines.get('V')];
  if (name === undefined || version === undefined) return undefined;
  const about = ['C', 'S', 'I'].flatMap((letter) => {
    const value = lines.get(letter);
    return value === undefined ? [] : `${fileFields.get(letter)} ${value}`;
  });
  const file = `${name}-${version}.apk: ${about.join(', ')}`;
  const fields = new Map([['file', file]]);
  for (const [letter, value] of lines)
    if (!'PVCSI'.includes(letter)) fields.set(recordFields.get(letter) ?? letter, value);
  return { key: `${name}=${version}`, fields };
}
