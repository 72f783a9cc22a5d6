/** `wolfi-repro sweep plan`. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { shownTyped } from '../../address.ts';
import { rebuiltArchitectures } from '../../execute/processor/architectures.ts';
import { Failure } from '../../failure.ts';
import { isAddress } from '../../inputs/store/files.ts';
import { parseArchitecture } from '../../names.ts';
import { parseIndex } from '../../repository/apkindex.ts';
import { parseImagePackages } from '../../sweep/plan/image-packages.ts';
import { openIndexes } from '../../sweep/plan/open-indexes.ts';
import { planSweep, type SweepPlan } from '../../sweep/plan/plan-sweep.ts';
import { parsePopularity } from '../../sweep/plan/popularity.ts';
import type { BuildSelection } from '../../sweep/plan/select-builds.ts';
import type { SweepRecords } from '../../sweep/sweep-store.ts';
import { parseCount } from '../counts.ts';
import { withSweepIfThere } from '../open-sweep.ts';
import { runOptions } from '../options.ts';
import { printData, printNote } from '../output.ts';
import { version } from '../own-version.ts';
import { requireFiles } from '../paths.ts';
import { showProgress } from '../progress.ts';
import { type Queued, queuePlanned } from '../queue-jobs.ts';
import type { RawOptions } from '../raw-options.ts';
import { cancellable } from '../signals.ts';
import { planJson } from '../sweep-plan-json.ts';
import { planText, queuedText } from '../sweep-plan-text.ts';

export async function sweepPlanCommand(
  folder: string,
  patterns: readonly string[],
  raw: RawOptions,
): Promise<number> {
  const selection = await buildSelection(patterns, raw);
  const progress = showProgress({});
  return cancellable(async (signal) => {
    const options = runOptions(
      { ...raw, repository: (raw.repository ?? []).map(absolute) },
      signal,
      progress.onEvent,
    );
    const architectures =
      raw.arch === 'all'
        ? rebuiltArchitectures.map((each) => parseArchitecture(each)!)
        : [options.architecture!];
    const indexes = await openIndexes(options, architectures).finally(() => progress.stop());
    const planOptions = {
      selection,
      tool: version,
      priority: raw.priority,
      tags: raw.tag ?? [],
      atOnce: options.jobs,
    };
    const plan = (records: SweepRecords) => planSweep(indexes, records, planOptions);
    if (raw.dryRun === true) {
      const planned = await withSweepIfThere(folder, (records) => plan(records ?? noRecords));
      show(planned, undefined, options.jobs, raw);
    } else {
      const { planned, queued } = await queuePlanned(folder, plan);
      show(planned, queued, options.jobs, raw);
    }
    return 0;
  });
}

/** A job names its repository wherever it is judged from. */
function absolute(location: string): string {
  return isAddress(location) ? location : resolve(location);
}

function show(plan: SweepPlan, queued: Queued | undefined, atOnce: number, { format }: RawOptions): void {
  if (format === 'json') {
    printData(planJson(plan, atOnce, queued));
    return;
  }
  const { ambiguous, unmatched } = plan;
  if (unmatched.length > 0) printNote(`wolfi-repro: in no index: ${listed(unmatched)}`);
  if (ambiguous.length > 0)
    printNote(`wolfi-repro: listed with several checksums, and not judged: ${listed(ambiguous)}`);
  printData(`${planText(plan, atOnce)}${queued === undefined ? '' : queuedText(queued)}`);
}

const mostListed = 10;

function listed(names: readonly string[]): string {
  const more = names.length - mostListed;
  return `${names.slice(0, mostListed).map(shownTyped).join(' ')}${more > 0 ? ` and ${more} more` : ''}`;
}

async function* none() {}
const noCounts = { queued: 0, running: 0, settled: 0, dead: 0, nextDue: undefined };
/** A sweep that is not there yet. */
const noRecords: SweepRecords = {
  jobs: none,
  attempts: none,
  verdicts: none,
  unfinished: none,
  counts: async () => ({ state: 'running', ...noCounts }),
};

async function buildSelection(patterns: readonly string[], raw: RawOptions): Promise<BuildSelection> {
  const { in: images = [], popularity } = raw;
  requireFiles([...images, ...(popularity === undefined ? [] : [popularity])]);
  return {
    patterns,
    images: images.map((path) => ofFile(path, parseImagePackages)),
    popularity: popularity === undefined ? new Map() : ofFile(popularity, parsePopularity),
    leastPopularity: raw.atLeast === undefined ? 0 : parseCount('--at-least', raw.atLeast),
    allVersions: raw.allVersions ?? false,
    ...(await changedSince(raw.changedSince)),
  };
}

function ofFile<T>(path: string, parse: (bytes: Uint8Array) => T): T {
  try {
    return parse(readFileSync(path));
  } catch (failure) {
    if (!(failure instanceof Failure) || failure.code !== 'usage') throw failure;
    throw new Failure('usage', `${shownTyped(path)}: ${failure.message}`, {
      ...(failure.expected === undefined ? {} : { expected: failure.expected }),
      ...(failure.got === undefined ? {} : { got: failure.got }),
    });
  }
}

async function changedSince(
  text: string | undefined,
): Promise<Pick<BuildSelection, 'listedBefore' | 'builtSince'>> {
  const nothing = { listedBefore: undefined, builtSince: undefined };
  if (text === undefined) return nothing;
  const milliseconds = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(milliseconds)) return { ...nothing, builtSince: milliseconds / 1000 };
  requireFiles([text]);
  const { records } = await parseIndex(readFileSync(text));
  return { ...nothing, listedBefore: new Set([...records].map(([, { checksum }]) => checksum)) };
}
