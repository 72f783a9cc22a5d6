/** `pnpm-lock.yaml` of versions 5 to 9 (github.com/pnpm/spec, lockfile): tarballs by SRI, git dependencies by commit. */

import { parseLockYaml } from '../claim/recipe/parse-yaml.ts';
import type { Mapping, Node } from '../claim/recipe/yaml-node.ts';
import { Failure } from '../failure.ts';
import { commitDigest } from './commit.ts';
import { addressSubjects, integrityDigests, subjectOf } from './pin.ts';
import { type ParsedPins, PinList } from './recorded.ts';

export function parsePnpmLock(file: string, bytes: Uint8Array): ParsedPins {
  const documents = lockDocuments(bytes);
  if (documents === undefined) return 'not-this-format';
  const list = new PinList(file);
  for (const document of documents)
    for (const [key, entry] of mappingAt(document, 'packages')?.entries ?? []) {
      const resolution = entry.kind === 'mapping' ? mappingAt(entry, 'resolution') : undefined;
      if (resolution !== undefined) addPackage(list, key, resolution);
    }
  return list.pins;
}

/** Undefined for anything but YAML of the kind that lock files have. */
export function lockDocuments(bytes: Uint8Array): readonly Mapping[] | undefined {
  try {
    return parseLockYaml(bytes);
  } catch (failure) {
    if (failure instanceof Failure) return undefined;
    throw failure;
  }
}

function addPackage(list: PinList, key: string, resolution: Mapping): void {
  const name = nameOfKey(key);
  const tarball = textAt(resolution, 'tarball') ?? '';
  const subjects = [
    ...(name === undefined ? [] : [subjectOf('npm', name.name, name.version)]),
    ...addressSubjects(tarball),
  ];
  list.add(subjects, integrityDigests(textAt(resolution, 'integrity') ?? ''), key);
  const commit = commitDigest(textAt(resolution, 'commit') ?? '');
  if (commit !== undefined) list.add([subjectOf('commit', commit.value)], [commit], key);
}

/** `name@1.0.0` (9), `/name@1.0.0(peer@1)` (6), `/name/1.0.0_peer@1` (5); a name may be `@scope/name`. */
function nameOfKey(key: string): { readonly name: string; readonly version: string } | undefined {
  const peers = key.indexOf('(');
  const plain = (peers < 0 ? key : key.slice(0, peers)).replace(/^\//, '');
  const at = plain.indexOf('@', 1);
  const name = plain.slice(0, Math.max(at, 0));
  if (/^(?:@[^/]+\/)?[^/]+$/.test(name)) return { name, version: plain.slice(at + 1) };
  const slash = plain.lastIndexOf('/');
  if (slash < 0) return undefined;
  const [version = ''] = plain.slice(slash + 1).split('_', 1);
  return { name: plain.slice(0, slash), version };
}

function valueAt(mapping: Mapping, key: string): Node | undefined {
  return mapping.entries.find(([name]) => name === key)?.[1];
}

export function textAt(mapping: Mapping, key: string): string | undefined {
  const value = valueAt(mapping, key);
  return value?.kind === 'scalar' ? value.text : undefined;
}

function mappingAt(mapping: Mapping, key: string): Mapping | undefined {
  const value = valueAt(mapping, key);
  return value?.kind === 'mapping' ? value : undefined;
}
