/** The manual page, of the same tree of commands as the help; in the macros of man(7). */
import type { Command, Option } from '../commander.ts';
import { examples } from './examples.ts';
import { topics } from './topics.ts';

/** The whole page: each command with its options and examples, then the topics. */
export function manPage(program: Command, version: string): string {
  return [
    `.TH WOLFI-REPRO 1 "" "wolfi-repro ${version}" "User Commands"`,
    '.SH NAME',
    `wolfi-repro \\- ${text('rebuild published packages and compare every byte')}`,
    '.SH SYNOPSIS',
    '.B wolfi-repro',
    '.I command',
    '[options] [arguments]',
    '.SH DESCRIPTION',
    text(program.description()),
    '.SH OPTIONS',
    ...program.options.flatMap(optionLines),
    '.SH COMMANDS',
    ...program.commands.flatMap((each) => commandLines(each, each.name())),
    ...Object.entries(topics).flatMap(([name, topic]) => [
      `.SH ${name.toUpperCase().replace('-', ' ')}`,
      ...literal(topic.text().split('\n').slice(2)),
    ]),
    '',
  ].join('\n');
}

function commandLines(command: Command, words: string): string[] {
  if (command.commands.length > 0)
    return command.commands.flatMap((each) => commandLines(each, `${words} ${each.name()}`));
  const lines = (examples[words] ?? []).map((each) => `wolfi-repro ${words} ${each}`.trim());
  return [
    `.SS ${text(words)}`,
    text(command.description()),
    ...command.registeredArguments.flatMap(({ description, variadic, required }, at) => {
      const name = command.registeredArguments[at]!.name();
      const shown = `${name}${variadic ? '...' : ''}`;
      return ['.TP', `.I ${text(required ? shown : `[${shown}]`)}`, text(description)];
    }),
    ...command.options.filter(({ hidden }) => !hidden).flatMap(optionLines),
    ...(lines.length === 0 ? [] : ['.PP', 'Examples:', '.PP', ...literal(lines)]),
  ];
}

function optionLines({ flags, description }: Option): string[] {
  return ['.TP', `.B ${text(flags)}`, text(description)];
}

/** Lines that stay as they are. */
function literal(lines: readonly string[]): string[] {
  return ['.nf', '.RS', ...lines.map((line) => text(line)), '.RE', '.fi'];
}

/** Text without what roff would take for a request or an escape (groff_char(7)). */
function text(plain: string): string {
  return plain
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/, '\\&')
    .replaceAll('…', '...')
    .replaceAll('’', "'");
}
