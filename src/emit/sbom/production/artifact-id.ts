/**
 * The id that syft gives a record, computed from what it prints of the record (`-o syft-json`), so that it can be computed for different
 * paths and for the other generation of the hash, too.
 */

import { isJsonObject, type JsonObject, listMember, textMember } from '../../../formats/bounded-json.ts';
import { artifactFields, metadataTypes } from './artifact-fields.ts';
import {
  fnv1,
  type Hash64,
  type HashGeneration,
  hashDigits,
  hashField,
  hashInteger,
  hashOne,
  hashPair,
  hashSet,
  hashStruct,
  hashText,
  joinElements,
} from './hash.ts';
import { hashPackage } from './syft-record.ts';

/** Whether the records of Go programs have the field Symbols (it came between v1.46 and v1.49), and what is in it. */
export type GoSymbols = 'printed' | 'absent' | 'empty';

export interface IdRules {
  readonly generation: HashGeneration;
  readonly symbols: GoSymbols;
  /** Of a path in the record. */
  readonly path: (printed: string) => string;
}

/** 16 hex digits; undefined where the record has a value of which it is not known how it enters the id. */
export function artifactId(artifact: JsonObject, rules: IdRules): string | undefined {
  const metadata = metadataHash(artifact, rules);
  if (metadata === undefined) return undefined;
  return hashDigits(
    hashPackage({
      name: textMember(artifact, 'name') ?? '',
      version: textMember(artifact, 'version') ?? '',
      locations: [...new Set(artifactPaths(artifact))].map(rules.path),
      licenses: listMember(artifact, 'licenses')
        .filter(isJsonObject)
        .map((license) => ({
          expression: textMember(license, 'spdxExpression') ?? '',
          value: textMember(license, 'value') ?? '',
          type: textMember(license, 'type') ?? '',
        })),
      type: textMember(artifact, 'type') ?? '',
      metadata,
      generation: rules.generation,
    }),
  );
}

/** Where syft found it; the main evidence first. */
export function artifactPaths(artifact: JsonObject): string[] {
  return listMember(artifact, 'locations')
    .filter(isJsonObject)
    .map((location) => textMember(location, 'path') ?? '');
}

function metadataHash(artifact: JsonObject, rules: IdRules): Hash64 | undefined {
  const printed = artifact['metadata'];
  // No metadata hashes like the number 0.
  if (printed === undefined || printed === null) return hashInteger(0);
  const kind = textMember(artifact, 'metadataType') ?? '';
  const type = Object.hasOwn(metadataTypes, kind) ? metadataTypes[kind]! : undefined;
  if (type === undefined) return undefined;
  return hashRecord(type, printed, rules);
}

/**
 * The hash of metadata that was read here, of a type of the table.
 * @param values by the members of syft's JSON; an absent one is empty
 */
export function hashMetadata(
  type: string,
  values: JsonObject,
  generation: HashGeneration,
  symbols: GoSymbols = 'printed',
): Hash64 {
  return hashRecord(type, values, { generation, symbols, path: (text) => text })!;
}

/** Fields that hold paths. */
const pathFields: ReadonlySet<string> = new Set([
  'JavaArchive.VirtualPath',
  'PythonPackage.SitePackagesRootPath',
]);

/** The hash of a record; undefined for a value that the table of fields does not have in its place. The functions below return undefined in the same case. */
function hashRecord(type: string, printed: unknown, rules: IdRules): Hash64 | undefined {
  const fields = artifactFields.get(type);
  const values = printed ?? {};
  if (fields === undefined || !isJsonObject(values)) return undefined;
  const hashes = fields
    .filter(({ name }) => name !== 'Symbols' || rules.symbols !== 'absent')
    .map(({ name, member, kind }) => {
      const value = Object.hasOwn(values, member) ? values[member] : undefined;
      if (name === 'Symbols' && rules.symbols === 'empty') return bound(name, hashValue(kind, {}, rules));
      const isPath = pathFields.has(`${type}.${name}`) && typeof value === 'string';
      return bound(name, hashValue(kind, isPath ? rules.path(value) : value, rules));
    });
  return isComplete(hashes) ? hashStruct(type, hashes) : undefined;
}

function hashValue(kind: string, value: unknown, rules: IdRules): Hash64 | undefined {
  if (kind.endsWith('[]')) return hashList(kind.slice(0, -2), value ?? [], rules);
  if (kind.endsWith('{}')) return hashMap(kind.slice(0, -2), value ?? {}, rules);
  if (kind === 'text')
    return typeof (value ?? '') === 'string' ? hashText((value ?? '') as string) : undefined;
  if (kind === 'truth')
    return typeof (value ?? false) === 'boolean' ? fnv1(Uint8Array.of(value === true ? 1 : 0)) : undefined;
  if (kind === 'whole') return hashWhole(value ?? 0);
  return hashRecord(kind, value, rules);
}

function hashList(kind: string, list: unknown, rules: IdRules): Hash64 | undefined {
  if (!Array.isArray(list)) return undefined;
  const hashes = list.map((each) => hashValue(kind, each, rules));
  return isComplete(hashes) ? hashSet(hashes, rules.generation) : undefined;
}

function hashMap(kind: string, map: unknown, rules: IdRules): Hash64 | undefined {
  if (!isJsonObject(map)) return undefined;
  const hashes = Object.entries(map).map(([key, value]) => {
    const hash = hashValue(kind, value, rules);
    return hash === undefined ? undefined : hashPair(hashText(key), hash);
  });
  // A map is finished in both generations.
  return isComplete(hashes) ? hashOne(joinElements(hashes)) : undefined;
}

function hashWhole(value: unknown): Hash64 | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
    ? hashInteger(value)
    : undefined;
}

function bound(name: string, hash: Hash64 | undefined): Hash64 | undefined {
  return hash === undefined ? undefined : hashField(name, hash);
}

function isComplete(hashes: readonly (Hash64 | undefined)[]): hashes is readonly Hash64[] {
  return !hashes.includes(undefined);
}
