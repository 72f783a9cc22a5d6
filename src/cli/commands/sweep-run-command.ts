/** `wolfi-repro sweep run`. */
import { mkdirSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { cacheDirectory } from '../../inputs/cache-folder.ts';
import { defaultNetwork } from '../../inputs/network/network-options.ts';
import { ownedPrefix } from '../../process-marks.ts';
import { openRecords } from '../../sweep/journal/journal-records.ts';
import { openJournal } from '../../sweep/journal/journal-store.ts';
import { folderArtifacts } from '../../sweep/judge/artifacts.ts';
import { type Judging, judgeJob } from '../../sweep/judge/judge-job.ts';
import { type RunEnd, runSweep } from '../../sweep/run-sweep.ts';
import type { SweepCounts } from '../../sweep/sweep-store.ts';
import type { Command } from '../commander.ts';
import { rawOptions } from '../given-options.ts';
import { judgeSettings } from '../judge-settings.ts';
import { buildable, freeIn, thisProgram } from '../judging-machine.ts';
import { requireSweepFolder } from '../open-sweep.ts';
import { runOptions } from '../options.ts';
import { printNote } from '../output.ts';
import { drainable } from '../signals.ts';
import { eventText } from '../sweep-progress.ts';

const stoppedExitCode = 4;

export async function sweepRunCommand(given: string, command: Command): Promise<number> {
  const folder = requireSweepFolder(given);
  openRecords(folder).close();
  const raw = await rawOptions(command);
  // What cannot be meant is said before anything is judged.
  const { jobs } = runOptions(raw, new AbortController().signal, () => undefined);
  const cache = cacheDirectory(raw.cache);
  mkdirSync(cache, { recursive: true });
  const judging: Judging = {
    ...thisProgram(),
    settings: { ...judgeSettings(command, raw), cache },
    perHost: Math.max(1, Math.floor(defaultNetwork.perHost / jobs)),
    artifacts: folderArtifacts(join(folder, 'artifacts')),
    work: join(folder, 'work'),
    now: Date.now,
  };
  return drainable(async (drain, end) => {
    const store = openJournal(folder, Date.now);
    try {
      const { queued } = await store.counts();
      let ended = 0;
      const outcome = await runSweep({
        store,
        judge: (lease, signal) => judgeJob(lease, judging, signal),
        offer: {
          worker: ownedPrefix(),
          architectures: buildable(),
          tags: raw.tag ?? [],
          memoryBytes: totalmem(),
        },
        freeBytes: () => Math.min(freeIn(cache), freeIn(folder)),
        slots: jobs,
        drain,
        end,
        now: Date.now,
        onEvent: (event) => {
          if (event.kind === 'settled') ended += 1;
          const text = eventText(event, ended, queued);
          if (text !== undefined) printNote(text);
        },
      });
      sayEnd(outcome, await store.counts());
      return outcome.kind === 'stopped' ? stoppedExitCode : 0;
    } finally {
      await store.close();
    }
  });
}

const endWords: Readonly<Record<RunEnd['kind'], string>> = {
  done: 'nothing is left that this machine can do now',
  paused: 'the sweep is paused',
  cancelled: 'the sweep is cancelled',
  drained: 'ended before everything was judged',
  stopped: 'stopped',
};

function sayEnd(end: RunEnd, { queued, settled, dead, nextDue }: SweepCounts): void {
  const why = end.kind === 'stopped' ? `: ${end.why}` : '';
  printNote(`${endWords[end.kind]}${why}; ${settled} judged, ${dead} given up, ${queued} queued`);
  if (end.kind === 'done' && nextDue !== undefined)
    printNote(`the next one that waits is due at ${new Date(nextDue).toISOString().slice(0, 16)}Z`);
}
