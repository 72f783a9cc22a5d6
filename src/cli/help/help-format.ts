/** How help is set: options under headings, in 80 columns or fewer, without what says nothing. */
import { grouped } from '../../lists.ts';
import { wrap } from '../../report/rows.ts';
import type { Command, HelpConfiguration, Option } from '../commander.ts';
import { examplesText } from './examples.ts';
import { headingOf, headingOrder } from './option-headings.ts';
import { exitCodeLines, topics } from './topics.ts';

const mostColumns = 80;
/** Columns of options and arguments; what is longer has its description below it. */
const termColumns = 24;
const indent = 2;

/** Commander's method that its types lack (commander 14, lib/help.js `groupItems`). */
interface Grouping {
  readonly groupItems: <T>(
    all: readonly T[],
    visible: readonly T[],
    headingOfItem: (item: T) => string,
  ) => ReadonlyMap<string, readonly T[]>;
}

function columns(): number {
  return Math.min(mostColumns, process.stdout.columns || mostColumns);
}

const helpConfiguration: HelpConfiguration & Grouping = {
  helpWidth: columns(),
  showGlobalOptions: true,
  padWidth: () => termColumns,
  formatItem(term, _width, description, helper) {
    const room = columns() - termColumns - 2 * indent;
    const lines = helper.boxWrap(description, room).split('\n');
    const margin = ' '.repeat(termColumns + 2 * indent);
    const [first = '', ...others] = lines.map((line) => line.trim());
    const begin = ' '.repeat(indent) + term;
    const isWide = term.length > termColumns;
    const head = isWide ? [begin, margin + first] : [begin.padEnd(margin.length) + first];
    return [...head, ...others.map((line) => margin + line)].map((line) => line.trimEnd()).join('\n');
  },
  optionDescription(option) {
    const { description, argChoices, defaultValue } = option;
    const more = [
      ...(argChoices === undefined || option.flags.includes('[') ? [] : [argChoices.join(', ')]),
      ...(isTelling(option) ? [`default: ${String(defaultValue)}`] : []),
    ];
    return more.length === 0 ? description : `${description} (${more.join('; ')})`;
  },
  groupItems: <T>(_all: readonly T[], visible: readonly T[], headingOfItem: (item: T) => string) => {
    const rank = (heading: string) => headingOrder.indexOf(heading);
    return new Map([...grouped(visible, headingOfItem)].sort(([a], [b]) => rank(a) - rank(b)));
  },
};

/** Whether a default says something: none, an empty list and a switch that is off do not. */
function isTelling({ defaultValue, negate }: Option): boolean {
  if (negate || defaultValue === undefined || defaultValue === false) return false;
  return !(Array.isArray(defaultValue) && defaultValue.length === 0);
}

/** Puts the options of a command and of all below it under their headings, and examples behind the help of those that do something. */
export function arrangeHelp(command: Command, words = ''): void {
  command.configureHelp(helpConfiguration);
  for (const option of command.options) {
    const heading = headingOf(option.long?.slice(2) ?? '');
    if (heading !== undefined) option.helpGroup(heading);
  }
  if (words !== '' && command.commands.length === 0) command.addHelpText('after', examplesText(words));
  if (words === '') command.addHelpText('after', rootText());
  for (const each of command.commands) arrangeHelp(each, `${words} ${each.name()}`.trim());
}

function rootText(): string {
  return ['', 'Exit codes:', ...exitCodeLines(), '', 'Start with: wolfi-repro doctor', ...topicLines()].join(
    '\n',
  );
}

function topicLines(): string[] {
  return wrap(
    `More help: wolfi-repro help ${Object.keys(topics).join('|')}`.replaceAll('|', ' | '),
    columns(),
  );
}
