/**
 * Traits of the builder: values that no recipe records and that show in the bytes. Each is one value for the whole
 * build, out of a closed list or of one recorded place; none covers a single file.
 */
import type { Apk } from '../../apk/apk.ts';
import { buildDate, pkgInfoValue } from '../../apk/pkginfo.ts';
import { type Format, formatOf } from '../../melange/format.ts';
import { type RecognisedVersion, recogniseVersion } from '../../melange/releases.ts';
import type { KeyName } from '../../names.ts';
import type { PublishedSbom, SbomGeneratorKind } from '../sbom/published-sbom.ts';
import { type OsRelease, type RecipeFile, recoverSbomInputs } from '../sbom/recover.ts';
import { isSbomOf } from '../sbom/sbom-entry.ts';
import {
  type DirectorySizeModel,
  type InferredDirectories,
  inferDirectories,
  type LargeDirectories,
} from './directory-size.ts';
import { inferOwner, type Owner, type OwnerNames, recordedNames } from './owner.ts';

export interface Traits {
  readonly melange: RecognisedVersion;
  /** As printed in the SBOM; emitted verbatim. */
  readonly printedVersion: string;
  readonly sbomGenerator: SbomGeneratorKind | 'none';
  readonly directorySize: DirectorySizeModel | 'unknown';
  /** The blocks that ext4 gave large directories by chance; undefined where it gave the fewest. */
  readonly largeDirectories: LargeDirectories | undefined;
  /** Seconds since 1970; undefined where the publisher gave no clock. */
  readonly clock: number | undefined;
  /** The zone of the SBOM's time: the builder's where no clock was given, 0 in every other build. */
  readonly zoneOffsetMinutes: number;
  readonly owner: Owner;
  readonly ownerNames: OwnerNames;
  readonly namespace: string;
  readonly recipeFile: RecipeFile;
  readonly recipeLicense: string;
  /** Order of licences whose text is in the SBOM: melange's own is random. */
  readonly extractedOrder: readonly string[];
  /** What the SBOM says of the build environment's os-release; used only where the environment is substituted. */
  readonly osRelease: OsRelease | undefined;
  readonly signature: { readonly algorithm: 'RSA' | 'RSA256'; readonly keyName: KeyName } | undefined;
  /** Whether MELANGE_VERSIONED_SHLIB_DEPENDS was set: the package then depends on `so-ver:` names. */
  readonly versionedShlibDepends: boolean;
}

/** Infers the traits. A trait that nothing shows keeps melange's default. */
export function inferTraits(apk: Apk, sbom: PublishedSbom | undefined): Traits {
  const recovered = sbom?.kind === 'readable' ? recoverSbomInputs(sbom) : undefined;
  const melange = recogniseVersion(recovered?.toolVersion);
  const clock = buildDate(apk.control.pkginfo);
  const maintainer = pkgInfoValue(apk.control.pkginfo, 'maintainer');
  const signature = apk.signature?.signatures[0];
  const directories = inferSize(apk);
  return {
    melange,
    printedVersion: recovered?.toolVersion ?? '',
    sbomGenerator: sbom === undefined ? 'none' : sbom.kind === 'readable' ? sbom.generator : 'unknown',
    directorySize: directories?.model ?? 'unknown',
    largeDirectories: directories?.large,
    clock,
    zoneOffsetMinutes: clock === undefined ? credibleZone(recovered?.created?.zoneOffsetMinutes) : 0,
    owner: ownerUnder(melange, apk),
    ownerNames: recordedNames(apk.data.entries),
    namespace: maintainer ?? recovered?.namespace ?? '',
    recipeFile: recovered?.recipeFile ?? { path: '', commit: '', repository: '' },
    recipeLicense: recovered?.recipeLicense ?? 'NOASSERTION',
    extractedOrder: recovered?.extractedOrder ?? [],
    osRelease: recovered?.osRelease,
    signature:
      signature === undefined ? undefined : { algorithm: signature.algorithm, keyName: signature.keyName },
    versionedShlibDepends: apk.control.pkginfo.lines.some(
      (line) => line.kind === 'field' && line.key === 'depend' && line.value.startsWith('so-ver:'),
    ),
  };
}

/** The traits of a builder that followed the rules of a different version. */
export function traitsUnder(melange: RecognisedVersion, traits: Traits, apk: Apk): Traits {
  return { ...traits, melange, owner: ownerUnder(melange, apk) };
}

function ownerUnder({ version }: RecognisedVersion, apk: Apk): Owner {
  return inferOwner(apk.data.entries, formatOf(version).owners, isSbomOf(apk));
}

/** The zone, or 0 where it is not credible: zones lie between UTC-12 and UTC+14, on quarters of an hour (IANA time zone database, for 1970 and since). */
function credibleZone(offset: number | undefined): number {
  if (offset === undefined || offset < -12 * 60 || offset > 14 * 60) return 0;
  return offset % 15 === 0 ? offset : 0;
}

function inferSize(apk: Apk): InferredDirectories | undefined {
  const size = Number(pkgInfoValue(apk.control.pkginfo, 'size'));
  return Number.isSafeInteger(size) ? inferDirectories(size, apk.data.entries) : undefined;
}

/** The switches of the version that was recognised. */
export function formatOfTraits(traits: Traits): Format {
  return formatOf(traits.melange.version);
}
