/** What a published document says of syft's record of its package. */
import type { Apk } from '../../apk/apk.ts';
import { entryPath } from '../../apk/entry-rules.ts';
import type { Claim } from '../../claim/claim.ts';
import { isFound } from '../../claim/sbom/found.ts';
import { sbomEntryOf } from '../../claim/sbom/sbom-entry.ts';
import {
  type ProductionForm,
  type RecordVariant,
  recordQuestions,
} from '../../claim/traits/record-variant.ts';
import { formatOfTraits } from '../../claim/traits/traits.ts';
import type { Sha256 } from '../../digest.ts';
import type { RecordSubject } from '../../emit/sbom/production/apk-record.ts';
import { digestFound, mentionedLicenses } from '../../emit/sbom/production/found-packages.ts';
import { pathsBeforeSbom } from '../../emit/sbom/production/tree-paths.ts';
import { isJsonObject, listMember, parseBoundedJson } from '../../formats/bounded-json.ts';

/** A published record, and everything from which it should follow. */
export interface PublishedRecord {
  readonly subject: RecordSubject;
  /** 16 hex digits. */
  readonly id: string;
  /** Undefined where the document names neither of the known programs. */
  readonly head: RecordVariant['head'] | undefined;
  readonly root: ProductionForm['root'] | undefined;
  readonly cpes: readonly string[];
  /** Ids of the licences whose texts the document has. */
  readonly licenseTexts: readonly string[];
  /** Ids of such licences in the elements that the scan found. */
  readonly foundLicenses: readonly string[];
  /** The lists of paths that the tree can have had before the SBOM; the likeliest first. */
  readonly pathLists: readonly (readonly string[])[];
}

/** The record in a package's SBOM; undefined where production did not write the SBOM, or it has no such record. */
export function publishedRecord(apk: Apk, claim: Claim): PublishedRecord | undefined {
  const { sbom, name, version, recipe, architecture, traits } = claim;
  if (sbom?.kind !== 'readable' || sbom.generator !== 'production') return undefined;
  const element = sbom.elements.find(
    (each) =>
      each.sourceInfo?.endsWith('/.PKGINFO') === true && each.name === name && each.version === version,
  );
  const id = /^SPDXRef-Package-apk-.*-([0-9a-f]{16})$/.exec(element?.id ?? '')?.[1];
  const sbomEntry = sbomEntryOf(apk);
  if (element === undefined || id === undefined || sbomEntry === undefined) return undefined;
  return {
    subject: { format: formatOfTraits(traits), recipe, name, architecture },
    id,
    head: headOf(sbom.creators),
    root: sbom.rootAttachment,
    cpes: element.cpes,
    licenseTexts: sbom.extractedLicenses.map(({ id: each }) => each),
    foundLicenses: sbom.elements
      .filter(({ sourceInfo }) => isFound({ sourceInfo }))
      .flatMap(({ license }) => mentionedLicenses({ licenseDeclared: license })),
    pathLists: pathsBeforeSbom(apk.data.entries.map(entryPath), entryPath(sbomEntry)),
  };
}

function headOf(creators: readonly string[]): RecordVariant['head'] | undefined {
  return recordQuestions.head.find((name) =>
    creators.some((creator) => creator.startsWith(`Tool: ${name} (`)),
  );
}

/** The digest of the elements in the published SBOM that production's scan found; see `digestFound`. */
export function publishedScan(apk: Apk): Sha256 {
  const content = sbomEntryOf(apk)?.content;
  const json = content === undefined ? undefined : parseBoundedJson(content);
  const document = json !== undefined && 'value' in json && isJsonObject(json.value) ? json.value : {};
  return digestFound(listMember(document, 'packages').filter(isJsonObject).filter(isFound));
}
