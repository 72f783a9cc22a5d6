/** SPDX 2 documents in JSON: elements by identity, relationships as a set, the rest by path. */

import { isJsonObject, type JsonObject, listMember, textMember } from '../../formats/bounded-json.ts';
import type { Structure } from '../../formats/structured-value.ts';
import { addAll } from '../../lists.ts';
import type { Part } from '../part.ts';
import type { Comparator, CompareContext } from './comparator.ts';
import { looksLikeJson, parseJson } from './json.ts';
import { insideParts, numbered, orderParts, valuePart } from './parts.ts';
import { compareStructures, structureText } from './structure.ts';
import { compareText } from './text.ts';

/** Lists of things with an identity, and the member that holds it. */
const identified: readonly (readonly [list: string, identity: string])[] = [
  ['packages', 'SPDXID'],
  ['files', 'SPDXID'],
  ['snippets', 'SPDXID'],
  ['hasExtractedLicensingInfos', 'licenseId'],
];

/** Lists that are sets: their order does not count. */
const sets = ['externalRefs', 'checksums', 'hasFiles', 'licenseInfoFromFiles', 'annotations'];

export const spdx: Comparator = {
  format: 'spdx',
  matches: (published, rebuilt) => mentionsSpdx(published) && mentionsSpdx(rebuilt),
  compare(published, rebuilt, context): readonly Part[] | undefined {
    context.work.spend((published.length + rebuilt.length) >> 3);
    const left = parseDocument(published);
    const right = parseDocument(rebuilt);
    if (left === undefined || right === undefined) return undefined;
    const parts = compareDocuments(left, right, context);
    return parts.length > 0 ? parts : compareText('spdx', published, rebuilt, context);
  },
};

/** Whether bytes may be a document. Parsing is most of the work, so what cannot be a document is recognised without it. */
function mentionsSpdx(bytes: Uint8Array): boolean {
  return (
    looksLikeJson(bytes) &&
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('"spdxVersion"')
  );
}

function parseDocument(bytes: Uint8Array): JsonObject | undefined {
  const value = parseJson(bytes)?.value;
  return isJsonObject(value) && textMember(value, 'spdxVersion') !== undefined ? value : undefined;
}

function compareDocuments(published: JsonObject, rebuilt: JsonObject, context: CompareContext): Part[] {
  const renamed = new Map<string, string>();
  const elements = identified.flatMap(([list, identity]) =>
    compareElements(list, identity, published, rebuilt, renamed, context),
  );
  const handled = new Set([...identified.map(([list]) => list), 'relationships', 'documentDescribes']);
  const rest = (document: JsonObject) =>
    Object.fromEntries(Object.entries(document).filter(([key]) => !handled.has(key))) as Structure;
  return [
    ...compareStructures({ format: 'spdx', context }, rest(published), rest(rebuilt)),
    ...elements,
    ...compareSets(
      'documentDescribes',
      texts(published, 'documentDescribes'),
      texts(rebuilt, 'documentDescribes', renamed),
    ),
    ...compareSets('relationships', relationships(published), relationships(rebuilt, renamed)),
    ...orderParts('spdx', 'keys', '', Object.keys(published), Object.keys(rebuilt)),
  ];
}

/** Elements by their id; then, among those that have no partner, by name, version and package URLs. */
function compareElements(
  list: string,
  identity: string,
  published: JsonObject,
  rebuilt: JsonObject,
  renamed: Map<string, string>,
  context: CompareContext,
): Part[] {
  const left = byIdentity(published, list, identity);
  const right = byIdentity(rebuilt, list, identity);
  const parts: Part[] = [];
  const others = new Map([...right].filter(([id]) => !left.has(id)).map(([id, each]) => [nameOf(each), id]));
  const used = new Set<string>();
  for (const [id, element] of left) {
    const otherId = right.has(id) ? id : others.get(nameOf(element));
    if (otherId === undefined || used.has(otherId)) {
      parts.push(valuePart('spdx', `${list} ${id}`, describe(element), undefined));
      continue;
    }
    used.add(otherId);
    if (otherId !== id) renamed.set(otherId, id);
    addAll(
      parts,
      insideParts('spdx', `${list} ${id}`, compareElement(element, right.get(otherId)!, context)),
    );
  }
  for (const [id, element] of right) {
    if (!used.has(id)) parts.push(valuePart('spdx', `${list} ${id}`, undefined, describe(element)));
  }
  const known = (id: string) => renamed.get(id) ?? id;
  return [...parts, ...orderParts('spdx', 'keys', list, [...left.keys()], [...right.keys()].map(known))];
}

function compareElement(published: JsonObject, rebuilt: JsonObject, context: CompareContext): Part[] {
  const rest = (element: JsonObject) =>
    Object.fromEntries(Object.entries(element).filter(([key]) => !sets.includes(key))) as Structure;
  return [
    ...compareStructures({ format: 'spdx', context }, rest(published), rest(rebuilt)),
    ...sets.flatMap((key) => compareSets(key, items(published, key), items(rebuilt, key))),
    ...orderParts('spdx', 'keys', '', Object.keys(published), Object.keys(rebuilt)),
  ];
}

/** Elements of a list; a repeated id gets a number. */
function byIdentity(document: JsonObject, list: string, identity: string): Map<string, JsonObject> {
  const elements = new Map<string, JsonObject>();
  for (const element of listMember(document, list)) {
    const object: JsonObject = isJsonObject(element) ? element : { value: element };
    const id = textMember(object, identity) ?? structureText(object as Structure);
    let key = id;
    for (let count = 2; elements.has(key); count += 1) key = `${id} (${count})`;
    elements.set(key, object);
  }
  return elements;
}

function nameOf(element: JsonObject): string {
  const references = items(element, 'externalRefs').filter((text) => text.includes('"purl"'));
  return structureText([
    textMember(element, 'name') ?? '',
    textMember(element, 'fileName') ?? '',
    textMember(element, 'versionInfo') ?? '',
    ...references,
  ]);
}

function describe(element: JsonObject): string {
  const version = textMember(element, 'versionInfo');
  const name = textMember(element, 'name') ?? textMember(element, 'fileName') ?? '';
  return version === undefined ? name : `${name} ${version}`;
}

function items(object: JsonObject, key: string): string[] {
  return listMember(object, key).map((item) => structureText(item as Structure));
}

function texts(object: JsonObject, key: string, renamed?: ReadonlyMap<string, string>): string[] {
  return listMember(object, key).map((item) =>
    typeof item === 'string' ? (renamed?.get(item) ?? item) : structureText(item as Structure),
  );
}

function relationships(document: JsonObject, renamed?: ReadonlyMap<string, string>): string[] {
  const known = (id: string | undefined) => (id === undefined ? '' : (renamed?.get(id) ?? id));
  const own = new Set(['spdxElementId', 'relationshipType', 'relatedSpdxElement']);
  return listMember(document, 'relationships')
    .filter(isJsonObject)
    .map((each) => {
      const more = Object.fromEntries(Object.entries(each).filter(([key]) => !own.has(key)));
      const text = `${known(textMember(each, 'spdxElementId'))} ${textMember(each, 'relationshipType') ?? ''} ${known(textMember(each, 'relatedSpdxElement'))}`;
      return Object.keys(more).length === 0 ? text : `${text} ${structureText(more as Structure)}`;
    });
}

/** Items that are objects or lists are items; ids and sentences about ids go by what they name, like keys. */
function orderOfSet(items: readonly string[]): 'items' | 'keys' {
  return items.some((item) => item.startsWith('{') || item.startsWith('[')) ? 'items' : 'keys';
}

/** Compares sets: items that only one side has, and the order where both have the same items. */
function compareSets(place: string, published: readonly string[], rebuilt: readonly string[]): Part[] {
  const left = numbered(published);
  const right = numbered(rebuilt);
  const there = new Set(right);
  const here = new Set(left);
  return [
    ...left.filter((item) => !there.has(item)).map((item) => valuePart('spdx', place, item, undefined)),
    ...right.filter((item) => !here.has(item)).map((item) => valuePart('spdx', place, undefined, item)),
    ...orderParts('spdx', orderOfSet(left), place, left, right),
  ];
}
