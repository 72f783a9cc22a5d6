/** The functions of the library as programs call them: options may be left out, and arguments are looked at. What they do is in the files of their names. */

import type { StatementFile } from '../attest/decision/statement-votes.ts';
import { Failure } from '../failure.ts';
import type { GatedIndex, GateOptions } from '../gate-index.ts';
import type { Inspection } from '../inspect.ts';
import type { LockedPlan } from '../lock.ts';
import type { RebuildTarget, RebuiltFile, RebuiltOutput } from '../rebuild.ts';
import { type ReportFormat, reportFormatNames } from '../report/format-names.ts';
import { reportFormats as formats } from '../report/formats.ts';
import type { ReportContext } from '../report/report-context.ts';
import { mergeSavedRuns, parseSavedRun } from '../report/saved/saved-run.ts';
import { select } from '../selection/select.ts';
import type { RunResult } from '../verdict/result.ts';
import type { StatedRun } from '../verdict/stated.ts';
import { completeOptions, type LibraryOptions, requireSubject, requireSubjects } from './library-options.ts';
import { ownTool } from './own-tool.ts';

/** Verifies packages: files, addresses or names. Each is judged, whatever happens to the others; fails only with `usage`. */
export async function verify(packages: readonly string[], options?: LibraryOptions): Promise<RunResult> {
  const [subjects, given] = [requireSubjects(packages), completeOptions(options)];
  const { asked } = await select(subjects, { shard: undefined, isUnchanged: undefined });
  const result = await (await import('../verify.ts')).verify(subjects, given);
  const judged = result.packages.length;
  return { ...result, runs: [{ tool: ownTool, asked, judged, ended: true }] };
}

/** Inspects packages; nothing is run. A defect of a package is a member of its inspection, not a failure. */
export async function inspect(packages: readonly string[], options?: LibraryOptions): Promise<Inspection[]> {
  const [subjects, given] = [requireSubjects(packages), completeOptions(options)];
  return (await import('../inspect.ts')).inspect(subjects, given);
}

/** Plans one package: every input with its digest. Fails with the reason why it cannot be planned. */
export async function lock(name: string, options?: LibraryOptions): Promise<LockedPlan> {
  const [subject, given] = [requireSubject(name), completeOptions(options)];
  return (await import('../lock.ts')).lock(subject, given);
}

/** Rebuilds one package into a folder. Fails with the reason why it cannot be rebuilt. */
export async function rebuild(
  name: string,
  target: { readonly directory: string } & Partial<RebuildTarget>,
  options?: LibraryOptions,
): Promise<RebuiltFile> {
  const [subject, given] = [requireSubject(name), completeOptions(options)];
  const directory = requireSubject(target?.directory);
  return (await import('../rebuild.ts')).rebuild(
    subject,
    { signingKey: undefined, ...target, directory },
    given,
  );
}

/** Rebuilds packages into a folder, with all others that their recipes make. What cannot be rebuilt is a failure of its own; fails with `usage` where two would have the same file. */
export async function rebuildOutputs(
  packages: readonly string[],
  target: { readonly directory: string } & Partial<RebuildTarget>,
  options?: LibraryOptions,
): Promise<readonly RebuiltOutput[]> {
  const [subjects, given] = [requireSubjects(packages), completeOptions(options)];
  const directory = requireSubject(target?.directory);
  return (await import('../rebuild.ts')).rebuildOutputs(
    subjects,
    { signingKey: undefined, ...target, directory },
    given,
  );
}

/** A run, or a saved one: what `--format json` wrote, as text, as bytes or parsed. */
export type Reportable = StatedRun | string | Uint8Array | { readonly schema: 'wolfi-repro/result/1' };

/**
 * Writes an index of only what enough rebuilders confirm: over the packages of a folder, or over those that the index of a server lists (`<repository>/<arch>`). Of
 * a server only what statements are about is fetched. Records are made of the files, by the SHA-256 of all their bytes. Fails with `usage` where there is no
 * package, with `unknown-key` and `index-rolled-back` for an index that cannot be believed, and with `unreachable`.
 * @param reading how a server is asked, and whose keys vouch for its index
 */
export async function gateIndex(
  place: string,
  statements: readonly StatementFile[],
  options: Omit<GateOptions, 'run'>,
  reading?: LibraryOptions,
): Promise<GatedIndex> {
  const [named, run] = [requireSubject(place), completeOptions(reading)];
  return (await import('../gate-index.ts')).gateIndex(named, statements, { ...options, run });
}

interface Format {
  /** The ending by which the name of a file shows the format. */
  readonly ending: string;
  /** The report of a run, or of a saved one. Fails with `usage` for what is neither. */
  readonly render: (result: Reportable, context?: ReportContext) => string;
}

/** How results are shown, by format. */
export const reportFormats: Readonly<Record<ReportFormat, Format>> = Object.fromEntries(
  reportFormatNames.map((name) => {
    const { ending, render } = formats[name];
    const format: Format = { ending, render: (result, context = {}) => render(runOf(result), context) };
    return [name, format];
  }),
) as Record<ReportFormat, Format>;

function runOf(result: Reportable): StatedRun {
  if (typeof result === 'string') return savedRun(Buffer.from(result));
  if (result instanceof Uint8Array) return savedRun(result);
  if (typeof result !== 'object' || result === null)
    throw new Failure('usage', 'a report is made of a result', { got: typeof result });
  return 'schema' in result ? savedRun(Buffer.from(JSON.stringify(result))) : result;
}

function savedRun(bytes: Uint8Array): StatedRun {
  return mergeSavedRuns([parseSavedRun(bytes)]);
}
