/** Installed distributions of Python, by their dist-info (syft v1.57.1 syft/pkg/cataloger/python). */

import type { Tree } from '../../../../execute/tree.ts';
import { hashMetadata } from '../artifact-id.ts';
import { declaredLicense } from '../license.ts';
import type { ElementForm, LanguageRecord } from './found-element.ts';
import { pythonMakers } from './guesses.ts';
import { joined, personName } from './person.ts';
import { linesOf, plainName, textAt, urlVersion } from './texts.ts';

/**
 * The record of a dist-info folder; undefined where there is none, or where it says something that is not read here: licences in
 * files, a URL of origin.
 * @param folder `…/name-1.0.dist-info`
 */
export function distInfoRecord(
  tree: Tree,
  folder: string,
  { generation, root }: Pick<ElementForm, 'generation' | 'root'>,
): LanguageRecord | undefined {
  const text = textAt(tree, `${folder}/METADATA`);
  const fields = text === undefined ? undefined : metadataFields(text);
  const value = (name: string) => fields?.get(name)?.at(-1) ?? '';
  // Names have one spelling (PyPA, name normalization).
  const name = value('name')
    .replace(/[-_.]+/g, '-')
    .toLowerCase();
  const version = value('version');
  const shownVersion = urlVersion(version);
  if (fields === undefined || !plainName.test(name) || version === '' || shownVersion === undefined)
    return undefined;
  if (['direct_url.json', 'installed-files.txt'].some((file) => tree.get(`${folder}/${file}`) !== undefined))
    return undefined;
  const license = value('licenseexpression') || value('license');
  if (license === '' && mayHaveLicense(tree, folder, fields)) return undefined;
  const record = textAt(tree, `${folder}/RECORD`);
  const files = record === undefined ? [] : recordedFiles(record);
  if (files === undefined) return undefined;
  const topLevel = textAt(tree, `${folder}/top_level.txt`);
  return {
    name,
    version,
    type: 'python',
    locations: ['METADATA', 'RECORD', 'top_level.txt']
      .map((file) => `${folder}/${file}`)
      .filter((path) => tree.get(path) !== undefined),
    licenses: [declaredLicense(license)].filter((each) => each !== undefined),
    metadata: hashMetadata(
      'PythonPackage',
      {
        name: value('name'),
        version,
        author: value('author'),
        authorEmail: value('authoremail'),
        platform: value('platform'),
        files,
        sitePackagesRootPath: root + folder.slice(0, Math.max(0, folder.lastIndexOf('/'))),
        topLevelPackages: topLevel === undefined ? [] : linesOf(topLevel),
        requiresPython: value('requirespython'),
        requiresDist: fields.get('requiresdist'),
        providesExtra: fields.get('providesextra'),
      },
      generation,
    ),
    purl: `pkg:pypi/${name}@${shownVersion}`,
    cpes: [],
    makers: pythonMakers(value('author'), value('authoremail')),
    person: personName(joined(value('author'), value('authoremail')) ?? ''),
  };
}

type Fields = ReadonlyMap<string, readonly string[]>;

/** The fields up to the first empty line, by keys in lower case and without `-`, which is how syft distinguishes them. */
function metadataFields(text: string): Fields | undefined {
  const fields = new Map<string, string[]>();
  let last: string[] | undefined;
  for (const line of linesOf(text)) {
    if (line === '') {
      if (fields.size > 0) break;
      continue;
    }
    if (line.startsWith(' ')) {
      if (last === undefined) return undefined;
      last.push(`${last.pop()}\n ${line.trim()}`);
      continue;
    }
    const cut = line.indexOf(':');
    if (cut <= 0) continue;
    const key = line.slice(0, cut).trim().replaceAll('-', '').toLowerCase();
    last = fields.get(key) ?? [];
    last.push(line.slice(cut + 1).trim());
    fields.set(key, last);
  }
  return fields;
}

/** Files of the folder in which syft looks for a licence if METADATA does not name one. */
const licenseFiles: readonly string[] = ['LICENSE', 'LICENCE', 'COPYING', 'NOTICE', 'licenses'].flatMap(
  (name) => ['', '.txt', '.rst', '.md'].map((ending) => name + ending),
);

function mayHaveLicense(tree: Tree, folder: string, fields: Fields): boolean {
  return (
    fields.has('licensefile') || licenseFiles.some((file) => tree.get(`${folder}/${file}`) !== undefined)
  );
}

/** A file as RECORD lists it, by the members of syft's JSON. */
interface RecordedFile {
  readonly path: string;
  readonly digest: { readonly algorithm: string; readonly value: string };
  readonly size: string;
}

/** The files of RECORD; undefined where a line is quoted or does not have three parts. */
function recordedFiles(text: string): RecordedFile[] | undefined {
  const files: RecordedFile[] = [];
  for (const line of linesOf(text)) {
    if (line === '') continue;
    const parts = line.split(',');
    if (parts.length !== 3 || line.includes('"')) return undefined;
    const [path, digest, size] = parts as [string, string, string];
    const cut = digest.indexOf('=');
    files.push({
      path,
      digest: {
        algorithm: cut < 0 ? '' : digest.slice(0, cut),
        value: cut < 0 ? '' : digest.slice(cut + 1),
      },
      size,
    });
  }
  return files;
}
