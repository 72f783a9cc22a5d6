/** Makes an index of a repository that lists only what enough rebuilders confirm, so that apk installs nothing else. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Apk } from './apk/apk.ts';
import { pkgInfoValue } from './apk/pkginfo.ts';
import { readApk } from './apk/read-apk.ts';
import { decideSubject, type SubjectDecision, type Terms } from './attest/decision/decide-subject.ts';
import { collectVotes, type StatementFile, type Votes } from './attest/decision/statement-votes.ts';
import { VoteIndex } from './attest/decision/vote-index.ts';
import type { TrustedRebuilders } from './attest/trust/trusted-keys.ts';
import { emitIndex, type IndexSigner, indexRecord } from './emit/index-archive.ts';
import { Failure, isFaultOfFile } from './failure.ts';
import type { RunOptions } from './flow/run-options.ts';
import { type NotServed, servedPackages } from './flow/served-packages.ts';
import { writeBelow } from './folders.ts';
import { packageNames } from './index-folder.ts';
import { fileSource, isAddress } from './inputs/store/files.ts';
import { ownFileName } from './names.ts';
import { requirePossible } from './verify-attestation.ts';

export interface GateOptions extends Terms {
  readonly trust: TrustedRebuilders;
  /** Seconds since 1970. */
  readonly now: number;
  /** The key of the user, by whose word apk installs. */
  readonly signer: IndexSigner;
  /** Where `APKINDEX.tar.gz` is written; the folder of the packages where there is none. Packages of a server need one. */
  readonly out?: string;
  /** How a server is asked, and by whose word its index is believed; for packages of a server only. */
  readonly run?: RunOptions;
}

/**
 * Why a package is left out before anybody's votes on its bytes are counted: nothing readable; a different package than its file is named after, which apk would not
 * find there; no file, such as a link; a server's index lists it and the server has none, or a different one; no statement that counts is about it.
 */
export type LeftOutReason =
  | 'unreadable'
  | 'misnamed'
  | 'not-a-file'
  | 'no-statement'
  | Exclude<NotServed, 'not-wanted'>;

/** A package that the index lists, or not, and what rebuilders say of it. */
export interface GatedPackage {
  /** The name of its file. */
  readonly file: string;
  /** Undefined where `why` says why it is left out. */
  readonly decision: SubjectDecision | undefined;
  readonly why?: LeftOutReason;
}

export interface GatedIndex extends Omit<Votes, 'votes'> {
  /** Undefined where a statement is refused: then nothing is written. */
  readonly path: string | undefined;
  readonly require: number;
  readonly listed: readonly GatedPackage[];
  readonly leftOut: readonly GatedPackage[];
}

/**
 * Writes the index over packages of `<repository>/<arch>`: those of a folder, or those that the index of a server lists, of which only what statements are about is
 * fetched. Records are made of the files themselves, by the SHA-256 of all their bytes: no index that is there already is believed for what it says of a file, since it
 * names packages by a SHA-1. Fails with `usage` where there is no package, and as `servedPackages` does.
 */
export async function gateIndex(
  place: string,
  statements: readonly StatementFile[],
  options: GateOptions,
): Promise<GatedIndex> {
  const { trust, require, noDissent, now, signer } = options;
  requirePossible(require, trust);
  const out = folderFor(place, options);
  const { votes: counted, ignored, refused } = collectVotes(statements, trust, now);
  if (refused.length > 0) return { path: undefined, require, listed: [], leftOut: [], ignored, refused };
  const votes = new VoteIndex(counted);
  const records: string[] = [];
  const [listed, leftOut]: [GatedPackage[], GatedPackage[]] = [[], []];
  for (const offered of await offeredBy(place, votes, options.run)) {
    const { file } = offered;
    const apk = 'path' in offered ? await readNamed(file, offered.path) : offered.why;
    if (typeof apk === 'string') {
      leftOut.push({ file, decision: undefined, why: apk });
      continue;
    }
    const decision = decideSubject({ sha256: apk.sha256, name: file }, votes, { require, noDissent });
    if (decision.outcome === 'confirmed') records.push(indexRecord(apk));
    (decision.outcome === 'confirmed' ? listed : leftOut).push({ file, decision });
  }
  const path = await writeBelow(out, ownFileName('APKINDEX.tar.gz'), [emitIndex(records, '', signer)]);
  return { path, require, listed, leftOut, ignored, refused };
}

function folderFor(place: string, { out, run }: GateOptions): string {
  if (!isAddress(place)) return out ?? place;
  if (out !== undefined && run !== undefined) return out;
  throw new Failure('usage', 'the index of packages of a server is written to a folder of yours', {
    hint: 'name one with --out DIR',
  });
}

type Offered = { readonly file: string } & ({ readonly path: string } | { readonly why: LeftOutReason });

async function offeredBy(
  place: string,
  votes: VoteIndex,
  run: RunOptions | undefined,
): Promise<readonly Offered[]> {
  if (!isAddress(place)) return offeredInFolder(place);
  const { inputs } = run!.machine;
  const served = await servedPackages(inputs.name(place), (file, q1) => votes.isNamed(file, q1), run!);
  return served.map((each) =>
    'why' in each && each.why === 'not-wanted' ? { file: each.file, why: 'no-statement' } : (each as Offered),
  );
}

/** A link leads to what somebody can exchange later, and a pipe has no end. */
function offeredInFolder(folder: string): Offered[] {
  const names = packageNames(folder);
  const files = new Set(
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isFile() ? entry.name : [])),
  );
  return names.map((file) =>
    files.has(file) ? { file, path: join(folder, file) } : { file, why: 'not-a-file' },
  );
}

/** A package; why there is none, which costs no other its place. */
async function readNamed(file: string, path: string): Promise<Apk | 'unreadable' | 'misnamed'> {
  try {
    const apk = await readApk(fileSource(path));
    const { pkginfo } = apk.control;
    const name = `${pkgInfoValue(pkginfo, 'pkgname')}-${pkgInfoValue(pkginfo, 'pkgver')}.apk`;
    return name === file ? apk : 'misnamed';
  } catch (failure) {
    if (isFaultOfFile(failure)) return 'unreadable';
    throw failure;
  }
}
