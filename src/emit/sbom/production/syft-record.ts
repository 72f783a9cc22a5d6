/** syft's record of an apk package and the id that is made of it (syft v1.38.0 syft/artifact/id.go, syft/pkg/apk.go). */
import {
  finishSet,
  type Hash64,
  type HashGeneration,
  hashDigits,
  hashField,
  hashInteger,
  hashSet,
  hashStruct,
  hashText,
  joinElements,
} from './hash.ts';
import type { DeclaredLicense } from './license.ts';

/** Every value that enters the id, including those that production leaves empty and other writers of records do not. */
export interface SyftRecord {
  readonly name: string;
  /** `<version>-r<epoch>`. */
  readonly version: string;
  readonly architecture: string;
  readonly origin: string;
  readonly maintainer: string;
  readonly url: string;
  readonly description: string;
  readonly commit: string;
  /** Undefined where the package names none. */
  readonly license: DeclaredLicense | undefined;
  readonly dependencies: readonly string[];
  readonly provides: readonly string[];
  readonly size: number;
  readonly installedSize: number;
  readonly checksum: string;
  /** The file that syft says it read. */
  readonly location: string;
  /** The hash of the paths, by `joinPaths`: one list serves many records. */
  readonly files: Hash64;
}

/** The id of a package, as it ends the SPDX id of its element: 16 hex digits. */
export function recordId(record: SyftRecord, generation: HashGeneration): string {
  const metadata = metadataFields(record, generation);
  const files = hashField('Files', finishSet(record.files, generation));
  return hashDigits(
    hashPackage({
      ...apkParts(record, generation),
      metadata: hashStruct(metadataType, [...metadata, files]),
    }),
  );
}

/** A record without its metadata. */
export function apkParts(
  { name, version, location, license }: SyftRecord,
  generation: HashGeneration,
): Omit<PackageParts, 'metadata'> {
  const licenses = license === undefined ? [] : [{ ...license, type: 'declared' }];
  return { name, version, locations: [location], licenses, type: 'apk', generation };
}

/** The parts that every record of syft has, whatever kind of package it describes. */
export interface PackageParts {
  readonly name: string;
  readonly version: string;
  readonly locations: readonly string[];
  readonly licenses: readonly (DeclaredLicense & { readonly type: string })[];
  /** syft's kind of package. */
  readonly type: string;
  readonly metadata: Hash64;
  readonly generation: HashGeneration;
}

export function hashPackage(parts: PackageParts): Hash64 {
  return hashStruct('Package', [...packageFields(parts), hashField('Metadata', parts.metadata)]);
}

/** All fields but the last. */
export function packageFields(parts: Omit<PackageParts, 'metadata'>): Hash64[] {
  const { generation } = parts;
  return [
    hashField('Name', hashText(parts.name)),
    hashField('Version', hashText(parts.version)),
    hashField('Locations', hashSet(parts.locations.map(hashText), generation)),
    hashField('Licenses', hashSet(parts.licenses.map(hashLicense), generation)),
    hashField('Type', hashText(parts.type)),
  ];
}

function hashLicense({ expression, value, type }: PackageParts['licenses'][number]): Hash64 {
  return hashStruct('License', [
    hashField('SPDXExpression', hashText(expression)),
    hashField('Value', hashText(value)),
    hashField('Type', hashText(type)),
  ]);
}

export const metadataType = 'ApkDBEntry';

/** All fields but the last, which are the files. */
export function metadataFields(record: SyftRecord, generation: HashGeneration): Hash64[] {
  return [
    hashField('Package', hashText(record.name)),
    hashField('OriginPackage', hashText(record.origin)),
    hashField('Maintainer', hashText(record.maintainer)),
    hashField('Version', hashText(record.version)),
    hashField('Architecture', hashText(record.architecture)),
    hashField('URL', hashText(record.url)),
    hashField('Description', hashText(record.description)),
    hashField('Size', hashInteger(record.size)),
    hashField('InstalledSize', hashInteger(record.installedSize)),
    hashField('Dependencies', hashSet(record.dependencies.map(hashText), generation)),
    hashField('Provides', hashSet(record.provides.map(hashText), generation)),
    hashField('Checksum', hashText(record.checksum)),
    hashField('GitCommit', hashText(record.commit)),
  ];
}

const noText = hashText('');
const noDigest = hashStruct('Digest', [hashField('Algorithm', noText), hashField('Value', noText)]);
/** Production's records say nothing about a file but its path. */
const otherFileFields = [
  hashField('OwnerUID', noText),
  hashField('OwnerGID', noText),
  hashField('Permissions', noText),
  hashField('Digest', noDigest),
];

/** One entry of a list of files. */
export function hashPath(path: string): Hash64 {
  return hashStruct('ApkFileRecord', [hashField('Path', hashText(path)), ...otherFileFields]);
}

/** Paths that differ from each other, in any order; the list of a record is finished with it. */
export function joinPaths(paths: readonly string[]): Hash64 {
  return joinElements(paths.map(hashPath));
}
