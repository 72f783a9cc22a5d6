/** The keys of a file of settings: one for each option of the command line, of the option's name. */

/** How a value is written, which the placeholder of an option says (`<dir|url>`). */
export interface ValueForm {
  readonly kind: 'flag' | 'count' | 'text';
  /** Whether it can be a path: it is then relative to the file that it is written in. */
  readonly isPath: boolean;
  /** Whether it is a program that is started on this machine, not in a sandbox. */
  readonly isProgram: boolean;
  /** Whether a path stands behind `PREFIX=`. */
  readonly prefixed: boolean;
  /** Words that are not paths. */
  readonly words: readonly string[];
}

/** One key. */
export interface ConfigKey {
  /** As the option is typed, without its dashes. */
  readonly name: string;
  readonly form: ValueForm;
  /** Whether the option can be repeated: the value is then a list, or one item of it. */
  readonly isList: boolean;
  /** The only values; undefined where any may be. */
  readonly choices: readonly string[] | undefined;
  readonly description: string;
  /** The commands that have the option, such as `verify` and `cache prune`. */
  readonly commands: readonly string[];
  /** Whether it may stand at the top, for all of its commands; where not, it means something else in each and stands below `commands`. */
  readonly isShared: boolean;
}

/** A value as options hold it: a number is its digits. */
export type ConfigValue = string | boolean | readonly string[];

const plain: ValueForm = { kind: 'text', isPath: false, isProgram: false, prefixed: false, words: [] };
const path: ValueForm = { ...plain, isPath: true };
const count: ValueForm = { ...plain, kind: 'count' };

/** What each placeholder stands for. An option with a different one is refused when the keys are made, so that no path is taken for a word. */
const forms: Readonly<Record<string, ValueForm>> = {
  '': { ...plain, kind: 'flag' },
  file: path,
  dir: path,
  path,
  program: { ...path, isProgram: true },
  'file|url': path,
  'dir|url': path,
  'ref|file': plain,
  'date|file': plain,
  tag: plain,
  class: plain,
  priority: plain,
  'i/n': plain,
  url: plain,
  verdict: plain,
  'prefix=dir|url': { ...path, prefixed: true },
  'recorded|nearest|host|dir': { ...path, words: ['recorded', 'nearest', 'host'] },
  n: count,
  days: count,
  arch: plain,
  uri: plain,
  fingerprint: plain,
  sha256: plain,
  'builddate|date|now': plain,
  date: plain,
  mode: plain,
  kind: plain,
  name: plain,
  format: plain,
  factor: plain,
  time: plain,
  size: plain,
};

/** The form of an option's value by what stands between its brackets; empty for a switch. Throws for one that is not known. */
export function valueForm(placeholder: string): ValueForm {
  const form = forms[placeholder];
  if (form === undefined)
    throw new TypeError(`no form is known for <${placeholder}>: src/config/config-key.ts`);
  return form;
}

export const commandsKey = 'commands';

/** The largest number of a value, of characters of a text, and of items of a list. */
export const configBounds = { number: 999_999_999, characters: 4096, items: 1000 } as const;

/** A text without control characters. */
export const configText: RegExp = /^[^\u0000-\u001f\u007f]+$/;
