/** `Cargo.lock` (doc.rust-lang.org/cargo, src/cargo/core/resolver/encode.rs): crates by SHA-256, git dependencies by commit. */
import { isJsonObject, listMember, objectMember, textMember } from '../formats/bounded-json.ts';
import { parseToml } from '../formats/toml.ts';
import { commitDigest } from './commit.ts';
import { hexDigest, subjectOf } from './pin.ts';
import { type ParsedPins, PinList } from './recorded.ts';

export function parseCargoLock(file: string, bytes: Uint8Array): ParsedPins {
  const document = parseToml(bytes);
  if (document === undefined) return 'not-this-format';
  const list = new PinList(file);
  for (const each of listMember(document, 'package')) {
    if (!isJsonObject(each)) continue;
    const [name, version] = [textMember(each, 'name'), textMember(each, 'version')];
    if (name === undefined || version === undefined) continue;
    const checksum = hexDigest('sha256', textMember(each, 'checksum') ?? '');
    if (checksum !== undefined)
      list.add([subjectOf('crate', name, version)], [checksum], `${name} ${version}`);
    addGitSource(list, textMember(each, 'source') ?? '', `${name} ${version}`);
  }
  addOldChecksums(list, objectMember(document, 'metadata') ?? {});
  return list.pins;
}

/** `git+https://host/path?rev=…#<commit>`. */
function addGitSource(list: PinList, source: string, entry: string): void {
  if (!source.startsWith('git+')) return;
  const commit = commitDigest(source.slice(source.lastIndexOf('#') + 1));
  if (commit !== undefined) list.add([subjectOf('commit', commit.value)], [commit], entry);
}

/** Lock files of version 1: `"checksum NAME VERSION (SOURCE)" = "…"`. */
function addOldChecksums(list: PinList, metadata: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(metadata)) {
    const [word, name, version] = key.split(' ', 4);
    const checksum = typeof value === 'string' ? hexDigest('sha256', value) : undefined;
    if (word !== 'checksum' || name === undefined || version === undefined || checksum === undefined)
      continue;
    list.add([subjectOf('crate', name, version)], [checksum], `${name} ${version}`);
  }
}
