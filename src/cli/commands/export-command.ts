/** `wolfi-repro export`. */
import { join } from 'node:path';
import { counted } from '../../bytes.ts';
import type { DatasetFacts, DatasetFile } from '../../dataset/data-package.ts';
import { mirrorLines, mirrorList } from '../../dataset/mirror-list.ts';
import type { Observation } from '../../dataset/observations.ts';
import { sha256Hasher } from '../../digest.ts';
import { Failure } from '../../failure.ts';
import { folderBelow, writeBelow } from '../../folders.ts';
import { ownFileName } from '../../names.ts';
import { readHistory } from '../../status/package-history.ts';
import { shareOf, shareSentence } from '../../status/share.ts';
import { repositoriesText } from '../../status/status-words.ts';
import type { ReadArtifact } from '../../status/stored-plans.ts';
import type { SweepRecords } from '../../sweep/sweep-store.ts';
import { withSweep } from '../open-sweep.ts';
import { printNote } from '../output.ts';
import { version } from '../own-version.ts';
import type { RawOptions } from '../raw-options.ts';
import { artifactsOf } from '../sweep-artifacts.ts';

const formats = ['jsonl', 'csv', 'parquet'] as const;

export async function exportCommand(sweep: string, raw: RawOptions): Promise<number> {
  const { out, mirrorList: wantsMirrors = false } = raw;
  if (out === undefined) throw new Failure('usage', 'export takes -o, the folder to write to');
  const named = formats.filter((format) => raw[format] === true);
  const isAll = named.length === 0 && !wantsMirrors;
  const readArtifact = isAll || wantsMirrors ? await artifactsOf(sweep, raw.artifacts) : undefined;
  await withSweep(sweep, async (records) => {
    if (isAll || named.length > 0)
      await writeDataset(records, isAll ? formats : named, out, raw.author ?? []);
    if (readArtifact !== undefined) await writeMirrorList(records, readArtifact, out);
  });
  return 0;
}

async function writeDataset(
  records: SweepRecords,
  wanted: readonly DatasetFile['format'][],
  out: string,
  authors: readonly string[],
): Promise<void> {
  const { readObservations } = await import('../../dataset/observations.ts');
  const { citation, dataPackage } = await import('../../dataset/data-package.ts');
  const rows = await readObservations(records);
  const files: DatasetFile[] = [];
  for (const format of wanted) files.push(await writeFormat(format, rows, out));
  const facts: DatasetFacts = {
    ...(await factsOf(records, rows)),
    tool: version,
    authors: authorsOf(authors),
    files,
  };
  await writeText(out, 'datapackage.json', [dataPackage(facts)]);
  await writeText(out, 'CITATION.cff', [citation(facts)]);
  printNote(
    `${counted(rows.length, 'row')} written below ${out}: ${files.map(({ path }) => path).join(', ')}`,
  );
}

async function writeFormat(
  format: DatasetFile['format'],
  rows: readonly Observation[],
  out: string,
): Promise<DatasetFile> {
  const path = `verdicts.${format}`;
  if (format === 'parquet') {
    const { parquetFile } = await import('../../dataset/parquet.ts');
    return { path, format, ...(await writeBytes(out, path, [parquetFile(rows, version)])) };
  }
  const { csvLines, jsonLines } = await import('../../dataset/dataset-lines.ts');
  return {
    path,
    format,
    ...(await writeText(out, path, format === 'csv' ? csvLines(rows) : jsonLines(rows))),
  };
}

async function factsOf(
  records: SweepRecords,
  rows: readonly Observation[],
): Promise<Pick<DatasetFacts, 'title' | 'day' | 'summary'>> {
  const { packages } = await readHistory(records);
  const repositories = repositoriesText([...new Set(packages.map(({ repository }) => repository))]);
  const last = rows.reduce((most, { attempt }) => Math.max(most, attempt?.endedAt ?? 0), 0);
  return {
    title: `Which packages of ${repositories} reproduce`,
    day: last === 0 ? undefined : new Date(last).toISOString().slice(0, 10),
    summary: shareSentence(shareOf(packages.map(({ state }) => state))),
  };
}

function authorsOf(given: readonly string[]): readonly string[] {
  return given.length === 0 ? ['The operators of this sweep'] : given;
}

async function writeMirrorList(
  records: SweepRecords,
  readArtifact: ReadArtifact,
  out: string,
): Promise<void> {
  const list = await mirrorList(records, readArtifact);
  await writeText(out, 'mirror-list.jsonl', mirrorLines(list));
  printNote(
    `${counted(list.items.length, 'item')} of ${counted(list.plans, 'plan')} written to ${join(out, 'mirror-list.jsonl')}`,
  );
  if (list.missingPlans > 0)
    printNote(
      `what ${counted(list.missingPlans, 'plan')} needed is not listed: their results are not among what was kept`,
    );
}

function writeText(out: string, name: string, pieces: Iterable<string>): ReturnType<typeof writeBytes> {
  return writeBytes(out, name, encoded(pieces));
}

function* encoded(pieces: Iterable<string>): Generator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}

async function writeBytes(
  out: string,
  name: string,
  content: Iterable<Uint8Array>,
): Promise<Pick<DatasetFile, 'bytes' | 'sha256'>> {
  const hasher = sha256Hasher();
  let bytes = 0;
  const hashed = function* () {
    for (const piece of content) {
      hasher.update(piece);
      bytes += piece.length;
      yield piece;
    }
  };
  await writeBelow(folderBelow(out), ownFileName(name), hashed());
  return { bytes, sha256: hasher.digest() };
}
