/** Two SPDX documents element by element: what differs, by SPDX id. */

import { canonicalJson } from '../canonical.ts';
import { isFound } from '../claim/sbom/found.ts';
import {
  isJsonObject,
  type JsonObject,
  listMember,
  parseBoundedJson,
  textMember,
} from '../formats/bounded-json.ts';
import { addAll } from '../lists.ts';
import { otherIds } from './sbom-ids.ts';

export type SbomDifferenceKind =
  /** Elements that a scan of the tree found, and that were not made again here. */
  | 'unregenerated'
  /** An id that syft made of a record, where everything else in the two documents is the same. */
  | 'other-id'
  | 'only-published'
  | 'only-rebuilt'
  | 'member'
  | 'order'
  | 'form';

export interface SbomDifference {
  readonly kind: SbomDifferenceKind;
  /** SPDX id; of a relationship, the element that it starts from. Attacker-controlled. */
  readonly element: string;
  /** `relationships`, `packages`, or a key of the element. */
  readonly member?: string;
  /** Canonical JSON; for lists, the items that only this side has. Attacker-controlled. */
  readonly published?: string;
  readonly rebuilt?: string;
}

/** The title of each kind. */
export const sbomDifferenceTitles: Readonly<Record<SbomDifferenceKind, string>> = {
  'other-id': 'the id of one element, a hash of a record; no file of the package depends on it',
  unregenerated: 'found by a scan that was not repeated',
  'only-published': 'only in the published SBOM',
  'only-rebuilt': 'only in the rebuilt SBOM',
  member: 'different',
  order: 'in a different order',
  form: 'the same values written in a different form',
};

const documentId = 'SPDXRef-DOCUMENT';

/** Every difference, elements first; none for equal bytes, and none where one side is missing or not JSON. */
export function compareSbomElements(
  published: Uint8Array | undefined,
  rebuilt: Uint8Array | undefined,
): SbomDifference[] {
  if (published === undefined || rebuilt === undefined || Buffer.compare(published, rebuilt) === 0) return [];
  const [left, right] = [parseDocument(published), parseDocument(rebuilt)];
  if (left === undefined || right === undefined) return [];
  const ids = otherIds(published, rebuilt);
  if (ids !== undefined) return ids.map((id) => ({ kind: 'other-id', member: 'SPDXID', ...id }));
  const elements = compareLists(elementsOf(left), elementsOf(right), 'packages');
  const lone = new Set(elements.flatMap(({ kind, element }) => (isOneSided(kind) ? [element] : [])));
  const differences = [
    ...elements,
    ...compareLists(relationshipsOf(left, lone), relationshipsOf(right, lone), 'relationships'),
    ...compareMembers(documentId, headOf(left), headOf(right)),
  ];
  return differences.length > 0 ? differences : [{ kind: 'form', element: documentId }];
}

function parseDocument(bytes: Uint8Array): JsonObject | undefined {
  const json = parseBoundedJson(bytes);
  return 'fault' in json || !isJsonObject(json.value) ? undefined : json.value;
}

function isOneSided(kind: SbomDifferenceKind): boolean {
  return kind === 'only-published' || kind === 'only-rebuilt' || kind === 'unregenerated';
}

interface Item {
  readonly element: string;
  readonly value: JsonObject;
}

/** Items by what identifies them; a second one with the same key gets a different one. */
type Items = ReadonlyMap<string, Item>;

function elementsOf(document: JsonObject): Items {
  return keyed(listMember(document, 'packages'), (value) => textMember(value, 'SPDXID') ?? '');
}

/** The relationships between elements that both sides have. */
function relationshipsOf(document: JsonObject, lone: ReadonlySet<string>): Items {
  const related = listMember(document, 'relationships').filter(
    (value) =>
      !isJsonObject(value) ||
      !['spdxElementId', 'relatedSpdxElement'].some((key) => lone.has(textMember(value, key) ?? '')),
  );
  return keyed(related, (value) => canonicalJson(value));
}

function keyed(list: readonly unknown[], keyOf: (value: JsonObject) => string): Items {
  const items = new Map<string, Item>();
  for (const value of list.filter(isJsonObject)) {
    const element = textMember(value, 'SPDXID') ?? textMember(value, 'spdxElementId') ?? '';
    const key = keyOf(value);
    items.set(items.has(key) ? `${key} ${items.size}` : key, { element, value });
  }
  return items;
}

function compareLists(left: Items, right: Items, member: string): SbomDifference[] {
  const differences: SbomDifference[] = [];
  for (const [key, { element, value }] of left) {
    const other = right.get(key);
    if (other !== undefined) addAll(differences, compareMembers(element, value, other.value));
    else {
      const kind = isFound(value) ? 'unregenerated' : 'only-published';
      differences.push({ kind, element, member, published: canonicalJson(value) });
    }
  }
  for (const [key, { element, value }] of right) {
    if (!left.has(key)) {
      differences.push({ kind: 'only-rebuilt', element, member, rebuilt: canonicalJson(value) });
    }
  }
  const [first, second] = [left, right].map((items, index) =>
    [...items.keys()].filter((key) => [right, left][index]!.has(key)),
  ) as [string[], string[]];
  const at = first.findIndex((key, index) => key !== second[index]);
  if (at >= 0) differences.push({ kind: 'order', element: left.get(first[at]!)!.element, member });
  return differences;
}

function compareMembers(element: string, left: JsonObject, right: JsonObject): SbomDifference[] {
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((member): SbomDifference[] => {
    const [published, rebuilt] = [left, right].map((side) =>
      Object.hasOwn(side, member) ? canonicalJson(side[member]) : undefined,
    );
    if (published === rebuilt) return [];
    const [a, b] = [left[member], right[member]];
    if (Array.isArray(a) && Array.isArray(b)) return [compareItems(element, member, a, b)];
    return [{ kind: 'member', element, member, ...sides(published, rebuilt) }];
  });
}

/** Compares two lists: the items that only one of them has, or that the order differs. */
function compareItems(
  element: string,
  member: string,
  left: readonly unknown[],
  right: readonly unknown[],
): SbomDifference {
  const [a, b] = [left.map(canonicalJson), right.map(canonicalJson)];
  const less = (items: readonly string[], others: readonly string[]) => {
    const known = new Set(others);
    const only = items.filter((item) => !known.has(item));
    return only.length === 0 ? undefined : `[${only.join(',')}]`;
  };
  const [published, rebuilt] = [less(a, b), less(b, a)];
  const kind = published === undefined && rebuilt === undefined ? 'order' : 'member';
  return { kind, element, member, ...sides(published, rebuilt) };
}

function sides(published: string | undefined, rebuilt: string | undefined) {
  return {
    ...(published === undefined ? {} : { published }),
    ...(rebuilt === undefined ? {} : { rebuilt }),
  };
}

/** The document without its lists of elements and relationships. */
function headOf({ packages: _, relationships: __, ...head }: JsonObject): JsonObject {
  return head;
}
