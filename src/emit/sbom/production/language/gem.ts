/** Installed gems by their specification, as RubyGems writes it (syft v1.57.1 syft/pkg/cataloger/ruby). */

import type { Tree } from '../../../../execute/tree.ts';
import { hashMetadata } from '../artifact-id.ts';
import type { HashGeneration } from '../hash.ts';
import { declaredLicense } from '../license.ts';
import type { LanguageRecord } from './found-element.ts';
import { gemMakers } from './guesses.ts';
import { personName } from './person.ts';
import { hasLicenseBeside, linesOf, plainName, textAt, urlVersion } from './texts.ts';

export function isGemPath(path: string): boolean {
  return path.endsWith('.gemspec') && /(^|\/)specifications\//.test(path);
}

/** The record of a specification; undefined where it does not have RubyGems' own form, or says something that is not read here. */
export function gemRecord(tree: Tree, path: string, generation: HashGeneration): LanguageRecord | undefined {
  const text = textAt(tree, path);
  const fields = text === undefined ? undefined : specification(text);
  if (fields === undefined) return undefined;
  const { texts, lists } = fields;
  const [name = '', version = ''] = [texts.get('name'), texts.get('version')];
  const shownVersion = urlVersion(version);
  if (!plainName.test(name) || version === '' || shownVersion === undefined) return undefined;
  const licenses = lists.get('licenses') ?? [];
  if (licenses.length === 0 && hasLicenseBeside(tree, path)) return undefined;
  const homepage = texts.get('homepage') ?? '';
  const authors = lists.get('authors') ?? [];
  return {
    name,
    version,
    type: 'gem',
    locations: [path],
    licenses: licenses.map(declaredLicense).filter((license) => license !== undefined),
    metadata: hashMetadata(
      'RubyGemspec',
      { name, version, files: lists.get('files'), authors, homepage },
      generation,
    ),
    purl: `pkg:gem/${name}@${shownVersion}`,
    cpes: [],
    makers: gemMakers(authors, homepage),
    person: personName(authors[0] ?? ''),
    homepage,
  };
}

interface Specification {
  readonly texts: ReadonlyMap<string, string>;
  readonly lists: ReadonlyMap<string, readonly string[]>;
}

/** A line that sets any field. Fields are read line by line; the last line for a field counts. */
const anyField = /\.(?:name|version|homepage|files|authors|licenses)\s*=/;
const textField = /^\w+\.(name|version|homepage) = "([^"'#\\]*)"$/;
const listField = /^\w+\.(files|authors|licenses) = \[([^\]\\]*)\]$/;

function specification(text: string): Specification | undefined {
  const texts = new Map<string, string>();
  const lists = new Map<string, readonly string[]>();
  for (const raw of linesOf(text)) {
    const line = unescaped(raw.trim().replaceAll('.freeze', ''));
    if (!anyField.test(line)) continue;
    const [, textName, value = ''] = textField.exec(line) ?? [];
    const [, listName, items = ''] = listField.exec(line) ?? [];
    // An empty value counts as absent.
    if (textName !== undefined && value !== '') texts.set(textName, value);
    else if (listName !== undefined && items !== '') lists.set(listName, items.split(',').map(unquoted));
    else if (textName === undefined && listName === undefined) return undefined;
  }
  return { texts, lists };
}

function unquoted(item: string): string {
  let [start, end] = [0, item.length];
  while (start < end && '" '.includes(item[start]!)) start += 1;
  while (end > start && '" '.includes(item[end - 1]!)) end -= 1;
  return item.slice(start, end);
}

/** `\\u00E9` as the letter that it stands for; halves of a surrogate pair are left as they are, and the line is then not read. */
function unescaped(line: string): string {
  return line.replace(/\\u([0-9A-F]{4})/g, (whole, digits: string) => {
    const code = Number.parseInt(digits, 16);
    return code >= 0xd800 && code < 0xe000 ? whole : String.fromCharCode(code);
  });
}
