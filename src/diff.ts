/** Any two packages, folders or files compared, wherever they come from. */
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { defaultLimits } from './apk/limits.ts';
import type { CompareLimits } from './compare/compare-limits.ts';
import { type Comparison, isUnequal, type UnequalComparison } from './compare/comparison.ts';
import type { DifferenceList } from './compare/difference-list.ts';
import type { TreeComparison } from './compare/trees.ts';
import { sha256 } from './digest.ts';
import { nobodysBuild } from './explain/causes/evidence.ts';
import { Failure, isFaultOfFile } from './failure.ts';
import type { Disassembler } from './flow/disassembly.ts';
import { fileSource } from './inputs/store/files.ts';
import { type FolderEntry, readFolder, readPlainFile } from './inputs/store/folder.ts';

/** The result, with the names of both sides as they were given. */
export type DiffResult = { readonly published: string; readonly rebuilt: string } & (
  | { readonly kind: 'packages'; readonly comparison: Comparison }
  /** Two folders, or two files that are not both packages. */
  | { readonly kind: 'trees'; readonly comparison: TreeComparison }
);

export interface DiffOptions {
  readonly compareLimits?: CompareLimits;
  /** Told what is read or compared next; no result depends on it. */
  /** Shows instructions of functions that differ; their bytes where it is undefined. */
  readonly disassembler?: Disassembler;
  readonly onProgress?: (event: DiffProgress) => void;
}

export interface DiffProgress {
  readonly kind: 'stage';
  /** A side as the user named it, or a path inside both; attacker-controlled. */
  readonly subject: string;
  readonly stage: 'read' | 'compare' | 'explain';
}

/**
 * Compares two packages, two folders or two plain files. Files are packages where both are named `.apk` (it then fails as
 * `readApk` does), or where both can be read as packages. Fails with `usage` for a folder and a file.
 */
export async function diff(
  published: string,
  rebuilt: string,
  options: DiffOptions = {},
): Promise<DiffResult> {
  const result = await diffBytes(published, rebuilt, options);
  const { disassembler } = options;
  if (disassembler === undefined) return result;
  const { withInstructions } = await import('./flow/disassembly.ts');
  const shown = <S extends DifferenceList>(sections: readonly S[]) =>
    withInstructions(sections, disassembler, options.compareLimits);
  if (result.kind === 'trees') {
    const [comparison] = await shown([result.comparison]);
    return { ...result, comparison: comparison! };
  }
  const { comparison } = result;
  if (!isUnequal(comparison)) return result;
  return { ...result, comparison: { ...comparison, sections: await shown(comparison.sections) } };
}

async function diffBytes(published: string, rebuilt: string, options: DiffOptions): Promise<DiffResult> {
  const { compareLimits, onProgress } = options;
  const names = { published, rebuilt };
  const folders = [published, rebuilt].filter((path) => statSync(path).isDirectory()).length;
  if (folders === 1) throw new Failure('usage', 'a folder can only be compared with a folder');
  if (folders === 2) {
    const read = (folder: string) => {
      onProgress?.({ kind: 'stage', subject: folder, stage: 'read' });
      return readFolder(folder, defaultLimits.entries);
    };
    const sides = [await read(published), await read(rebuilt)] as const;
    return { ...names, kind: 'trees', comparison: await treesCompared(...sides, options) };
  }
  for (const subject of [published, rebuilt]) onProgress?.({ kind: 'stage', subject, stage: 'read' });
  const comparison = await packageComparison(published, rebuilt, compareLimits);
  if (comparison !== undefined) return { ...names, kind: 'packages', comparison };
  const transcripts = await transcriptEntries(published, rebuilt);
  if (transcripts !== undefined)
    return { ...names, kind: 'trees', comparison: await treesCompared(...transcripts, options) };
  const plain = async (path: string) => ({ ...(await readPlainFile(path)), mode: 0 });
  const files = [[await plain(published)], [await plain(rebuilt)]] as const;
  return { ...names, kind: 'trees', comparison: await treesCompared(...files, options) };
}

/** Compares trees and names causes. This loads the comparators of all formats and all detectors, which equal trees do not need. */
async function treesCompared(
  published: readonly FolderEntry[],
  rebuilt: readonly FolderEntry[],
  { compareLimits, onProgress }: DiffOptions,
): Promise<TreeComparison> {
  const { compareTrees } = await import('./compare/trees.ts');
  const tell = (stage: DiffProgress['stage']) => (path: string) =>
    onProgress?.({ kind: 'stage', subject: path === '' ? 'two files' : path, stage });
  const comparison = await compareTrees(published, rebuilt, compareLimits, tell('compare'));
  if (comparison.likeness === 'identical') return comparison;
  const { nameTreeCauses } = await import('./explain/causes/name.ts');
  const [left, right] = [published, rebuilt].map(
    (entries) => new Map(entries.map(({ path, source }) => [path, source])),
  );
  const explaining = tell('explain');
  return nameTreeCauses(
    comparison,
    (path) => {
      explaining(path);
      return [left!.get(path), right!.get(path)];
    },
    nobodysBuild,
  );
}

/** Two transcripts as trees with a file for each request; undefined where the files are none. Fails as `parseTranscript` does. */
async function transcriptEntries(
  ...paths: [string, string]
): Promise<[FolderEntry[], FolderEntry[]] | undefined> {
  const starts = paths.map(readStart);
  if (!starts.every(([byte]) => byte === openBrace)) return undefined;
  const { beginsAsTranscript, requestTexts } = await import('./transcript/request-texts.ts');
  const { parseTranscript } = await import('./transcript/transcript.ts');
  if (!starts.every(beginsAsTranscript)) return undefined;
  const [left, right] = paths.map((path) =>
    requestTexts(parseTranscript(readFileSync(path))).map(({ request, answers }): FolderEntry => {
      const bytes = Buffer.from(answers);
      return {
        path: request,
        type: '0',
        mode: 0,
        linkname: '',
        size: bytes.length,
        sha256: sha256(bytes),
        source: { name: request, open: () => inMemory(bytes) },
      };
    }),
  );
  return [left!, right!];
}

const openBrace = 0x7b;

async function* inMemory(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function readStart(path: string): Uint8Array {
  const start = Buffer.alloc(64);
  const descriptor = openSync(path, 'r');
  try {
    return start.subarray(0, readSync(descriptor, start, 0, start.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

/** The comparison of two packages; undefined where the files are not packages and do not claim to be. */
async function packageComparison(
  published: string,
  rebuilt: string,
  compareLimits: CompareLimits | undefined,
): Promise<Comparison | undefined> {
  const named = [published, rebuilt].every((path) => path.endsWith('.apk'));
  if (!named && !((await beginsAsGzip(published)) && (await beginsAsGzip(rebuilt)))) return undefined;
  try {
    const sources = { published: fileSource(published), rebuilt: fileSource(rebuilt) };
    const { comparePackages } = await import('./compare/compare.ts');
    const comparison = await comparePackages(sources.published, sources.rebuilt, { compareLimits });
    if (comparison.files.equal) return comparison;
    const { nameCauses } = await import('./explain/causes/name.ts');
    return await nameCauses(comparison as UnequalComparison, sources, nobodysBuild);
  } catch (failure) {
    if (named || !isFaultOfFile(failure)) throw failure;
    return undefined;
  }
}

async function beginsAsGzip(path: string): Promise<boolean> {
  for await (const chunk of fileSource(path).open()) return chunk[0] === 0x1f && chunk[1] === 0x8b;
  return false;
}
