/** `wolfi-repro help`. */
import { Failure } from '../../failure.ts';
import { nearNames } from '../../near-names.ts';
import type { Command } from '../commander.ts';
import { topics } from '../help/topics.ts';
import { printData } from '../output.ts';

export function helpCommand(program: Command, words: readonly string[]): number {
  printData(textFor(program, words));
  return 0;
}

function textFor(program: Command, words: readonly string[]): string {
  const [first] = words;
  if (first === undefined) return topicList();
  const topic = words.length === 1 && Object.hasOwn(topics, first) ? topics[first] : undefined;
  if (topic !== undefined) return `${topic.text()}\n`;
  let command: Command | undefined = program;
  for (const word of words) command = command?.commands.find((each) => each.name() === word);
  if (command !== undefined) return helpOf(command);
  const known = [...Object.keys(topics), ...program.commands.map((each) => each.name())];
  const near = nearNames(first, known, 2);
  throw new Failure('usage', 'there is no help of this name', {
    got: words.join(' '),
    expected: `a command, or one of ${Object.keys(topics).join(', ')}`,
    ...(near.length === 0 ? {} : { hint: `near it are ${near.join(', ')}` }),
  });
}

/** The help of a command with what stands behind it. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({
    writeOut: (piece) => {
      text += piece;
    },
  });
  command.outputHelp();
  return text;
}

function topicList(): string {
  const lines = Object.entries(topics).map(([name, { summary }]) => `  ${name.padEnd(14)}${summary}`);
  return ['Topics:', ...lines, '', 'Commands: wolfi-repro --help', ''].join('\n');
}
