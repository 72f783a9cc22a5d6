/** The package that a statement is about, as statements and the names of their files name it. */
import { Failure } from '../../failure.ts';
import {
  type Architecture,
  type FileName,
  ownFileName,
  packageFileName,
  parseArchitecture,
  parsePackageName,
  parsePackageVersion,
} from '../../names.ts';
import type { Subject } from '../../verdict/result.ts';
import { contradictsItself, type StatedPackage } from '../../verdict/stated.ts';

export interface StatementSubject {
  readonly digest: Subject['sha256'];
  /** `<name>-<version>.apk` where the package has a plain name and version, else a name of the digest: packages choose what they say of themselves. */
  readonly fileName: FileName;
  readonly architecture: Architecture | undefined;
  readonly subject: Subject;
}

/**
 * The subject of a result; undefined where its file could not be read, so that it has no digest. Fails with `usage` where a saved result contradicts itself:
 * it was changed by hand.
 */
export function statementSubject(result: StatedPackage): StatementSubject | undefined {
  const { subject, file } = result;
  if (subject === undefined) return undefined;
  const judged = contradictsItself(result);
  if (judged !== undefined)
    throw new Failure('usage', `the result of ${file} contradicts itself: it judges a different file`, {
      expected: subject.sha256,
      got: judged,
    });
  return {
    digest: subject.sha256,
    fileName: fileNameOf(subject),
    architecture: parseArchitecture(subject.architecture ?? ''),
    subject,
  };
}

/** Files of statements have longer names: the id of a key and an ending follow. */
const mostNameCharacters = 150;

function fileNameOf({ name = '', version = '', sha256 }: Subject): FileName {
  const [packageName, packageVersion] = [parsePackageName(name), parsePackageVersion(version)];
  const bySha256 = ownFileName(`sha256-${sha256}.apk`);
  if (packageName === undefined || packageVersion === undefined) return bySha256;
  const fileName = packageFileName({ name: packageName, version: packageVersion });
  return fileName.length > mostNameCharacters ? bySha256 : fileName;
}

/** A ResourceDescriptor of the in-toto attestation framework v1. */
export function subjectDescriptor({ digest, fileName, subject }: StatementSubject) {
  const { datahash, q1 } = subject;
  return {
    name: fileName,
    digest: { sha256: digest },
    ...(datahash === undefined && q1 === undefined ? {} : { annotations: { datahash, q1 } }),
  };
}
