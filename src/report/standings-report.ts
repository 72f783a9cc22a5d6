/** How the packages of a run stand to a baseline, a line each: what got worse first, what is as it was only counted. */
import { counted } from '../bytes.ts';
import { passOf, type Standing, type StandingState } from '../verdict/acceptance.ts';
import type { StatedPackage, StatedRun } from '../verdict/stated.ts';
import { show } from './bounds.ts';
import { textBounds } from './diff-text.ts';
import { gateNotes, knownText } from './gate-facts.ts';
import { verdictTitles } from './words.ts';

const shownStates: readonly StandingState[] = ['worse', 'new', 'better'];

/** Renders the lines; ends with a newline. */
export function renderStandings(run: StatedRun): string {
  const lines = shownStates.flatMap((state) => run.packages.filter(isShown(state)).map(standingLine));
  const failing = run.packages.filter((each) => passOf(each) === undefined).length;
  const total = `${counted(run.packages.length, 'package')}: ${failing === 0 ? 'all pass' : `${failing} do not pass`}`;
  return [...lines, ...gateNotes(run, textBounds), total, ''].join('\n');
}

function isShown(state: Standing['state']): (result: StatedPackage) => boolean {
  return ({ baseline, verdict }) =>
    baseline?.state === state && !(state === 'new' && verdict.kind === 'reproduced');
}

function standingLine({ verdict, file, baseline }: StatedPackage): string {
  const reason = verdict.kind === 'reproduced' ? '' : ` (${verdict.reason})`;
  const was = baseline?.was;
  const before =
    was === undefined ? 'new packages must be reproduced or accepted' : `was ${knownText(was, textBounds)}`;
  return `${baseline?.state}  ${show(file, textBounds.value)}: ${verdictTitles[verdict.kind]}${reason}; ${before}`;
}
