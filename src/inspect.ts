/** Inspects what a package is and says, whether or not it can be rebuilt; works wherever Node does. */

import type { Apk, Section } from './apk/apk.ts';
import type { ApkEntry } from './apk/apk-entry.ts';
import { q1, recordedChecksum } from './apk/checksum.ts';
import { entryPath } from './apk/entry-rules.ts';
import type { PkgInfoLine } from './apk/pkginfo.ts';
import { recordedXattrs } from './apk/xattrs.ts';
import type { Link } from './claim/chain.ts';
import type { Claim } from './claim/claim.ts';
import type { ClaimFinding } from './claim/findings.ts';
import type { Scan } from './emit/sbom/production/found-packages.ts';
import { type Failure, failureOfPackage } from './failure.ts';
import type { RunOptions } from './flow/run-options.ts';
import { examineSubject, runOpener, unexamined } from './flow/subject.ts';
import type { Examined } from './flow/target.ts';
import { scanNamed } from './inference/language-scan.ts';
import { type PathWitness, witnessPaths } from './inference/production/witness.ts';
import { type RegeneratedSbom, regenerateSbom } from './inference/regenerated-sbom.ts';
import type { TakenPackage } from './verdict/result.ts';

export interface Inspection {
  readonly file: string;
  /** What a name was taken for; absent where a file or an address was named. */
  readonly taken?: TakenPackage;
  /** Why reading stopped; what was read before that is present. */
  readonly failure: Failure | undefined;
  readonly package: InspectedPackage | undefined;
  readonly chain: readonly Link[];
  readonly claim: InspectedClaim | undefined;
  readonly sbom: InspectedSbom | undefined;
  readonly findings: readonly ClaimFinding[];
}

export interface InspectedPackage {
  readonly size: number;
  readonly sha256: string;
  /** The checksum as an index records it. */
  readonly checksum: string;
  readonly sections: readonly InspectedSection[];
  readonly signatures: readonly {
    readonly algorithm: string;
    readonly keyName: string;
    readonly bytes: number;
  }[];
  readonly pkginfo: readonly PkgInfoLine[];
}

export interface InspectedSection {
  readonly name: 'signature' | 'control' | 'data';
  readonly start: number;
  readonly end: number;
  readonly gzip: Section['gzip'];
  readonly sha256: string;
  readonly tarSha256: string;
  readonly tarBytes: number;
  readonly zeroBlocks: number;
  readonly entries: readonly InspectedEntry[];
}

export interface InspectedEntry {
  readonly path: string;
  readonly type: string;
  /** Octal text. */
  readonly mode: string;
  readonly owner: string;
  readonly ownerNames: string;
  readonly size: number;
  readonly mtime: number;
  readonly link: string | undefined;
  readonly device: string | undefined;
  readonly sha256: string | undefined;
  readonly checksum: string | undefined;
  /** Extended attributes, values in hex. */
  readonly xattrs: readonly { readonly name: string; readonly value: string }[];
}

export interface InspectedClaim {
  readonly origin: string;
  readonly recipeSha256: string;
  readonly environment: readonly string[];
  readonly steps: number;
  readonly subpackages: readonly string[];
  readonly melange: string;
  readonly sbomGenerator: Claim['traits']['sbomGenerator'];
  readonly directorySize: Claim['traits']['directorySize'];
  readonly clock: number | undefined;
  readonly owner: string;
  readonly namespace: string;
  readonly recipeFile: Claim['traits']['recipeFile'];
}

/** What the SBOM shows without a rebuild. */
export interface InspectedSbom {
  readonly paths: PathWitness;
  readonly regenerated: RegeneratedSbom;
}

/** Inspects files. A defect of a file is never a failure of the inspection. */
export async function inspect(files: readonly string[], given: RunOptions): Promise<Inspection[]> {
  const open = runOpener({ ...given, allowUnsigned: true });
  const inspections: Inspection[] = [];
  for (const file of files) {
    const opened = await open(file);
    try {
      const examined = await examineSubject(file, opened);
      const { apk, claim, source } = examined;
      const read = apk === undefined || claim === undefined ? undefined : { apk, claim };
      const scan = read && (await scanNamed(source, read));
      inspections.push(inspectExamined(examined, scan));
    } catch (thrown) {
      const failure = failureOfPackage(thrown, given.machine.signal);
      if (failure.class === 'internal')
        given.onProgress({ kind: 'defect', subject: file, thrown: failure.cause ?? failure });
      inspections.push(inspectExamined(unexamined(file, failure)));
    }
  }
  return inspections;
}

/**
 * The inspection of an examined file. @param
 * scan the elements found in the files that its SBOM names
 */
export function inspectExamined(
  { file, taken, apk, claim, chain, noticed, failure }: Examined,
  scan?: Scan,
): Inspection {
  return {
    file,
    ...(taken === undefined ? {} : { taken }),
    failure,
    package: apk === undefined ? undefined : inspectPackage(apk),
    chain,
    claim: claim === undefined ? undefined : inspectClaim(claim),
    sbom:
      apk === undefined || claim === undefined
        ? undefined
        : { paths: witnessPaths(apk, claim), regenerated: regenerateSbom(apk, claim, scan) },
    findings: [...(claim?.findings ?? []), ...noticed],
  };
}

function inspectPackage(apk: Apk): InspectedPackage {
  const sections = [
    ...(apk.signature === undefined ? [] : [inspectSection('signature', apk.signature)]),
    inspectSection('control', apk.control),
    inspectSection('data', apk.data),
  ];
  return {
    size: apk.size,
    sha256: apk.sha256,
    checksum: q1(apk.control.sha1),
    sections,
    signatures: (apk.signature?.signatures ?? []).map(({ algorithm, keyName, bytes }) => ({
      algorithm,
      keyName,
      bytes: bytes.length,
    })),
    pkginfo: apk.control.pkginfo.lines,
  };
}

function inspectSection(name: InspectedSection['name'], section: Section): InspectedSection {
  return {
    name,
    start: section.start,
    end: section.end,
    gzip: section.gzip,
    sha256: section.sha256,
    tarSha256: section.tarSha256,
    tarBytes: section.tar.size,
    zeroBlocks: section.tar.zeroBlocks,
    entries: section.entries.map(inspectEntry),
  };
}

function inspectEntry(entry: ApkEntry): InspectedEntry {
  const device = entry.type === '3' || entry.type === '4';
  return {
    path: entryPath(entry),
    type: entry.type,
    mode: entry.mode.toString(8).padStart(4, '0'),
    owner: `${entry.uid}:${entry.gid}`,
    ownerNames: `${entry.uname}:${entry.gname}`,
    size: entry.size,
    mtime: entry.mtime,
    link: entry.linkname === '' ? undefined : entry.linkname,
    device: device ? `${entry.devmajor}:${entry.devminor}` : undefined,
    sha256: entry.type === '0' ? entry.sha256 : undefined,
    checksum: recordedChecksum(entry),
    xattrs: recordedXattrs(entry).map(({ name, value }) => ({
      name,
      value: Buffer.from(value).toString('hex'),
    })),
  };
}

function inspectClaim({ recipe, recipeSha256, traits }: Claim): InspectedClaim {
  return {
    origin: recipe.package.name,
    recipeSha256,
    environment: recipe.environment.contents.packages,
    steps: recipe.pipeline.length,
    subpackages: recipe.subpackages.map(({ name }) => name),
    melange: traits.printedVersion,
    sbomGenerator: traits.sbomGenerator,
    directorySize: traits.directorySize,
    clock: traits.clock,
    owner: `${traits.owner.uid}:${traits.owner.gid}`,
    namespace: traits.namespace,
    recipeFile: traits.recipeFile,
  };
}
