/** The settings of `verify` with which the jobs of a sweep are judged: what was typed for the sweep, with absolute paths, since they are written to a file elsewhere. */
import { resolve } from 'node:path';
import type { ConfigKey, ConfigValue } from '../config/config-key.ts';
import { isAddress } from '../inputs/store/files.ts';
import type { JudgeSettings } from '../sweep/judge/judge-job.ts';
import type { Command } from './commander.ts';
import { commandName, optionKeys } from './option-keys.ts';
import type { RawOptions } from './raw-options.ts';

/** What a sweep decides for each job by itself. */
const ofTheSweep: ReadonlySet<string> = new Set(['jobs', 'log', 'arch', 'color']);

/** The options of a command that `verify` has as well. */
export function judgeSettings(command: Command, raw: RawOptions): JudgeSettings {
  const values = raw as unknown as Readonly<Record<string, ConfigValue | undefined>>;
  const program = (each: Command): Command => (each.parent === null ? each : program(each.parent));
  const own = optionKeys(program(command)).filter(
    ({ name, commands }) =>
      commands.includes('verify') && commands.includes(commandName(command)) && !ofTheSweep.has(name),
  );
  const settings = own.map((key) => [key.name, settingOf(key, values[key.member])] as const);
  return Object.fromEntries(settings.filter(([, value]) => value !== undefined)) as JudgeSettings;
}

function settingOf(key: ConfigKey, value: ConfigValue | undefined): JudgeSettings[string] | undefined {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return undefined;
  if (key.form.kind === 'count') return Number(value);
  if (!key.form.isPath || typeof value === 'boolean') return value;
  return typeof value === 'string' ? placed(key, value) : value.map((each) => placed(key, each));
}

function placed({ form }: ConfigKey, text: string): string {
  if (form.words.includes(text)) return text;
  const at = form.prefixed ? text.indexOf('=') + 1 : 0;
  const location = text.slice(at);
  return isAddress(location) ? text : `${text.slice(0, at)}${resolve(location)}`;
}
