/**
 * The listing of a syft as production's generator of one form has it. That generator links syft as a library, which may know paths without a
 * leading slash, a different hash and a different record of Go programs than the program at hand, so the ids are computed again.
 */

import { type FormName, formOf, type ProductionForm } from '../../../claim/traits/record-variant.ts';
import type { Sha256 } from '../../../digest.ts';
import { isJsonObject, listMember, textMember } from '../../../formats/bounded-json.ts';
import { artifactId, artifactPaths, type GoSymbols, type IdRules } from './artifact-id.ts';
import { compareFound, digestFound, type FoundPackage, type Scan, withGoCpes } from './found-packages.ts';
import type { LibraryExtractedLicense, LibraryPackage } from './production-document.ts';
import type { PrintedPackage, SyftListing } from './syft-output.ts';

/** The choices that no document of production settles: one answer for each package. */
export interface Rendering {
  readonly slashes: 'kept' | 'stripped';
  readonly symbols: GoSymbols;
}

/** What production finds with programs of its own, read here. */
export type OwnScan = Pick<Scan, 'found' | 'extracted' | 'read'>;

/** It, by how paths are written. */
export type OwnScans = Readonly<Record<Rendering['slashes'], OwnScan>>;

/** The first rendering that gives elements with this digest (`digestFound`); the first of all where none does. */
export function chooseRendering(
  listing: SyftListing,
  { form, own, found }: { readonly form: FormName; readonly own: OwnScans; readonly found: Sha256 },
): { readonly rendering: Rendering; readonly fits: boolean } {
  const renderings = renderingsOf(listing, formOf({ form }));
  const fitting = renderings.find((rendering) => {
    const scan = renderScan(listing, { form, own, rendering });
    return digestFound(scan.found.map(({ element }) => element)) === found;
  });
  return { rendering: fitting ?? renderings[0]!, fits: fitting !== undefined };
}

export function renderScan(
  { version, printed, extracted }: SyftListing,
  given: { readonly form: FormName; readonly own: OwnScans; readonly rendering: Rendering },
): Scan {
  const { rendering } = given;
  const own = given.own[rendering.slashes];
  const form = formOf(given);
  const packages = printed.map((each) => renderPackage(each, form, rendering));
  return {
    version,
    found: own.found.length === 0 ? packages : [...packages, ...own.found].sort(compareFound),
    extracted: joinLicenses(extracted, own.extracted),
    read: own.read,
  };
}

/** Documents with paths that have no slash are known of forms C and D; what programs print comes first. */
function renderingsOf(listing: SyftListing, form: ProductionForm): Rendering[] {
  const records = listing.printed.filter(({ artifact }) => artifact['metadataType'] === goMetadata);
  const known: readonly GoSymbols[] = ['printed', 'absent', 'empty'];
  const own = records.map((each) => naturalRules(each)?.symbols)[0] ?? 'printed';
  const symbols = records.length === 0 ? [own] : [own, ...known.filter((each) => each !== own)];
  const slashes = form.guessesCpes ? (['kept', 'stripped'] as const) : (['stripped'] as const);
  return slashes.flatMap((each) => symbols.map((answer) => ({ slashes: each, symbols: answer })));
}

const goMetadata = 'go-module-buildinfo-entry';

/** The rules found for each record: one record is rendered in several ways. */
const rulesOfRecords = new WeakMap<PrintedPackage, { readonly rules: IdRules | undefined }>();

/** The rules by which the printed id follows from the printed record; undefined where it does not follow from it. */
function naturalRules(printed: PrintedPackage): IdRules | undefined {
  const known = rulesOfRecords.get(printed) ?? { rules: findRules(printed) };
  rulesOfRecords.set(printed, known);
  return known.rules;
}

function findRules({ artifact }: PrintedPackage): IdRules | undefined {
  const path = (printed: string) => printed;
  return ([0, 1] as const)
    .flatMap((generation) =>
      (['printed', 'absent'] as const).map((symbols): IdRules => ({ generation, symbols, path })),
    )
    .find((rules) => artifactId(artifact, rules) === textMember(artifact, 'id'));
}

function renderPackage(
  printed: PrintedPackage,
  form: ProductionForm,
  { slashes, symbols }: Rendering,
): FoundPackage {
  const { artifact, type } = printed;
  const path = (text: string) => (slashes === 'kept' ? text : text.replace(/^\//, ''));
  // An id that is not understood is left as it is: what it would become is not known.
  const natural = naturalRules(printed);
  const id = natural && artifactId(artifact, { generation: form.hashGeneration, symbols, path });
  const places = artifactPaths(artifact);
  const named = withPaths(printed.element, places.join(', '), places.map(path).join(', '));
  const element = withCpes(id === undefined ? named : withId(named, id), printed, form);
  return { element: withGoCpes(element, type), type, location: path(places[0] ?? '') };
}

function withPaths(element: LibraryPackage, printed: string, wanted: string): LibraryPackage {
  const { sourceInfo } = element;
  if (sourceInfo?.endsWith(`: ${printed}`) !== true) return element;
  return { ...element, sourceInfo: sourceInfo.slice(0, -printed.length) + wanted };
}

function withId(element: LibraryPackage, id: string): LibraryPackage {
  return { ...element, SPDXID: element.SPDXID.slice(0, -id.length) + id };
}

/** An element with its CPEs. Guesses are left out where the form has none; what a dictionary or syft itself says of a package stays. */
function withCpes(
  element: LibraryPackage,
  { artifact }: PrintedPackage,
  { guessesCpes }: ProductionForm,
): LibraryPackage {
  if (guessesCpes) return element;
  const guessed = new Set(
    listMember(artifact, 'cpes')
      .filter(isJsonObject)
      .filter((each) => textMember(each, 'source') === 'syft-generated')
      .map((each) => textMember(each, 'cpe')),
  );
  const { externalRefs = [], ...others } = element;
  const kept = externalRefs.filter(({ referenceLocator }) => !guessed.has(referenceLocator));
  return kept.length === 0 ? others : { ...others, externalRefs: kept };
}

/** The licences of all, each once. */
function joinLicenses(
  listed: readonly LibraryExtractedLicense[],
  own: readonly LibraryExtractedLicense[],
): LibraryExtractedLicense[] {
  const listedIds = new Set(listed.map(({ licenseId }) => licenseId));
  return [...listed, ...own.filter(({ licenseId }) => !listedIds.has(licenseId))];
}
