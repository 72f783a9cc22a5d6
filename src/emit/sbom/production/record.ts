/** syft's record of an apk package and the id that is made of it (syft v1.38.0 syft/artifact/id.go, syft/pkg/apk.go). */
import {
  emptySet,
  type Hash64,
  hashDigits,
  hashField,
  hashInteger,
  hashSet,
  hashStruct,
  hashText,
} from './hash.ts';
import type { DeclaredLicense } from './license.ts';

/** Every value that enters the id. What production leaves empty is here for records that others made. */
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
  /** Of the paths, by `hashPaths`: one list serves many records. */
  readonly files: Hash64;
}

/** The id of a package, as it ends the SPDX id of its element: 16 hex digits. */
export function recordId(record: SyftRecord): string {
  const licenses = record.license === undefined ? emptySet : hashSet([hashLicense(record.license)]);
  const hash = hashStruct('Package', [
    hashField('Name', hashText(record.name)),
    hashField('Version', hashText(record.version)),
    hashField('Locations', hashSet([hashText(record.location)])),
    hashField('Licenses', licenses),
    hashField('Type', hashText('apk')),
    hashField('Metadata', hashMetadata(record)),
  ]);
  return hashDigits(hash);
}

function hashLicense({ expression, value }: DeclaredLicense): Hash64 {
  return hashStruct('License', [
    hashField('SPDXExpression', hashText(expression)),
    hashField('Value', hashText(value)),
    hashField('Type', hashText('declared')),
  ]);
}

function hashMetadata(record: SyftRecord): Hash64 {
  return hashStruct('ApkDBEntry', [
    hashField('Package', hashText(record.name)),
    hashField('OriginPackage', hashText(record.origin)),
    hashField('Maintainer', hashText(record.maintainer)),
    hashField('Version', hashText(record.version)),
    hashField('Architecture', hashText(record.architecture)),
    hashField('URL', hashText(record.url)),
    hashField('Description', hashText(record.description)),
    hashField('Size', hashInteger(record.size)),
    hashField('InstalledSize', hashInteger(record.installedSize)),
    hashField('Dependencies', hashSet(record.dependencies.map(hashText))),
    hashField('Provides', hashSet(record.provides.map(hashText))),
    hashField('Checksum', hashText(record.checksum)),
    hashField('GitCommit', hashText(record.commit)),
    hashField('Files', record.files),
  ]);
}

const noText = hashText('');
const noDigest = hashStruct('Digest', [hashField('Algorithm', noText), hashField('Value', noText)]);
/** Production's records say nothing of a file but its path. */
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

/** A list of files, in any order. */
export function hashPaths(paths: readonly string[]): Hash64 {
  return hashSet(paths.map(hashPath));
}
