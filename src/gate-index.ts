/** Makes an index of a repository that lists only what enough rebuilders confirm, so that apk installs nothing else. */
import { join } from 'node:path';
import type { Apk } from './apk/apk.ts';
import { readApk } from './apk/read-apk.ts';
import { decideSubject, type SubjectDecision, type Terms } from './attest/decision/decide-subject.ts';
import { collectVotes, type StatementFile, type Votes } from './attest/decision/statement-votes.ts';
import { VoteIndex } from './attest/decision/vote-index.ts';
import type { TrustedRebuilders } from './attest/trust/trusted-keys.ts';
import { emitIndex, type IndexSigner, indexRecord } from './emit/index-archive.ts';
import { isFaultOfFile } from './failure.ts';
import { writeBelow } from './folders.ts';
import { packageNames } from './index-folder.ts';
import { fileSource } from './inputs/store/files.ts';
import { ownFileName } from './names.ts';
import { requirePossible } from './verify-attestation.ts';

export interface GateOptions extends Terms {
  readonly trust: TrustedRebuilders;
  /** Seconds since 1970. */
  readonly now: number;
  /** The key of the user, by whose word apk installs. */
  readonly signer: IndexSigner;
  /** Where `APKINDEX.tar.gz` is written; the folder of the packages where there is none. */
  readonly out?: string;
}

/** A package that the index lists, or not, and what rebuilders say of it. */
export interface GatedPackage {
  /** The name of its file. */
  readonly file: string;
  /** Undefined for what cannot be read as a package. */
  readonly decision: SubjectDecision | undefined;
}

export interface GatedIndex extends Omit<Votes, 'votes'> {
  /** Undefined where a statement is refused: then nothing is written. */
  readonly path: string | undefined;
  readonly require: number;
  readonly listed: readonly GatedPackage[];
  readonly leftOut: readonly GatedPackage[];
}

/**
 * Writes the index over the packages of a folder (`<repository>/<arch>`). Records are made of the files themselves, by the SHA-256 of all their bytes: an index
 * that is there already is not believed, since it names packages by a SHA-1. Fails with `usage` where there is no package.
 */
export async function gateIndex(
  folder: string,
  statements: readonly StatementFile[],
  options: GateOptions,
): Promise<GatedIndex> {
  const { trust, require, noDissent, now, signer, out = folder } = options;
  requirePossible(require, trust);
  const names = packageNames(folder);
  const { votes: counted, ignored, refused } = collectVotes(statements, trust, now);
  if (refused.length > 0) return { path: undefined, require, listed: [], leftOut: [], ignored, refused };
  const votes = new VoteIndex(counted);
  const records: string[] = [];
  const [listed, leftOut]: [GatedPackage[], GatedPackage[]] = [[], []];
  for (const file of names) {
    const apk = await readSound(join(folder, file));
    const decision =
      apk === undefined
        ? undefined
        : decideSubject({ sha256: apk.sha256, name: file }, votes, { require, noDissent });
    if (apk !== undefined && decision?.outcome === 'confirmed') {
      records.push(indexRecord(apk));
      listed.push({ file, decision });
    } else leftOut.push({ file, decision });
  }
  const path = await writeBelow(out, ownFileName('APKINDEX.tar.gz'), [emitIndex(records, '', signer)]);
  return { path, require, listed, leftOut, ignored, refused };
}

/** A package; undefined where the file is not one, which costs no other its place. */
async function readSound(path: string): Promise<Apk | undefined> {
  try {
    return await readApk(fileSource(path));
  } catch (failure) {
    if (isFaultOfFile(failure)) return undefined;
    throw failure;
  }
}
