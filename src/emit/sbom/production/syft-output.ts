/** What the program syft prints of one tree: the elements of its own document, each with the record that its id is made of. */

import { Failure } from '../../../failure.ts';
import {
  isJsonObject,
  type JsonObject,
  listMember,
  objectMember,
  parseBoundedJson,
  textMember,
} from '../../../formats/bounded-json.ts';
import { mentionedLicenses } from './found-packages.ts';
import type { LibraryExtractedLicense, LibraryPackage } from './production-document.ts';

/** Both forms in which syft prints one scan: `-o spdx-json` and `-o syft-json`. */
export interface SyftOutput {
  readonly spdx: Uint8Array;
  readonly syft: Uint8Array;
}

/** Which cataloguers run, as the command's options; production's own selection as far as it is known. */
export const syftSelection: readonly string[] = [
  '--override-default-catalogers',
  'image',
  '--select-catalogers',
  '-sbom,-elf-package,-rpm',
];

/** An element as it was printed, and its record. */
export interface PrintedPackage {
  readonly element: LibraryPackage;
  readonly artifact: JsonObject;
  /** syft's kind of package: `python`, `go-module`. */
  readonly type: string;
}

export interface SyftListing {
  /** The version that the program prints of itself: `1.38.0`; empty where it prints none. */
  readonly version: string;
  /** In syft's order. */
  readonly printed: readonly PrintedPackage[];
  /** Licences of these elements that SPDX does not know, in syft's order. */
  readonly extracted: readonly LibraryExtractedLicense[];
}

/**
 * A scan's elements, without the scanned directory and without binaries, which belong to the package, and their licences.
 * Fails with `unsupported` where the output is not what syft writes.
 */
export function parseSyftOutput({ spdx, syft }: SyftOutput): SyftListing {
  const [document, listing] = [parseObject(spdx), parseObject(syft)];
  const artifacts = new Map(
    listMember(listing, 'artifacts')
      .filter(isJsonObject)
      .map((artifact) => [textMember(artifact, 'id') ?? '', artifact]),
  );
  const printed = listMember(document, 'packages').flatMap((element): PrintedPackage[] => {
    if (!isLibraryPackage(element))
      throw new Failure('unsupported', 'syft printed an element of an unexpected form');
    const artifact = artifacts.get(idDigits(element));
    // The directory itself is not an artifact.
    const printedOne = artifact && printedPackage(element, artifact);
    return printedOne === undefined ? [] : [printedOne];
  });
  const mentioned = mentionedIn(printed);
  return {
    version: textMember(objectMember(listing, 'descriptor') ?? {}, 'version') ?? '',
    printed,
    extracted: listMember(document, 'hasExtractedLicensingInfos')
      .filter(isExtractedLicense)
      .filter(({ licenseId }) => mentioned.has(licenseId)),
  };
}

/** An element with its record; undefined of a program that belongs to the package itself, and of a record that is not the element's. */
export function printedPackage(element: LibraryPackage, artifact: JsonObject): PrintedPackage | undefined {
  const type = textMember(artifact, 'type') ?? '';
  const isOwn = textMember(artifact, 'id') === idDigits(element);
  return isOwn && type !== 'binary' ? { element, artifact, type } : undefined;
}

function idDigits({ SPDXID }: LibraryPackage): string {
  return SPDXID.slice(SPDXID.lastIndexOf('-') + 1);
}

/** Ids that the SPDX list does not have, in the licences of elements. */
export function mentionedIn(printed: readonly PrintedPackage[]): ReadonlySet<string> {
  return new Set(printed.flatMap(({ element }) => mentionedLicenses(element)));
}

function parseObject(bytes: Uint8Array): JsonObject {
  const json = parseBoundedJson(bytes);
  if ('fault' in json || !isJsonObject(json.value)) {
    throw new Failure('unsupported', 'syft did not print the JSON that was asked for', {
      got: 'fault' in json ? json.fault : 'not an object',
    });
  }
  return json.value;
}

const textMembers = [
  'versionInfo',
  'supplier',
  'originator',
  'homepage',
  'sourceInfo',
  'licenseConcluded',
  'licenseDeclared',
  'copyrightText',
  'description',
];

/** Whether a value is an element, and what is read of it has its type. Keys are in the library's order already: the same library wrote them. */
export function isLibraryPackage(value: unknown): value is LibraryPackage {
  return (
    isJsonObject(value) &&
    [value['name'], value['SPDXID'], value['downloadLocation']].every((text) => typeof text === 'string') &&
    typeof value['filesAnalyzed'] === 'boolean' &&
    textMembers.every((key) => value[key] === undefined || typeof value[key] === 'string') &&
    isReferenceList(value['externalRefs'])
  );
}

function isReferenceList(value: unknown): boolean {
  const members = ['referenceCategory', 'referenceType', 'referenceLocator'];
  const isReference = (each: unknown) =>
    isJsonObject(each) && members.every((key) => typeof each[key] === 'string');
  return value === undefined || (Array.isArray(value) && value.every(isReference));
}

export function isExtractedLicense(value: unknown): value is LibraryExtractedLicense {
  return isJsonObject(value) && textMember(value, 'licenseId') !== undefined;
}
