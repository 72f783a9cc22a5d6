/**
 * `yarn.lock`: of version 1 (github.com/yarnpkg/yarn, src/lockfile/stringify.js) tarballs by SRI, or by the SHA-1 behind the address; of later
 * versions, which are YAML, git dependencies by commit, and tarballs by the zip that yarn makes of them. That zip can be made again where nothing in
 * it is compressed, which yarn 4 calls `10c0`.
 */
import { decodeBytes } from '../bytes.ts';
import { commitDigest } from './commit.ts';
import { gitReference } from './npm-lock.ts';
import { addressSubjects, hexDigest, integrityDigests, subjectOf } from './pin.ts';
import { lockDocuments, textAt } from './pnpm-lock.ts';
import { type ParsedPins, PinList } from './recorded.ts';

export function parseYarnLock(file: string, bytes: Uint8Array): ParsedPins {
  const text = decodeBytes(bytes);
  return /^# yarn lockfile v1\s*$/m.test(text.slice(0, 1024))
    ? parseFirst(file, text)
    : parseLater(file, bytes);
}

interface Entry {
  readonly line: number;
  readonly patterns: string;
  readonly values: Map<string, string>;
}

/** Blocks of a line of patterns, and lines of a key and a value two spaces in. */
function parseFirst(file: string, text: string): ParsedPins {
  const list = new PinList(file);
  let entry: Entry | undefined;
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    if (!line.startsWith(' ')) {
      if (entry !== undefined) addEntry(list, entry);
      entry = { line: index + 1, patterns: line.trim().replace(/:$/, ''), values: new Map() };
    } else if (entry !== undefined && line.startsWith('  ') && line[2] !== ' ') {
      const space = line.indexOf(' ', 2);
      if (space > 0) entry.values.set(line.slice(2, space), unquoted(line.slice(space + 1).trim()));
    }
  }
  if (entry !== undefined) addEntry(list, entry);
  return list.pins;
}

function unquoted(text: string): string {
  return text.length >= 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

function addEntry(list: PinList, { line, patterns, values }: Entry): void {
  const resolved = values.get('resolved') ?? '';
  const hash = resolved.indexOf('#');
  const address = hash < 0 ? resolved : resolved.slice(0, hash);
  const subjects = [
    subjectOf('npm', nameOfPattern(patterns), values.get('version') ?? ''),
    ...addressSubjects(address),
  ];
  const ofAddress = hexDigest('sha1', resolved.slice(hash + 1));
  const isArchive = /\.(?:tgz|tar\.gz)$/.test(address);
  const integrity = integrityDigests(values.get('integrity') ?? '');
  list.add(
    subjects,
    [...integrity, ...(ofAddress !== undefined && isArchive ? [ofAddress] : [])],
    patterns,
    line,
  );
  const commit = isArchive ? undefined : commitDigest(resolved.slice(hash + 1));
  if (hash >= 0 && commit !== undefined)
    list.add([subjectOf('commit', commit.value)], [commit], patterns, line);
}

/** The package of the first pattern: `"@scope/name@^1.0"`, or, of an alias, `name@npm:other@^1`. */
function nameOfPattern(patterns: string): string {
  const [first = ''] = patterns.split(',', 1);
  const pattern = unquoted(first.trim());
  const alias = pattern.indexOf('@npm:', 1);
  const plain = alias < 0 ? pattern : pattern.slice(alias + '@npm:'.length);
  const at = plain.indexOf('@', 1);
  // `name@npm:1.0` names no different package.
  if (at < 0) return alias < 0 ? plain : pattern.slice(0, alias);
  return plain.slice(0, at);
}

function parseLater(file: string, bytes: Uint8Array): ParsedPins {
  const documents = lockDocuments(bytes);
  if (documents === undefined) return 'not-this-format';
  const list = new PinList(file);
  for (const [key, entry] of documents.flatMap(({ entries }) => entries)) {
    if (entry.kind !== 'mapping') continue;
    const resolution = textAt(entry, 'resolution') ?? '';
    const zip = /^10c0\/([\da-f]{128})$/.exec(textAt(entry, 'checksum') ?? '')?.[1];
    const at = resolution.indexOf('@npm:', 1);
    const subject = subjectOf(
      'npm',
      resolution.slice(0, Math.max(at, 0)),
      resolution.slice(at + '@npm:'.length),
    );
    if (zip !== undefined && at > 0) list.add([subject], [{ algorithm: 'yarn-zip', value: zip }], key);
    const commit = /#commit=([\da-f]{40,64})$/.exec(resolution)?.[1];
    const digest = commitDigest(commit ?? gitReference(resolution) ?? '');
    if (digest !== undefined) list.add([subjectOf('commit', digest.value)], [digest], key);
  }
  return list.pins;
}
