/** How much of a difference was explained, and what further builds showed, as facts for every format. */

import { differenceTitles } from '../compare/difference.ts';
import { countDifferences } from '../compare/difference-list.ts';
import type {
  Explanation,
  SubstitutedValue,
  SubstitutionKind,
} from '../explain/counterfactual/explanation.ts';
import type { FactorResult, HeldResult, Place, Triangulation } from '../explain/triangulation.ts';
import { type Bounds, moreInJson, show } from './bounds.ts';
import type { Fact } from './fact.ts';

/** The parts of the published package that can replace a rebuilt value. */
export const substitutionTitles: Readonly<Record<SubstitutionKind, string>> = {
  entry: 'the entry',
  'no-entry': 'that the entry is missing',
  moved: 'the path of the entry',
  content: 'content',
  attribute: 'attribute',
  header: 'tar header',
  order: 'order of entries',
  'archive-end': 'end of the archive',
  field: 'field',
  encoder: 'version of the compressor',
  'compressed-form': 'compressed form',
  'signature-section': 'the section',
};

const mostListed = 12;

export function explanationFacts(explanation: Explanation, bounds: Bounds): Fact[] {
  const label = 'explained';
  switch (explanation.explained) {
    case 'proven': {
      const { substitutions, minimal } = explanation;
      const one = substitutions.length === 1;
      const values = one ? 'this published value' : 'these published values';
      const needed = minimal && !one ? ', each of them needed' : '';
      const head = `proven: with ${values} in it${needed}, the rebuilt package is the published file`;
      return [{ label, value: [head, ...substitutionLines(substitutions, bounds)].join('\n') }];
    }
    case 'partly': {
      const { substitutions, left } = explanation;
      const head = `partly: with these published values in it, ${counted(countDifferences([left]), 'difference')} left, from byte ${left.firstDifference} on`;
      return [{ label, value: [head, ...substitutionLines(substitutions, bounds)].join('\n') }];
    }
    case 'not-attempted':
      return [{ label, value: `not attempted: ${show(explanation.why, bounds.value)}` }];
  }
}

function substitutionLines(substitutions: readonly SubstitutedValue[], bounds: Bounds): string[] {
  return listed(substitutions, ({ kind, section, path, name, bytes }) => {
    const what = [section, path, substitutionTitles[kind], name ?? ''].filter((text) => text !== '');
    const share = bytes === undefined ? '' : ` (${bytes.different} of ${bytes.size} bytes)`;
    return `${show(what.join(' '), bounds.value)}${share}`;
  });
}

export function triangulationFacts(triangulation: Triangulation, bounds: Bounds): Fact[] {
  const { builds, unstable, publishedOnly, factors, held = [] } = triangulation;
  const own: Fact[] = [
    placesFact(
      'own builds',
      `${counted(unstable.length, 'place')} where ${builds} builds of our own differ`,
      unstable,
      bounds,
    ),
    placesFact(
      'own builds',
      `${counted(publishedOnly.length, 'place')} where all of them agree and the published file differs`,
      publishedOnly,
      bounds,
    ),
  ];
  return [
    ...(builds > 1 ? own : []),
    ...factors.flatMap((factor) => factorFacts(factor, bounds)),
    ...held.map((each) => heldFact(each, bounds)),
  ];
}

function heldFact(result: HeldResult, bounds: Bounds): Fact {
  const label = 'held';
  const what = result.held.join(', ');
  switch (result.outcome) {
    case 'agrees': {
      const { agreeing, asPublished } = result;
      const same = `, ${asPublished.length === 0 ? 'none' : asPublished.length} of them as in the published file`;
      const head = `${what}: two builds agree in ${counted(agreeing.length, 'place')} where builds differ otherwise${same}`;
      return placesFact(label, head, agreeing, bounds);
    }
    case 'no-change':
      return { label, value: `${what}: two builds still differ where builds differ otherwise` };
    case 'build-failed':
      return { label, value: `${what}: the build failed: ${show(result.why, bounds.value)}` };
    case 'not-held':
      return { label, value: `${what}: not held: ${show(result.why, bounds.value)}` };
  }
}

function factorFacts(result: FactorResult, bounds: Bounds): Fact[] {
  const { factor } = result;
  const label = 'varied';
  switch (result.outcome) {
    case 'changes-bytes': {
      const { differing, others } = result;
      const also = others.length === 0 ? '' : `, and ${others.length} where it does not`;
      const head = `${factor}: changes ${counted(differing.length, 'place')} where the published file differs${also}`;
      return [placesFact(label, head, differing, bounds)];
    }
    case 'no-change':
      return [{ label, value: `${factor}: changes nothing` }];
    case 'build-failed':
      return [{ label, value: `${factor}: the build failed: ${show(result.why, bounds.value)}` }];
    case 'not-varied':
      return [{ label, value: `${factor}: not varied: ${show(result.why, bounds.value)}` }];
  }
}

/** Places as one fact, one line each behind a head. */
export function placesFact(label: string, head: string, places: readonly Place[], bounds: Bounds): Fact {
  const lines = listed(places, ({ section, kind, path, name }) => {
    const what = [section, path, `${differenceTitles[kind]}`, name ?? ''].filter((text) => text !== '');
    return show(what.join(' '), bounds.value);
  });
  return { label, value: [head, ...lines].join('\n') };
}

function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

/** The first values, indented, and the number of the others. */
function listed<T>(items: readonly T[], text: (item: T) => string): string[] {
  const lines = items.slice(0, mostListed).map((item) => `  ${text(item)}`);
  const cut = items.length - lines.length;
  return cut === 0 ? lines : [...lines, `  … and ${cut} more; ${moreInJson}`];
}
