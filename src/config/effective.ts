/** What holds in the end: the command line, then the environment, then the file, then the default. A list replaces, it is never joined. */
import type { ConfigKey, ConfigValue } from './config-key.ts';
import { type ConfigPlace, placedValue } from './config-paths.ts';
import { type Config, parseVariable } from './parse-config.ts';

/** Where a value comes from. */
export type ConfigOrigin =
  | { readonly kind: 'flag' }
  | { readonly kind: 'variable'; readonly variable: string }
  | { readonly kind: 'file'; readonly file: string; readonly line: number }
  | { readonly kind: 'default' };

export interface EffectiveValue {
  readonly key: ConfigKey;
  /** Undefined where nothing gives one. */
  readonly value: ConfigValue | undefined;
  readonly origin: ConfigOrigin;
}

/** What a value is chosen from. */
export interface ConfigSources {
  /** A file that was read, and where it lies; undefined where there is none. */
  readonly config: { readonly parsed: Config; readonly place: ConfigPlace } | undefined;
  /** The environment of the program. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The value of the command line or the default, and whether it was typed. */
  readonly given: (key: ConfigKey) => { readonly value: ConfigValue | undefined; readonly typed: boolean };
}

/** Options that jobs set, each by a variable of its own; a list has a line for each item. */
export const variableKeys: readonly string[] = [
  ...[
    'key',
    'repository',
    'fallback-repository',
    'allow-unsigned',
    'arch',
    'max-index-age',
    'offline',
    'cache',
  ],
  ...['environment', 'source-cache', 'source-mirror', 'source-dir', 'recipe-repository'],
  ...[
    'trust-recorded-repositories',
    'allow-unpinned-sources',
    'network',
    'transcript',
    'sandbox',
    'trust-recipe',
  ],
  ...['jobs', 'threads', 'step-seconds', 'memory-mib', 'processes', 'disk-mib', 'repeat', 'log'],
  ...['fail-on', 'shard', 'changed-since', 'docs-url', 'policy', 'baseline', 'database'],
];

/** The environment variable of a key; undefined where it has none. */
export function variableOf({ name }: Pick<ConfigKey, 'name'>): string | undefined {
  return variableKeys.includes(name) ? `WOLFI_REPRO_${name.toUpperCase().replaceAll('-', '_')}` : undefined;
}

/** The value of one key for one command. Fails with `usage` for a value that cannot be meant. */
export function effectiveValue(
  key: ConfigKey,
  command: string,
  { config, environment, given }: ConfigSources,
): EffectiveValue {
  const { value, typed } = given(key);
  if (typed) return { key, value, origin: { kind: 'flag' } };
  const variable = variableOf(key);
  const text = variable === undefined ? '' : (environment[variable] ?? '');
  // Empty is unset: a workflow that passes an input on sets the variable whether the input was given or not.
  if (variable !== undefined && text !== '')
    return { key, value: parseVariable(key, text, variable), origin: { kind: 'variable', variable } };
  const setting = config?.parsed.commands.get(command)?.get(key.name) ?? config?.parsed.shared.get(key.name);
  if (config === undefined || setting === undefined) return { key, value, origin: { kind: 'default' } };
  const { file } = config.parsed;
  return {
    key,
    value: placedValue(setting, file, config.place),
    origin: { kind: 'file', file, line: setting.at.line },
  };
}
