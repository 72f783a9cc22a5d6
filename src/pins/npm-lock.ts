/** `package-lock.json` and `npm-shrinkwrap.json` of versions 1 to 3 (docs.npmjs.com, package-lock.json): tarballs by SRI, git dependencies by commit. */
import {
  isJsonObject,
  type JsonObject,
  objectMember,
  parseBoundedJson,
  textMember,
} from '../formats/bounded-json.ts';
import { commitDigest } from './commit.ts';
import { addressSubjects, integrityDigests, subjectOf } from './pin.ts';
import { type ParsedPins, PinList } from './recorded.ts';

const folder = 'node_modules/';

export function parseNpmLock(file: string, bytes: Uint8Array): ParsedPins {
  const parsed = parseBoundedJson(bytes);
  if (!('value' in parsed) || !isJsonObject(parsed.value)) return 'not-this-format';
  const list = new PinList(file);
  for (const [path, entry] of Object.entries(objectMember(parsed.value, 'packages') ?? {})) {
    if (path === '' || !isJsonObject(entry)) continue;
    const ofPath = path.slice(path.lastIndexOf(folder) + folder.length);
    // An alias is in a folder with its own name, and names the real package.
    addPackage(list, textMember(entry, 'name') ?? ofPath, entry, path);
  }
  addOldDependencies(list, objectMember(parsed.value, 'dependencies') ?? {}, '');
  return list.pins;
}

/** The nested form of version 1, which version 2 has as well. It is as deep as the JSON, whose depth is bounded. */
function addOldDependencies(list: PinList, dependencies: JsonObject, above: string): void {
  for (const [name, entry] of Object.entries(dependencies)) {
    if (!isJsonObject(entry)) continue;
    const path = `${above}${name}`;
    addPackage(list, name, entry, path);
    addOldDependencies(list, objectMember(entry, 'dependencies') ?? {}, `${path} > `);
  }
}

function addPackage(list: PinList, name: string, entry: JsonObject, place: string): void {
  const version = textMember(entry, 'version') ?? '';
  const resolved = textMember(entry, 'resolved') ?? '';
  const alias = /^npm:(.+)@([^@]+)$/.exec(version);
  const ofName = subjectOf('npm', alias?.[1] ?? name, alias?.[2] ?? version);
  const subjects = [ofName, ...addressSubjects(resolved)];
  list.add(subjects, integrityDigests(textMember(entry, 'integrity') ?? ''), place);
  // Version 1 has the address of a git dependency as its version.
  const commit = commitDigest(gitReference(resolved) ?? gitReference(version) ?? '');
  if (commit !== undefined) list.add([subjectOf('commit', commit.value)], [commit], place);
}

/** The text after the `#` of a git address. */
export function gitReference(address: string): string | undefined {
  const at = address.lastIndexOf('#');
  return at >= 0 && /^(?:git|github|gitlab|bitbucket|gist)\b/.test(address)
    ? address.slice(at + 1)
    : undefined;
}
