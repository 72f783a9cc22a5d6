/** The keys of the file of settings, made of the options of the command line: there is no second list of them. */
import { canonicalJson } from '../canonical.ts';
import { type ConfigKey, type ConfigValue, valueForm } from '../config/config-key.ts';
import { grouped } from '../lists.ts';
import type { Command, Option } from './commander.ts';
import { isNegation } from './negations.ts';

/** A key with where the option's value is kept. */
export interface OptionKey extends ConfigKey {
  /** The name of the member of the parsed options. */
  readonly member: string;
  readonly fallback: ConfigValue | undefined;
}

/** Options that a file of settings cannot hold: they name the file, are not settings, or would stop the clock by which rules of a policy end. */
const notSettings: ReadonlySet<string> = new Set(['config', 'help', 'version', 'today']);

/** Options that mean the same in all commands and say what becomes of one call's result. */
const ofOneCommand: ReadonlySet<string> = new Set(['format', 'output', 'bundle']);

/** The keys of all options of a program. Those of one name that commands write differently are several, and none of them can stand at the top. */
export function optionKeys(program: Command): readonly OptionKey[] {
  const leaves = leavesOf(program, []);
  const everywhere = leaves.map(({ name }) => name);
  const own = (options: readonly Option[]) =>
    options.filter((option) => !notSettings.has(option.name()) && !isNegation(option));
  const all = [
    ...own(program.options).map((option) => keyOf(option, everywhere)),
    ...leaves.flatMap(({ name, command }) => own(command.options).map((option) => keyOf(option, [name]))),
  ];
  const alike = grouped(all, ({ name, choices, isList, form }) =>
    canonicalJson({ name, choices: choices ?? null, isList, form }),
  );
  const keys = [...alike.values()].map((each) => ({
    ...each[0],
    commands: each.flatMap(({ commands }) => commands),
  }));
  const unlike = keys.find(
    (key) => key.isShared && keys.some((other) => other !== key && other.name === key.name),
  );
  if (unlike !== undefined)
    throw new TypeError(`--${unlike.name} is written differently in ${unlike.commands}`);
  return keys;
}

interface Leaf {
  readonly name: string;
  readonly command: Command;
}

/** Commands that do something, with the words that call each. `config` is about settings, and has none. */
function leavesOf(command: Command, words: readonly string[]): Leaf[] {
  if (words[0] === 'config') return [];
  if (command.commands.length === 0) return [{ name: words.join(' '), command }];
  return command.commands.flatMap((each) => leavesOf(each, [...words, each.name()]));
}

/** The words that call a command, without the program's own. */
export function commandName(command: Command): string {
  return command.parent === null ? '' : `${commandName(command.parent)} ${command.name()}`.trim();
}

function keyOf(option: Option, commands: readonly string[]): OptionKey {
  const name = option.name().replace(/^no-/, '');
  const at = option.flags.search(/[<[]/);
  const placeholder = at < 0 ? '' : option.flags.slice(at + 1, -1);
  const fallback = option.defaultValue as ConfigValue | undefined;
  return {
    name,
    member: option.attributeName(),
    form: valueForm(placeholder),
    isList: Array.isArray(fallback),
    choices: option.argChoices,
    description: option.description,
    commands,
    isShared: !ofOneCommand.has(name),
    fallback: option.negate ? true : fallback,
  };
}
