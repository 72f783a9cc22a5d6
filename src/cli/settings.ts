/** Settings joined with what was typed. It is loaded only where there are some. */

import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { shownTyped } from '../address.ts';
import type { ConfigValue } from '../config/config-key.ts';
import { type ConfigSources, type EffectiveValue, effectiveValue } from '../config/effective.ts';
import { parseConfig } from '../config/parse-config.ts';
import { Failure } from '../failure.ts';
import { notRead } from '../named-path.ts';
import type { Command } from './commander.ts';
import { type ConfigFile, realPath } from './find-config.ts';
import { commandName, type OptionKey, optionKeys } from './option-keys.ts';
import { printNote } from './output.ts';
import type { RawOptions } from './raw-options.ts';

/** Several times what anybody writes. */
const mostBytes = 1 << 20;

/** The options of a command with the settings that hold for it. */
export function withSettings(command: Command, typed: RawOptions, file: ConfigFile | undefined): RawOptions {
  const keys = optionKeys(programOf(command));
  const name = commandName(command);
  const values = typed as unknown as Readonly<Record<string, ConfigValue | undefined>>;
  const sources: ConfigSources = {
    config: configSource(file, keys),
    environment: process.env,
    given: (key) => {
      const { member } = key as OptionKey;
      return { value: values[member], typed: command.getOptionValueSourceWithGlobals(member) === 'cli' };
    },
  };
  const own = keys.filter(({ commands }) => commands.includes(name));
  const settled = own.map((key) => ({ member: key.member, ...effectiveValue(key, name, sources) }));
  sayFound(settled, file);
  const held = settled.filter(({ value }) => value !== undefined);
  return { ...typed, ...Object.fromEntries(held.map(({ member, value }) => [member, value])) };
}

/** Says what a file decides that nobody named: it may be that of a pull request, and let a package pass. */
function sayFound(settled: readonly EffectiveValue[], file: ConfigFile | undefined): void {
  if (file === undefined || file.isNamed) return;
  const own = settled.filter(({ origin }) => origin.kind === 'file').map(({ key }) => key.name);
  if (own.length > 0) printNote(`wolfi-repro: ${shownTyped(file.shown)} sets ${own.sort().join(', ')}`);
}

function programOf(command: Command): Command {
  return command.parent === null ? command : programOf(command.parent);
}

/** The file as a source of settings. Fails with `usage` where it cannot be believed, read or parsed. */
export function configSource(
  file: ConfigFile | undefined,
  keys: readonly OptionKey[],
): ConfigSources['config'] {
  if (file === undefined) return undefined;
  const shown = shownTyped(file.shown);
  if (file.refused !== undefined)
    throw new Failure('usage', `${shown} was found and is not used: ${file.refused}`, {
      hint: `name it, if you believe it: --config ${shown}; or use none: --config none`,
    });
  const place = {
    folder: dirname(file.path),
    workingDirectory: process.cwd(),
    isNamed: file.isNamed,
    real: realPath,
  };
  return { parsed: parseConfig(readConfig(file, shown), shown, keys), place };
}

function readConfig({ path, isNamed }: ConfigFile, shown: string): Buffer {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (isNamed ? 0 : constants.O_NOFOLLOW));
    if (fstatSync(descriptor).size > mostBytes)
      throw new Failure('usage', `${shown} is larger than ${mostBytes} bytes`);
    return readFileSync(descriptor);
  } catch (cause) {
    if (cause instanceof Failure) throw cause;
    throw notRead(shown, cause);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
