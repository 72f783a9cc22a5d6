/** What a report says of the runs that judged, and of results that are missing, in the words that all formats share. */
import { counted } from '../bytes.ts';
import { type Gap, type Incomplete, versionsOf } from '../verdict/gaps.ts';
import { isKnownRun, isWhole, type RunRecord, type Shard } from '../verdict/run-record.ts';
import type { StatedRun } from '../verdict/stated.ts';
import { type Bounds, show } from './bounds.ts';

/** What follows the verdict of a run where results are missing. */
export const incompleteTitle = ', and results are missing';

/** The most gaps, shards and versions that are named. */
const most = { gaps: 20, shards: 50, versions: 10 };

/** What is missing, and what joined results do not have in common; a line each. */
export function runNotes(run: StatedRun, bounds: Bounds): string[] {
  const { runs = [], incomplete, packages } = run;
  return [
    ...gapLines(incomplete),
    ...(incomplete === undefined ? [] : [incomplete.isAllowed ? allowedText : failingText]),
    ...versionNotes(runs, bounds),
    ...unknownNotes(runs, packages.length),
    ...unchangedNotes(runs),
  ];
}

const allowedText = 'the exit code is that of what is there, as --allow-incomplete asks for';
const failingText =
  'what is missing may be anything, so the exit code is not 0; --allow-incomplete takes what is there';

/** What is missing and fails the run. */
export function missingIn({ incomplete }: StatedRun): string[] {
  return incomplete?.isAllowed === true ? [] : gapLines(incomplete);
}

function gapLines(incomplete: Incomplete | undefined): string[] {
  const { gaps } = incomplete ?? { gaps: [] };
  const cut = gaps.length - most.gaps;
  return [
    ...gaps.slice(0, most.gaps).map(gapText),
    ...(cut > 0 ? [`… and ${counted(cut, 'more result')} that are missing`] : []),
  ];
}

/** What is missing, in a line. */
export function gapText(gap: Gap): string {
  switch (gap.kind) {
    case 'cut-short':
      return `${gap.shard === undefined ? 'a run' : `shard ${shardText(gap.shard)}`} was cut short: it judged ${gap.judged} of ${counted(gap.toJudge, 'package')}`;
    case 'shards-missing': {
      const shown = gap.missing.slice(0, most.shards).map((index) => shardText({ index, count: gap.count }));
      const cut = gap.missing.length - shown.length;
      const named = [...shown, ...(cut > 0 ? [`… and ${cut} more`] : [])].join(', ');
      return `no result of ${gap.missing.length === 1 ? 'shard' : 'shards'} ${named}`;
    }
    case 'shards-unlike':
      return `the same packages were cut into shards in different ways, and no way is whole: by ${gap.counts.slice(0, most.shards).join(', by ')}`;
  }
}

function shardText({ index, count }: Shard): string {
  return `${index}/${count}`;
}

function versionNotes(runs: readonly RunRecord[], { value }: Bounds): string[] {
  const versions = versionsOf(runs);
  if (versions.length < 2) return [];
  const named = versions.slice(0, most.versions).map((each) => show(each, value));
  const cut = versions.length - named.length;
  return [`different versions judged: ${[...named, ...(cut > 0 ? [`… and ${cut} more`] : [])].join(', ')}`];
}

/** Results that do not say who made them: nothing is known of what they lack. */
function unknownNotes(runs: readonly RunRecord[], packages: number): string[] {
  const unknown = runs.filter((run) => !isKnownRun(run));
  if (unknown.length === 0 || packages === 0) return [];
  const how = counted(unknown.length, 'result');
  return [
    `${how} ${unknown.length === 1 ? 'does' : 'do'} not say which program made ${unknown.length === 1 ? 'it' : 'them'}, nor whether anything is missing`,
  ];
}

/** What joined results leave out because it was the same as before. */
function unchangedNotes(runs: readonly RunRecord[]): string[] {
  const whole = runs.filter(isKnownRun).filter(isWhole);
  const unchanged = whole.reduce((sum, { asked }) => sum + asked.unchanged, 0);
  return unchanged === 0 ? [] : [`${counted(unchanged, 'package')} not judged: the same as before`];
}
