/** Writes what a run found as signed statements (docs/attestations.md). */
import { emitBundle, emitClassic } from './attest/envelopes/write-documents.ts';
import { classicKeyIds } from './attest/keys/classic-key.ts';
import type { Signer } from './attest/keys/signer.ts';
import { provenanceStatement } from './attest/statements/provenance.ts';
import { type LayoutTerms, rebuildLayout } from './attest/statements/rebuild-layout.ts';
import { rebuildLink, stepName } from './attest/statements/rebuild-link.ts';
import { type StatementSubject, statementSubject } from './attest/statements/statement-subject.ts';
import { usualBuilderId } from './attest/statements/uris.ts';
import { type Statement, verdictStatement } from './attest/statements/verdict-statement.ts';
import { Failure } from './failure.ts';
import { folderBelow, writeBelow } from './folders.ts';
import { grouped } from './lists.ts';
import { type FileName, ownFileName, type PathPart } from './names.ts';
import type { StatedPackage } from './verdict/stated.ts';

export interface AttestOptions extends Statement {
  readonly signer: Signer;
  /** The folder for all files: below it, one for each architecture. */
  readonly directory: string;
  /** The `builder.id` of SLSA provenance; a URI of this program where there is none. */
  readonly builderId?: string;
  /** Terms of a layout for each package, with which in-toto's own programs decide; none is written where there are none. */
  readonly layout?: LayoutTerms;
}

export interface Attested {
  /** The paths of the files, in the order in which they were written. */
  readonly written: readonly string[];
  /** Results without a statement: their files could not be read, so that they have no digest. */
  readonly unattested: readonly string[];
}

/** One package with its subject and the place of its statements. */
interface Attestable {
  readonly result: StatedPackage;
  readonly subject: StatementSubject;
  readonly folder: string;
}

/**
 * Writes for each package a verdict, the provenance of what was rebuilt, and, where it was reproduced, a link. Names of files hold the key's id: statements of
 * several rebuilders lie beside each other. Fails with `usage` where two results of one file disagree, or a result contradicts itself.
 */
export async function attest(packages: readonly StatedPackage[], options: AttestOptions): Promise<Attested> {
  const written: string[] = [];
  for (const { result, subject, folder } of attestables(packages, options.directory))
    for (const [name, content] of await documentsOf(result, subject, options))
      written.push(await writeBelow(folder, name, [Buffer.from(content)]));
  const unattested = packages.filter(({ subject }) => subject === undefined).map(({ file }) => file);
  return { written, unattested };
}

/** The packages, each once, and the folders of their statements. */
function attestables(packages: readonly StatedPackage[], directory: string): Attestable[] {
  const found = new Map<string, { readonly result: StatedPackage; readonly subject: StatementSubject }>();
  for (const result of packages) {
    const subject = statementSubject(result);
    if (subject === undefined) continue;
    const known = found.get(subject.digest);
    if (known !== undefined && known.result.verdict.kind !== result.verdict.kind)
      throw new Failure('usage', `two results of ${result.file} disagree, and one key signs one of them`, {
        got: `${known.result.verdict.kind}, ${result.verdict.kind}`,
        hint: 'give the result that is meant',
      });
    found.set(subject.digest, known ?? { result, subject });
  }
  const placed = grouped([...found.values()], ({ subject }) => `${subject.architecture} ${subject.fileName}`);
  return [...placed].flatMap(([, group]) =>
    group.map((each) => ({ ...each, folder: folderOf(directory, each.subject, group.length > 1) })),
  );
}

/** Different files of one name each get a folder of their own. */
function folderOf(directory: string, { architecture, digest }: StatementSubject, isShared: boolean): string {
  const parts: PathPart[] = architecture === undefined ? [] : [architecture];
  return folderBelow(directory, ...parts, ...(isShared ? [ownFileName(`sha256-${digest}`)] : []));
}

async function documentsOf(
  result: StatedPackage,
  subject: StatementSubject,
  options: AttestOptions,
): Promise<[FileName, string][]> {
  const { signer, builderId = usualBuilderId } = options;
  // As in-toto names its links: the first eight digits of the id.
  const id = classicKeyIds(signer.key)[0]!.slice(0, 8);
  const named = (ending: string) => ownFileName(`${subject.fileName}.${id}.${ending}`);
  const provenance = provenanceStatement(result, subject, options, builderId);
  const documents: [FileName, string][] = [
    [named('verdict.json'), await emitBundle(verdictStatement(result, subject, options), signer)],
  ];
  if (provenance !== undefined)
    documents.push([named('provenance.json'), await emitBundle(provenance, signer)]);
  if (result.verdict.kind === 'reproduced')
    documents.push([
      ownFileName(`${stepName(subject.fileName)}.${id}.link`),
      await emitClassic(rebuildLink(subject), signer),
    ]);
  if (options.layout !== undefined)
    documents.push([
      ownFileName(`${subject.fileName}.layout`),
      await emitClassic(rebuildLayout(subject, options.layout), signer),
    ]);
  return documents;
}
