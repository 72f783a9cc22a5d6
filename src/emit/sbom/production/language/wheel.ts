/** Wheels, as wolfictl reads them (wolfi-dev/wolfictl v0.39.22 pkg/sbom/catalogers). */

import { decodeBytes } from '../../../../bytes.ts';
import type { Tree } from '../../../../execute/tree.ts';
import { readZip } from '../../../../formats/zip-members.ts';
import { hashInteger } from '../hash.ts';
import { declaredLicense } from '../license.ts';
import type { LanguageRecord } from './found-element.ts';
import { linesOf } from './texts.ts';

/** The record of a wheel. Every METADATA inside fills one list of keys; the last value of each key wins. */
export function wheelRecord(tree: Tree, path: string): LanguageRecord | undefined {
  const entry = tree.get(path);
  const members =
    entry === undefined ? undefined : readZip(entry.content, (name) => name.endsWith('.dist-info/METADATA'));
  if (members === undefined) return undefined;
  const values = new Map<string, string>();
  for (const { bytes } of members) {
    for (const line of linesOf(decodeBytes(bytes))) {
      const cut = line.indexOf(': ');
      if (cut >= 0) values.set(line.slice(0, cut), line.slice(cut + 2));
    }
  }
  const [name = '', version = ''] = [values.get('Name'), values.get('Version')];
  if (name === '' || version === '') return undefined;
  return {
    name,
    version,
    type: 'python',
    locations: [path],
    licenses: [declaredLicense(values.get('License') ?? '')].filter((license) => license !== undefined),
    // No metadata hashes like the number 0.
    metadata: hashInteger(0),
    purl: `pkg:pypi/${name}@${version}`,
    cpes: [],
    // Its record has none.
    makers: [],
  };
}
