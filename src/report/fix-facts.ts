/** What can be done about what differs, as facts for every format. */
import { counted } from '../bytes.ts';
import { causeTitles } from '../compare/cause.ts';
import type { BeforeFix, Fix, Fixes, FixTrial } from '../explain/fixes/fixes.ts';
import { type Bounds, moreInJson, show } from './bounds.ts';
import { placesFact } from './explanation-facts.ts';
import type { Fact } from './fact.ts';

const mostLines = 80;

export function fixFacts({ fixes, patch, trial }: Fixes, bounds: Bounds): Fact[] {
  const advice = fixes.map(
    (fix): Fact => ({ label: 'fix', value: fixText(fix, patch !== undefined, bounds) }),
  );
  return [
    ...advice,
    ...(patch === undefined ? [] : [{ label: 'patch', value: lines(patch.trimEnd().split('\n'), bounds) }]),
    ...(trial === undefined ? [] : [trialFact(trial, bounds)]),
  ];
}

/** The advice, with the lines that change where no patch shows them. */
function fixText({ cause, advice, changes }: Fix, patched: boolean, bounds: Bounds): string {
  const head = `${causeTitles[cause]}: ${show(advice, bounds.value)}`;
  if (patched) return head;
  const changed = changes.flatMap(({ package: of, position, line, was, becomes }) => [
    `step ${position} of ${of}, line ${line}`,
    `- ${was}`,
    `+ ${becomes}`,
  ]);
  return changed.length === 0 ? head : `${head}\n${lines(changed, bounds)}`;
}

function lines(all: readonly string[], { value }: Bounds): string {
  const cut = all.length - mostLines;
  const shown = all.slice(0, mostLines).map((line) => show(line, value));
  return [...shown, ...(cut > 0 ? [`… and ${cut} more lines; ${moreInJson}`] : [])].join('\n');
}

const beforeTexts: Readonly<Record<BeforeFix, string>> = {
  unstable: '; without them they differ',
  stable: ', and so they do without them: that shows nothing about what only the published file has',
  unknown: '; `--repeat 2` shows whether they do without them',
};

function trialFact(trial: FixTrial, bounds: Bounds): Fact {
  const label = 'tried';
  switch (trial.outcome) {
    case 'stable':
      return {
        label,
        value: `two builds with these changes give the same bytes${beforeTexts[trial.before]}`,
      };
    case 'unstable': {
      const head = `two builds with these changes still differ from each other in ${counted(trial.places.length, 'place')}`;
      return placesFact(label, head, trial.places, bounds);
    }
    case 'build-failed':
      return {
        label,
        value: `the recipe does not build with these changes: ${show(trial.why, bounds.value)}`,
      };
    case 'not-tried':
      return { label, value: `not tried: ${show(trial.why, bounds.value)}` };
  }
}
