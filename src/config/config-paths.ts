/** Paths in a file of settings: relative to the file, and bound to its folder where nobody named the file. */
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { Failure } from '../failure.ts';
import { isAddress } from '../inputs/store/files.ts';
import type { ConfigKey, ConfigValue } from './config-key.ts';
import type { ConfigSetting } from './parse-config.ts';

/** Where a file of settings lies, and how much it is believed. */
export interface ConfigPlace {
  /** The absolute path of its folder. */
  readonly folder: string;
  /** The absolute path of the working directory, from which options are read. */
  readonly workingDirectory: string;
  /** Whether somebody named it; a file that was merely found may be anybody's who can write to the repository. */
  readonly isNamed: boolean;
  /** The path that an existing path leads to, links resolved; of one that does not exist, where it would be made. */
  readonly real: (path: string) => string;
}

/**
 * Values that let a program out of its bounds, let a package's addresses into private networks, have a key of the user's sign, or hand results to others: only a file that
 * was named may have them.
 */
export const needsName: ReadonlyMap<string, readonly ConfigValue[] | 'any'> = new Map<
  string,
  readonly ConfigValue[] | 'any'
>([
  ['melange', 'any'],
  ['engine', ['melange', 'both']],
  ['sandbox', ['chroot']],
  ['trust-recipe', [true]],
  ['network', ['host']],
  ['allow-private-addresses', [true]],
  ['attest-agent', 'any'],
  ['database', 'any'],
  ['rebuilderd', 'any'],
  ['artifacts', 'any'],
]);

/** The value of a setting as the option would be typed in the working directory. Fails with `usage` for what a file that was found may not say. */
export function placedValue(setting: ConfigSetting, file: string, place: ConfigPlace): ConfigValue {
  const { key, value, at } = setting;
  const refuse = (problem: string) =>
    new Failure('usage', `${file}:${at.line}:${at.column}: ${problem}`, {
      hint: `say it on the command line, or name the file: --config ${file}`,
    });
  const barred = key.form.isProgram ? 'any' : needsName.get(key.name);
  if (!place.isNamed && barred !== undefined && (barred === 'any' || barred.includes(value)))
    throw refuse(`${key.name} is for you to say, and nobody named this file`);
  if (!key.form.isPath || typeof value === 'boolean') return value;
  const placed = (text: string) => placedText(key, text, place, refuse);
  return typeof value === 'string' ? placed(value) : value.map(placed);
}

function placedText(
  { form, name }: ConfigKey,
  text: string,
  place: ConfigPlace,
  refuse: (problem: string) => Failure,
): string {
  if (form.words.includes(text)) return text;
  const at = form.prefixed ? text.indexOf('=') + 1 : 0;
  const location = text.slice(at);
  if (isAddress(location)) return text;
  const path = resolve(place.folder, location);
  if (!place.isNamed && !isBelow(place.real(path), place.real(place.folder)))
    throw refuse(`${name} leads out of the folder of a file that nobody named`);
  return `${text.slice(0, at)}${typed(path, location, place)}`;
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/** A path as it would be typed: reports show what was typed, and must not differ by where a checkout lies. */
function typed(path: string, location: string, { folder, workingDirectory }: ConfigPlace): string {
  if (isAbsolute(location) || folder === workingDirectory) return location;
  const way = relative(workingDirectory, path);
  return way === '' ? '.' : way.startsWith('..') ? way : join('.', way);
}
