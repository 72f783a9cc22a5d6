/** The elements that every document has, and what all elements share (melange pkg/sbom/package.go, document.go). */
import { fullVersion, type Recipe } from '../../claim/recipe/recipe.ts';
import { Failure } from '../../failure.ts';
import type { SbomFormat } from '../../melange/format.ts';
import { cpeText } from '../recipe-cpe.ts';
import { noAssertion, type SpdxChecksum, type SpdxPackage, type SpdxReference } from './document.ts';
import { elementId } from './identifiers.ts';
import type { DocumentInput } from './input.ts';
import { licenseExpression } from './licenses.ts';
import { normalizePurl, purlText } from './purl.ts';
import { titleCase } from './title-case.ts';

export interface ElementParts {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** Empty: no assertion, as for `downloadLocation`. */
  readonly licenseDeclared: string;
  readonly downloadLocation?: string;
  /** The namespace that originator and supplier are named after. */
  readonly namespace: string;
  readonly copyrightText?: string;
  readonly purpose: 'APPLICATION' | 'INSTALL' | 'SOURCE';
  readonly checksums?: readonly SpdxChecksum[];
  readonly purl: string;
  readonly cpe?: string | undefined;
}

/** An element with its keys in melange's order; what is empty is left out. */
export function packageElement(format: SbomFormat, parts: ElementParts): SpdxPackage {
  const references = [reference('PACKAGE-MANAGER', parts.purl, 'purl')];
  if (parts.cpe !== undefined) references.push(reference('SECURITY', parts.cpe, 'cpe23Type'));
  return {
    SPDXID: parts.id,
    name: parts.name,
    versionInfo: parts.version || undefined,
    filesAnalyzed: false,
    licenseConcluded: noAssertion,
    licenseDeclared: parts.licenseDeclared || noAssertion,
    description: undefined,
    downloadLocation: parts.downloadLocation || noAssertion,
    originator: organization(parts.namespace),
    supplier: organization(parts.namespace),
    copyrightText: parts.copyrightText || undefined,
    primaryPackagePurpose: format.sbom.purposes ? parts.purpose : undefined,
    checksums: parts.checksums?.length ? parts.checksums : undefined,
    externalRefs: references,
  };
}

function reference(category: string, locator: string, type: string): SpdxReference {
  return { referenceCategory: category, referenceLocator: locator, referenceType: type };
}

function organization(namespace: string): string {
  return `Organization: ${titleCase(namespace)}`;
}

/** The namespace that melange puts in place of an empty one. */
export function effectiveNamespace(namespace: string): string {
  return namespace === '' ? 'unknown' : namespace;
}

/** The operating system: from the guest's os-release, later from the namespace; undefined where there was none. */
export function osElement(input: DocumentInput): SpdxPackage | undefined {
  const { osElement: kind, osSupplier } = input.format.sbom;
  const namespace = effectiveNamespace(input.namespace);
  const release = kind === 'namespace' ? { id: namespace, versionId: '' } : input.osRelease;
  if (kind === 'none' || release === undefined) return undefined;
  const supplier = osSupplier ? organization(namespace) : undefined;
  return {
    SPDXID: 'SPDXRef-OperatingSystem',
    name: release.id,
    versionInfo: release.versionId || undefined,
    filesAnalyzed: false,
    licenseConcluded: noAssertion,
    licenseDeclared: noAssertion,
    description: 'Operating System',
    downloadLocation: noAssertion,
    originator: supplier,
    supplier,
    copyrightText: undefined,
    primaryPackagePurpose: 'OPERATING-SYSTEM',
    checksums: undefined,
    externalRefs: undefined,
  };
}

/** The package itself. */
export function apkElement(input: DocumentInput): SpdxPackage {
  const { format, recipe } = input;
  const { sbom } = format;
  const name = packageName(input);
  const version = fullVersion(recipe);
  const namespace = effectiveNamespace(input.namespace);
  const distro = sbom.distroQualifier && namespace !== 'unknown' ? { distro: namespace } : {};
  return packageElement(format, {
    id: elementId([...(sbom.componentIds ? ['apk'] : []), name, version]),
    name,
    version,
    licenseDeclared: licenseExpression(recipe, format),
    namespace,
    copyrightText: copyrightText(recipe, format),
    purpose: 'APPLICATION',
    // Not normalised: a namespace keeps its case.
    purl: purlText(
      { type: 'apk', namespace, name, version, qualifiers: { arch: input.architecture, ...distro } },
      sbom.purl,
    ),
    cpe: sbom.cpe ? cpeText(recipe) : undefined,
  });
}

export function packageName(input: DocumentInput): string {
  return input.subpackage?.name ?? input.recipe.package.name;
}

function copyrightText(recipe: Recipe, format: SbomFormat): string {
  const attestations = recipe.package.copyright.map((entry) => entry.attestation);
  const lines = (texts: readonly string[]) => texts.map((text) => `${text}\n`).join('');
  if (format.sbom.copyrightText === 'newline-each') return lines(attestations);
  return lines(attestations.filter((text) => text !== '')) || noAssertion;
}

/** The recipe's file in its repository; always a GitHub purl, whatever the host. */
export function recipeElement(input: DocumentInput): SpdxPackage {
  const { format, recipeFile } = input;
  const { path, commit, repository } = recipeFile;
  // melange writes no document without the recipe's purl, and the published document has one that melange does not write.
  if (repository === '')
    throw new Failure(
      'unsupported',
      'the SBOM does not name the recipe’s file and repository as melange does',
    );
  const namespace =
    format.sbom.recipeNamespace === 'as-given' ? input.namespace : effectiveNamespace(input.namespace);
  const slash = repository.indexOf('/');
  const purl = normalizePurl({
    type: 'github',
    namespace: repository.slice(0, Math.max(slash, 0)),
    name: repository.slice(slash + 1),
    version: commit,
    subpath: path,
  });
  return packageElement(format, {
    id: elementId([...(format.sbom.componentIds ? ['Melange'] : []), path, commit]),
    name: path,
    version: commit,
    licenseDeclared: input.recipeLicense,
    namespace,
    purpose: 'INSTALL',
    purl: purlText(purl, format.sbom.purl),
  });
}
