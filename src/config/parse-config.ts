/** `wolfi-repro.yaml`: bytes to settings, strictly. Pure; what is relative stays so. */
import { parseLocatedYaml } from '../claim/recipe/parse-yaml.ts';
import type {
  LocatedEntry,
  LocatedMapping,
  LocatedNode,
  LocatedScalar,
  TextPlace,
} from '../claim/recipe/yaml-node.ts';
import { Failure } from '../failure.ts';
import { nearName } from '../near-names.ts';
import { type ConfigKey, type ConfigValue, commandsKey, configBounds, configText } from './config-key.ts';

/** A value and the place where its key stands. */
export interface ConfigSetting {
  readonly key: ConfigKey;
  readonly value: ConfigValue;
  readonly at: TextPlace;
}

export interface Config {
  /** The file as messages show it. */
  readonly file: string;
  /** Settings for all commands, by key. */
  readonly shared: ReadonlyMap<string, ConfigSetting>;
  /** Settings for one command, by command and key. */
  readonly commands: ReadonlyMap<string, ReadonlyMap<string, ConfigSetting>>;
}

/** Parses a file. Fails with `usage`, the place and what was probably meant. */
export function parseConfig(bytes: Uint8Array, file: string, keys: readonly ConfigKey[]): Config {
  const top = parseLocatedYaml(bytes);
  if (top.kind === 'fault') throw wrong(file, top.at, top.problem);
  return new Reader(file, keys).config(top);
}

/** A value of an environment variable. Fails with `usage`. */
export function parseVariable(key: ConfigKey, text: string, variable: string): ConfigValue {
  const refuse = (expected: string): never => {
    throw new Failure('usage', `the environment variable ${variable} has a wrong value`, { expected });
  };
  if (key.form.kind === 'flag') {
    return text === 'true' || (text === 'false' ? false : refuse('true or false'));
  }
  const items = key.isList
    ? text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== '')
    : [text.trim()];
  for (const item of items) {
    const problem = textProblem(key, item);
    if (problem !== undefined) refuse(problem);
  }
  return key.isList ? items : items[0]!;
}

function wrong(
  file: string,
  { line, column }: TextPlace,
  problem: string,
  details: { readonly expected?: string; readonly hint?: string } = {},
): Failure {
  return new Failure('usage', `${file}:${line}:${column}: ${problem}`, details);
}

/** What a value should be; undefined where it is. */
function textProblem({ form, choices }: ConfigKey, text: string): string | undefined {
  if (form.kind === 'count')
    return /^[1-9]\d{0,8}$/.test(text) ? undefined : `a whole number from 1 to ${configBounds.number}`;
  if (choices !== undefined) return choices.includes(text) ? undefined : `one of ${choices.join(', ')}`;
  if (text.length > configBounds.characters) return `a text of at most ${configBounds.characters} characters`;
  return configText.test(text) ? undefined : 'a text that is not empty and holds no control character';
}

/** What is allowed in one mapping of options. */
interface Scope {
  readonly allowed: readonly ConfigKey[];
  readonly others: readonly string[];
}

class Reader {
  readonly #file: string;
  readonly #keys: readonly ConfigKey[];

  constructor(file: string, keys: readonly ConfigKey[]) {
    this.#file = file;
    this.#keys = keys;
  }

  config(top: LocatedNode): Config {
    const isEmpty = top.kind === 'scalar' && top.value === null;
    const { entries } = isEmpty ? { entries: [] } : this.#mapping(top, 'the file');
    const shared = { allowed: this.#keys.filter(({ isShared }) => isShared), others: [commandsKey] };
    const commands = entries.find(({ key }) => key === commandsKey);
    return {
      file: this.#file,
      shared: this.#settings(
        entries.filter(({ key }) => key !== commandsKey),
        shared,
      ),
      commands: commands === undefined ? new Map() : this.#commands(commands),
    };
  }

  #mapping(node: LocatedNode, what: string): LocatedMapping {
    if (node.kind === 'mapping') return node;
    throw this.#wrong(node.at, `${what} is not a mapping`, { expected: 'KEY: VALUE on each line' });
  }

  #commands({ value }: LocatedEntry): Config['commands'] {
    const names = [...new Set(this.#keys.flatMap(({ commands }) => commands))];
    return new Map(
      this.#mapping(value, commandsKey).entries.map(({ key: command, at, value: below }) => {
        if (!names.includes(command)) throw this.#unknown(at, 'command', command, names);
        const allowed = this.#keys.filter(({ commands }) => commands.includes(command));
        const { entries } = this.#mapping(below, `${commandsKey}.${command}`);
        return [command, this.#settings(entries, { allowed, others: [] })];
      }),
    );
  }

  #settings(
    entries: readonly LocatedEntry[],
    { allowed, others }: Scope,
  ): ReadonlyMap<string, ConfigSetting> {
    return new Map(
      entries.map(({ key: name, at, value }) => {
        const key = allowed.find((each) => each.name === name);
        if (key === undefined)
          throw this.#misplaced(at, name, [...allowed.map((each) => each.name), ...others]);
        return [name, { key, at, value: this.#value(key, value) }];
      }),
    );
  }

  #misplaced(at: TextPlace, name: string, names: readonly string[]): Failure {
    const elsewhere = this.#keys.find((key) => key.name === name);
    if (elsewhere === undefined) return this.#unknown(at, 'key', name, names);
    const places = elsewhere.commands.map((command) => `${commandsKey}.${command}`).join(', ');
    return this.#wrong(at, `${name} cannot stand here`, { expected: `it below ${places}` });
  }

  #unknown(at: TextPlace, what: string, name: string, names: readonly string[]): Failure {
    const near = nearName(name, names);
    return this.#wrong(at, `there is no ${what} ${name}`, {
      hint: near === undefined ? 'wolfi-repro config show lists all keys' : `did you mean ${near}?`,
    });
  }

  #value(key: ConfigKey, node: LocatedNode): ConfigValue {
    if (!key.isList) return this.#item(key, node);
    if (node.kind !== 'sequence') return [this.#item(key, node) as string];
    if (node.items.length > configBounds.items)
      throw this.#wrong(node.at, `${key.name} has too many items`, {
        expected: `at most ${configBounds.items}`,
      });
    return node.items.map((item) => this.#item(key, item) as string);
  }

  #item(key: ConfigKey, node: LocatedNode): string | boolean {
    const refuse = (expected: string) =>
      this.#wrong(node.at, `the value of ${key.name} is wrong`, { expected });
    if (node.kind !== 'scalar') throw refuse(key.isList ? 'a text, or a list of texts' : 'one value');
    const { kind } = key.form;
    if (kind === 'flag') {
      if (typeof node.value === 'boolean') return node.value;
      throw refuse('true or false');
    }
    const text = kind === 'count' ? this.#digits(node) : node.text;
    if (kind === 'text' && typeof node.value !== 'string') throw refuse('a text: write it in quotes');
    const problem = textProblem(key, text);
    if (problem === undefined) return text;
    throw refuse(problem);
  }

  #digits({ value }: LocatedScalar): string {
    return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : '';
  }

  #wrong(at: TextPlace, problem: string, details: { readonly expected?: string; readonly hint?: string }) {
    return wrong(this.#file, at, problem, details);
  }
}
