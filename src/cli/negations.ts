/** `--no-NAME` for what a file of settings or a variable sets and one call is not to have: switches, and what lets packages through a gate. */
import { type Command, Option } from './commander.ts';

/** Options with a value that can be taken back. Of most others nobody could say what their absence means: `--no-sandbox` must not mean the usual one. */
const gates: ReadonlySet<string> = new Set(['policy', 'baseline']);

/** Adds the options to every command, unseen: help has one line for each switch. */
export function addNegations(command: Command): void {
  const names = new Set(command.options.map(({ long }) => long));
  for (const option of command.options.filter(canBeTakenBack)) {
    const flag = `--no-${option.name()}`;
    if (!names.has(flag)) command.addOption(new Option(flag).hideHelp());
  }
  for (const each of command.commands) addNegations(each);
}

function canBeTakenBack(option: Option): boolean {
  const isSwitch = !(option.negate || option.required || option.optional) && option.name() !== 'version';
  return isSwitch || gates.has(option.name());
}

/** Whether an option only takes a different one back, and is not a setting of its own. */
export function isNegation({ negate, hidden }: Option): boolean {
  return negate && hidden;
}

/** Options without the values that were taken back. */
export function withoutNegated<Options extends object>(options: Options): Options {
  const kept = Object.entries(options).filter(([name, value]) => !(gates.has(name) && value === false));
  return Object.fromEntries(kept) as Options;
}
