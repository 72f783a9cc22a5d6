/** Two documents of production that differ only in syft's ids. */

import { isFound } from '../claim/sbom/found.ts';
import {
  isJsonObject,
  type JsonObject,
  listMember,
  parseBoundedJson,
  textMember,
} from '../formats/bounded-json.ts';

/** The end of an SPDX id that syft made: a hash of the record of its package. */
const syftId = /^(SPDXRef-Package-.*-)[0-9a-f]{16}$/;

/** An element that differs only in its id. */
export interface OtherId {
  /** The element's id as published. Attacker-controlled. */
  readonly element: string;
  /** 16 hex digits. */
  readonly published: string;
  readonly rebuilt: string;
}

/**
 * The elements in whose ids two documents differ, where that is their only difference; undefined where something else
 * or nothing differs, and for bytes that are not a document.
 */
export function otherIds(published: Uint8Array, rebuilt: Uint8Array): readonly OtherId[] | undefined {
  const [left, right] = [parseDocument(published), parseDocument(rebuilt)];
  if (left === undefined || right === undefined) return undefined;
  const pairs = idPairs(left, right);
  if (pairs.length === 0) return undefined;
  // No document can contain these texts: they are not JSON.
  const masks = new Map(pairs.map(([id], at) => [id, `<${at}>`]));
  const others = new Map(pairs.map(([id, other]) => [other, masks.get(id)!]));
  if (masks.size !== pairs.length || others.size !== pairs.length) return undefined;
  if (textWithout(published, masks) !== textWithout(rebuilt, others)) return undefined;
  return pairs.map(([id, other]) => ({ element: id, published: id.slice(-16), rebuilt: other.slice(-16) }));
}

/** Whether a rebuilt document says the same as a published one, apart from syft's ids and from what a scan found. */
export function sameButForIds(published: Uint8Array): (rebuilt: Uint8Array) => boolean {
  const left = scanless(published);
  return (rebuilt) => {
    const right = scanless(rebuilt);
    if (left === undefined || right === undefined) return false;
    const ids = new Map(idPairs(left, right));
    return withIds(left, ids) === withIds(right, new Map());
  };
}

function scanless(bytes: Uint8Array): JsonObject | undefined {
  const document = parseDocument(bytes);
  return document === undefined ? undefined : withoutFound(document);
}

function withIds(document: JsonObject, ids: ReadonlyMap<string, string>): string {
  return JSON.stringify(document, (_, value: unknown) =>
    typeof value === 'string' ? (ids.get(value) ?? value) : value,
  );
}

function parseDocument(bytes: Uint8Array): JsonObject | undefined {
  const json = parseBoundedJson(bytes);
  return 'fault' in json || !isJsonObject(json.value) ? undefined : json.value;
}

/** The pairs of ids of elements at the same place that are equal apart from the hash. */
function idPairs(left: JsonObject, right: JsonObject): (readonly [string, string])[] {
  const others = elementIds(right);
  return elementIds(left).flatMap((id, at) => {
    const other = others[at] ?? '';
    const start = syftId.exec(id)?.[1];
    return start !== undefined && id !== other && start === syftId.exec(other)?.[1]
      ? [[id, other] as const]
      : [];
  });
}

function elementIds(document: JsonObject): string[] {
  return listMember(document, 'packages').map((each) =>
    isJsonObject(each) ? (textMember(each, 'SPDXID') ?? '') : '',
  );
}

/** The text in which each id that is a whole JSON string is replaced. */
function textWithout(bytes: Uint8Array, masks: ReadonlyMap<string, string>): string {
  const text = Buffer.from(bytes).toString('latin1');
  return text.replace(/"(SPDXRef-Package-[A-Za-z0-9.-]*)"/g, (whole, id: string) => masks.get(id) ?? whole);
}

/** The document without the elements of a scan and without what mentions them. */
function withoutFound(document: JsonObject): JsonObject {
  const packages = listMember(document, 'packages').filter((each) => !isJsonObject(each) || !isFound(each));
  const found = new Set(
    listMember(document, 'packages').flatMap((each) =>
      isJsonObject(each) && isFound(each) ? [textMember(each, 'SPDXID')] : [],
    ),
  );
  const relationships = listMember(document, 'relationships').filter(
    (each) => !isJsonObject(each) || !found.has(textMember(each, 'relatedSpdxElement')),
  );
  return { ...document, packages, relationships };
}
