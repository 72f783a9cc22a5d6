/** `wolfi-repro config show|check|path|schema`. */
import { existsSync } from 'node:fs';
import { shownAddress } from '../../address.ts';
import { counted, printable } from '../../bytes.ts';
import type { ConfigValue } from '../../config/config-key.ts';
import { configSchema } from '../../config/config-schema.ts';
import {
  type ConfigOrigin,
  type ConfigSources,
  type EffectiveValue,
  effectiveValue,
  variableKeys,
  variableOf,
} from '../../config/effective.ts';
import { isAddress } from '../../inputs/store/files.ts';
import { nearName } from '../../near-names.ts';
import { renderValue } from '../../report/json-report.ts';
import type { Command } from '../commander.ts';
import { findConfig, namedConfig } from '../find-config.ts';
import { type OptionKey, optionKeys } from '../option-keys.ts';
import { printData, printNote } from '../output.ts';
import { configSource } from '../settings.ts';

interface ConfigOptions {
  readonly config?: string;
  readonly format?: 'text' | 'json';
}

/** A setting as it is listed: of all commands, or of one. */
interface Row extends EffectiveValue {
  readonly command: string | undefined;
}

/** Everything that holds, with its origin. */
export function configShowCommand(program: Command, { config, format }: ConfigOptions): number {
  const { keys, sources } = settingsOf(program, config);
  const rows = [...sharedRows(keys, sources), ...commandRows(keys, sources)];
  printData(format === 'json' ? showJson(rows, sources) : rows.map(rowText).join(''));
  return 0;
}

/** Whether the file can be used. Exits with 2 where not; what it names and is not there is said, and may come later. */
export function configCheckCommand(program: Command, { config }: ConfigOptions): number {
  const { keys, sources } = settingsOf(program, config);
  if (sources.config === undefined) {
    printData('none\n');
    return 0;
  }
  const rows = [...sharedRows(keys, sources), ...commandRows(keys, sources)].filter(
    ({ origin }) => origin.kind === 'file',
  );
  for (const row of rows)
    for (const path of missingPaths(row))
      printNote(`${originText(row.origin)}: ${printable(path)} is not there`);
  for (const note of strangeVariables()) printNote(note);
  printData(`${sources.config.parsed.file}: ${counted(rows.length, 'setting')}\n`);
  return 0;
}

/** The path of the file, or `none`. */
export function configPathCommand({ config }: ConfigOptions): number {
  printData(`${findConfig(namedConfig(config))?.path ?? 'none'}\n`);
  return 0;
}

/** The schema of the file. */
export function configSchemaCommand(program: Command): number {
  printData(renderValue(configSchema(optionKeys(program))));
  return 0;
}

function settingsOf(program: Command, named: string | undefined) {
  const keys = optionKeys(program);
  const sources: ConfigSources = {
    config: configSource(findConfig(namedConfig(named)), keys),
    environment: process.env,
    given: (key) => ({ value: (key as OptionKey).fallback, typed: false }),
  };
  return { keys, sources };
}

function sharedRows(keys: readonly OptionKey[], sources: ConfigSources): Row[] {
  return keys
    .filter(({ isShared }) => isShared)
    .map((key) => ({ ...effectiveValue(key, '', sources), command: undefined }));
}

/** What the file says for one command; it gives way to the environment. */
function commandRows(keys: readonly OptionKey[], sources: ConfigSources): Row[] {
  const below = [...(sources.config?.parsed.commands ?? [])];
  return below.flatMap(([command, settings]) =>
    keys
      .filter((key) => key.commands.includes(command) && settings.has(key.name))
      .map((key) => ({ ...effectiveValue(key, command, sources), command })),
  );
}

function rowText({ key, command, value, origin }: Row): string {
  const name = command === undefined ? key.name : `${command}: ${key.name}`;
  const values = valuesOf(value);
  const shown = values.length === 0 ? ['-'] : values;
  return shown
    .map((each) => `${name.padEnd(28)} ${printable(shownAddress(each)).padEnd(32)} ${originText(origin)}\n`)
    .join('');
}

function valuesOf(value: ConfigValue | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === 'object' ? value : [String(value)];
}

function originText(origin: ConfigOrigin): string {
  switch (origin.kind) {
    case 'flag':
      return 'command line';
    case 'variable':
      return origin.variable;
    case 'file':
      return `${origin.file}:${origin.line}`;
    case 'default':
      return 'default';
  }
}

function showJson(rows: readonly Row[], { config }: ConfigSources): string {
  const shown = (value: ConfigValue | undefined) => {
    if (value === undefined) return null;
    return typeof value === 'boolean'
      ? value
      : typeof value === 'string'
        ? shownAddress(value)
        : value.map(shownAddress);
  };
  return renderValue({
    schema: 'wolfi-repro/settings/1',
    file: config?.parsed.file ?? null,
    settings: rows.map(({ key, command, value, origin }) => ({
      key: key.name,
      ...(command === undefined ? {} : { command }),
      value: shown(value),
      origin,
    })),
  });
}

/** Paths that are read and do not exist. */
function missingPaths({ key: { form, name }, value }: Row): readonly string[] {
  if (!form.isPath || writtenKeys.has(name)) return [];
  return valuesOf(value)
    .filter((text) => !form.words.includes(text))
    .map((text) => (form.prefixed ? text.slice(text.indexOf('=') + 1) : text))
    .filter((text) => !isAddress(text) && !existsSync(text));
}

/** Keys whose paths are written to, and made where they do not exist. */
const writtenKeys: ReadonlySet<string> = new Set([
  'cache',
  'log',
  'out',
  'attest',
  'output-dir',
  'output',
  'keep-scans',
  'transcript',
  'bundle',
]);

/** Variables whose names are nearly those of settings. */
function strangeVariables(): string[] {
  const known = ['WOLFI_REPRO_CONFIG', ...variableKeys.map((name) => variableOf({ name })!)];
  return Object.keys(process.env)
    .filter((name) => name.startsWith('WOLFI_REPRO_') && !known.includes(name))
    .flatMap((name) => {
      const near = nearName(
        name.slice('WOLFI_REPRO_'.length),
        known.map((each) => each.slice('WOLFI_REPRO_'.length)),
      );
      return near === undefined ? [] : [`${printable(name)} is not a setting; WOLFI_REPRO_${near} is`];
    })
    .sort();
}
