/**
 * What syft finds in a package besides the package: the elements of its own document, as they go into production's
 * (wolfi-dev/wolfictl v0.39.22 pkg/sbom/sbom.go; syft v1.38.0). The program itself is handed in.
 */
import { compareBytes } from '../../../bytes.ts';
import { canonicalJson } from '../../../canonical.ts';
import { type Sha256, sha256 } from '../../../digest.ts';
import { Failure } from '../../../failure.ts';
import {
  isJsonObject,
  type JsonObject,
  listMember,
  objectMember,
  parseBoundedJson,
  textMember,
} from '../../../formats/bounded-json.ts';
import { printCpe } from './cpe.ts';
import type { LibraryExtractedLicense, LibraryPackage } from './document.ts';
import { cpeReference } from './elements.ts';

/** One element that a scan gave, with what syft sorts by. */
export interface FoundPackage {
  readonly element: LibraryPackage;
  /** syft's kind of package: `python`, `go-module`. */
  readonly type: string;
  /** Where syft found it first. */
  readonly location: string;
}

/** syft sorts by name, version, type and location. */
export function compareFound(a: FoundPackage, b: FoundPackage): number {
  const keys = ({ element, type, location }: FoundPackage) => [
    element.name,
    element.versionInfo ?? '',
    type,
    location,
  ];
  const others = keys(b);
  return (
    keys(a)
      .map((key, index) => compareBytes(key, others[index]!))
      .find((order) => order !== 0) ?? 0
  );
}

/** What one program found in one tree. */
export interface Scan {
  /** As the program calls itself: `1.38.0`; empty where it does not say. */
  readonly version: string;
  /** In syft's order. */
  readonly found: readonly FoundPackage[];
  /** Licences of these that SPDX does not know, in syft's order. */
  readonly extracted: readonly LibraryExtractedLicense[];
}

export const emptyScan: Scan = { version: '', found: [], extracted: [] };

/** Both forms in which syft prints one scan: `-o spdx-json` and `-o syft-json`. */
export interface SyftOutput {
  readonly spdx: Uint8Array;
  readonly syft: Uint8Array;
}

/** Which cataloguers run, as the command's options; production's own selection, as far as it is known. */
export const syftSelection: readonly string[] = [
  '--override-default-catalogers',
  'image',
  '--select-catalogers',
  '-sbom,-elf-package,-rpm',
];

/**
 * A scan's elements, without the scanned directory and without binaries, which belong to the package, and their licences.
 * Fails with `unsupported` where the output is not what syft writes.
 */
export function parseSyftOutput({ spdx, syft }: SyftOutput): Scan {
  const [document, listing] = [parseObject(spdx), parseObject(syft)];
  const artifacts = new Map(
    listMember(listing, 'artifacts')
      .filter(isJsonObject)
      .map((artifact) => [textMember(artifact, 'id') ?? '', artifact]),
  );
  const found = listMember(document, 'packages').flatMap((element): FoundPackage[] => {
    if (!isLibraryPackage(element))
      throw new Failure('unsupported', 'syft printed an element of another form');
    const artifact = artifacts.get(element.SPDXID.slice(element.SPDXID.lastIndexOf('-') + 1));
    // The directory itself is not an artifact.
    if (artifact === undefined) return [];
    const type = textMember(artifact, 'type') ?? '';
    if (type === 'binary') return [];
    return [{ element: withGoCpes(element, type), type, location: firstLocation(artifact) }];
  });
  const mentioned = new Set(found.flatMap(({ element }) => mentionedLicenses(element)));
  return {
    version: textMember(objectMember(listing, 'descriptor') ?? {}, 'version') ?? '',
    found,
    extracted: listMember(document, 'hasExtractedLicensingInfos')
      .filter(isExtractedLicense)
      .filter(({ licenseId }) => mentioned.has(licenseId)),
  };
}

/** Ids that the SPDX list does not have, in the licence of an element. */
export function mentionedLicenses({
  licenseDeclared = '',
  licenseConcluded = '',
}: Pick<LibraryPackage, 'licenseDeclared' | 'licenseConcluded'>): string[] {
  return `${licenseDeclared} ${licenseConcluded}`.match(/LicenseRef-[A-Za-z0-9.-]+/g) ?? [];
}

function isExtractedLicense(value: unknown): value is LibraryExtractedLicense {
  return isJsonObject(value) && textMember(value, 'licenseId') !== undefined;
}

/**
 * What stands for the elements of a scan where two scans are held against each other: nothing of an element can be got
 * back from it.
 */
export function digestFound(elements: readonly unknown[]): Sha256 {
  return sha256(Buffer.from(canonicalJson(elements)));
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

/** Keys are in the library's order already: the same library wrote them. */
function isLibraryPackage(value: unknown): value is LibraryPackage {
  return (
    isJsonObject(value) &&
    [value['name'], value['SPDXID'], value['downloadLocation']].every((text) => typeof text === 'string') &&
    typeof value['filesAnalyzed'] === 'boolean'
  );
}

function firstLocation(artifact: JsonObject): string {
  const [first] = listMember(artifact, 'locations');
  return isJsonObject(first) ? (textMember(first, 'path') ?? '') : '';
}

/** Go's own modules are known by their packages (wolfi-dev/wolfictl v0.39.22 pkg/sbom/cpe.go). */
const goProducts: Readonly<Record<string, string>> = {
  'golang.org/x/crypto': 'crypto bcrypt openpgp scrypt ssh',
  'golang.org/x/net': 'networking bpf dns html http httpproxy http2 hpack proxy route trace webdev websocket',
  'golang.org/x/oauth2': 'oauth2 jws jwt',
};

/** The CPEs of one of Go's own modules; undefined for every other. */
export function goCpes(module: string, version: string): readonly string[] | undefined {
  if (!Object.hasOwn(goProducts, module)) return undefined;
  return goProducts[module]!.split(' ').map((product) =>
    printCpe({ vendor: 'golang', product, version, targetSoftware: 'go' }),
  );
}

function withGoCpes(element: LibraryPackage, type: string): LibraryPackage {
  const cpes = type === 'go-module' ? goCpes(element.name, element.versionInfo ?? '') : undefined;
  if (cpes === undefined) return element;
  const others = (element.externalRefs ?? []).filter(({ referenceType }) => referenceType !== 'cpe23Type');
  return { ...element, externalRefs: [...cpes.map(cpeReference), ...others] };
}
