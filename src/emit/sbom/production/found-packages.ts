/** What production's scan finds in a package besides the package (wolfi-dev/wolfictl v0.39.22 pkg/sbom/sbom.go; syft v1.38.0). */
import { compareBytes } from '../../../bytes.ts';
import { canonicalJson } from '../../../canonical.ts';
import { type Sha256, sha256 } from '../../../digest.ts';
import { printCpe } from './cpe.ts';
import type { LibraryExtractedLicense, LibraryPackage } from './production-document.ts';
import { cpeReference } from './production-elements.ts';

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
  /** The version that the program prints of itself: `1.38.0`; empty where it prints none. */
  readonly version: string;
  /** In syft's order. */
  readonly found: readonly FoundPackage[];
  /** Licences of these elements that SPDX does not know, in syft's order. */
  readonly extracted: readonly LibraryExtractedLicense[];
  /** The paths that were read here from the files themselves. */
  readonly read: ReadPaths;
}

export type Reader = 'go' | 'dist-info' | 'wheel' | 'gem' | 'npm';

/** The reader that read a path as a whole; it does not exclude that something else is found there. */
export type ReadPaths = ReadonlyMap<string, Reader>;

export const emptyScan: Scan = { version: '', found: [], extracted: [], read: new Map() };

/** Ids that the SPDX list does not have, in the licence of an element. */
export function mentionedLicenses({
  licenseDeclared = '',
  licenseConcluded = '',
}: Pick<LibraryPackage, 'licenseDeclared' | 'licenseConcluded'>): string[] {
  return `${licenseDeclared} ${licenseConcluded}`.match(/LicenseRef-[A-Za-z0-9.-]+/g) ?? [];
}

/**
 * A digest of the elements of a scan, by which two scans are compared: no part of an element can be recovered
 * from it.
 */
export function digestFound(elements: readonly unknown[]): Sha256 {
  return sha256(Buffer.from(canonicalJson(elements)));
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

/** An element with wolfictl's CPEs, where wolfictl has some for that name. */
export function withGoCpes(element: LibraryPackage, type: string): LibraryPackage {
  const cpes = type === 'go-module' ? goCpes(element.name, element.versionInfo ?? '') : undefined;
  if (cpes === undefined) return element;
  const others = (element.externalRefs ?? []).filter(({ referenceType }) => referenceType !== 'cpe23Type');
  return { ...element, externalRefs: [...cpes.map(cpeReference), ...others] };
}
