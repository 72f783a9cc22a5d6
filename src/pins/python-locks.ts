/**
 * Lock files of Python's tools: `uv.lock`, `poetry.lock`, `pdm.lock`, `pylock.toml` (packaging.python.org, pylock.toml) and `Pipfile.lock`.
 * Files by digest and by name where the format has names; git dependencies by commit.
 */
import {
  isJsonObject,
  type JsonObject,
  listMember,
  objectMember,
  parseBoundedJson,
  textMember,
} from '../formats/bounded-json.ts';
import { parseToml } from '../formats/toml.ts';
import { commitDigest } from './commit.ts';
import {
  addressSubjects,
  type FileAlgorithm,
  hexDigest,
  prefixedDigest,
  pythonName,
  pythonVersion,
  subjectOf,
} from './pin.ts';
import { type ParsedPins, PinList } from './recorded.ts';

export function parsePythonLock(file: string, bytes: Uint8Array): ParsedPins {
  const document = parseToml(bytes);
  if (document === undefined) return 'not-this-format';
  const list = new PinList(file);
  for (const each of [...listMember(document, 'package'), ...listMember(document, 'packages')])
    if (isJsonObject(each)) addPackage(list, each);
  const metadata = objectMember(document, 'metadata') ?? {};
  for (const [name, files] of Object.entries(objectMember(metadata, 'files') ?? {}))
    for (const each of Array.isArray(files) ? files : []) addFile(list, each, name);
  return list.pins;
}

function addPackage(list: PinList, entry: JsonObject): void {
  const place = `${textMember(entry, 'name') ?? ''} ${textMember(entry, 'version') ?? ''}`;
  const files = [
    ...listMember(entry, 'files'),
    ...listMember(entry, 'wheels'),
    ...['sdist', 'archive'].flatMap((key) => objectMember(entry, key) ?? []),
  ];
  for (const each of files) addFile(list, each, place);
  const commit = commitOf(entry);
  if (commit !== undefined) list.add([subjectOf('commit', commit.value)], [commit], place);
}

/** Where uv, poetry, pdm and pylock.toml write the commit of a git dependency. */
function commitOf(entry: JsonObject) {
  const source = objectMember(entry, 'source') ?? {};
  const git = textMember(source, 'git') ?? '';
  const written = [
    git.slice(git.lastIndexOf('#') + 1),
    textMember(source, 'resolved_reference') ?? '',
    textMember(entry, 'revision') ?? '',
    textMember(objectMember(entry, 'vcs') ?? {}, 'commit-id') ?? '',
  ];
  return written.map(commitDigest).find((digest) => digest !== undefined);
}

/** `{ file | name | filename, url, hash }`, or with a table of `hashes`. */
function addFile(list: PinList, file: unknown, place: string): void {
  if (!isJsonObject(file)) return;
  const address = textMember(file, 'url');
  const name =
    textMember(file, 'file') ?? textMember(file, 'name') ?? textMember(file, 'filename') ?? lastName(address);
  const single = prefixedDigest(textMember(file, 'hash') ?? '');
  const several = Object.entries(objectMember(file, 'hashes') ?? {}).flatMap(([algorithm, value]) =>
    typeof value === 'string' ? (hexDigest(algorithm, value) ?? []) : [],
  );
  const subjects = [
    ...(name === undefined || name === '' ? [] : [subjectOf('python-file', name)]),
    ...addressSubjects(address ?? ''),
  ];
  list.add(subjects, [...(single === undefined ? [] : [single]), ...several], name ?? place);
}

function lastName(address: string | undefined): string | undefined {
  return address === undefined ? undefined : address.split(/[?#]/, 1)[0]!.slice(address.lastIndexOf('/') + 1);
}

/** github.com/pypa/pipfile: JSON with one list of hashes for all files of a version. */
export function parsePipfileLock(file: string, bytes: Uint8Array): ParsedPins {
  const parsed = parseBoundedJson(bytes);
  if (!('value' in parsed) || !isJsonObject(parsed.value)) return 'not-this-format';
  const list = new PinList(file);
  for (const [category, packages] of Object.entries(parsed.value)) {
    if (category === '_meta' || !isJsonObject(packages)) continue;
    for (const [name, entry] of Object.entries(packages))
      if (isJsonObject(entry)) addPipfilePackage(list, name, entry);
  }
  return list.pins;
}

function addPipfilePackage(list: PinList, name: string, entry: JsonObject): void {
  const version = (textMember(entry, 'version') ?? '').replace(/^===?/, '');
  const hashes = listMember(entry, 'hashes').flatMap(
    (hash): { algorithm: FileAlgorithm; value: string }[] => {
      const digest = typeof hash === 'string' ? prefixedDigest(hash) : undefined;
      return digest === undefined ? [] : [digest];
    },
  );
  list.add([subjectOf('python', pythonName(name), pythonVersion(version))], hashes, `${name} ${version}`);
  const commit =
    textMember(entry, 'git') === undefined ? undefined : commitDigest(textMember(entry, 'ref') ?? '');
  if (commit !== undefined) list.add([subjectOf('commit', commit.value)], [commit], name);
}
