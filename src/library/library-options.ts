/** What a program gives to the library, completed: whatever it leaves out has the default that the command line has. */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, resolve } from 'node:path';
import { type PublicKey, parsePublicKey } from '../apk/apk-signature.ts';
import type { Machine } from '../engine/engine.ts';
import { callerIds } from '../execute/sandbox/caller-ids.ts';
import { completeLimits } from '../execute/sandbox/sandbox.ts';
import { Failure } from '../failure.ts';
import type { EnvironmentChoice, RunOptions } from '../flow/run-options.ts';
import { cacheDirectory } from '../inputs/cache-folder.ts';
import { machineInputs } from '../inputs/inputs.ts';
import { defaultNetwork } from '../inputs/network/network-options.ts';
import { isAddress } from '../inputs/store/files.ts';
import { requireNamed } from '../named-path.ts';
import { nearNames } from '../near-names.ts';

/** Every member may be left out. */
export interface LibraryOptions
  extends Partial<Omit<RunOptions, 'keys' | 'keyAddresses' | 'environment' | 'machine'>> {
  /** Keys that vouch for packages and indexes: as `parsePublicKey` gives them, or by path or address. */
  readonly keys?: readonly (PublicKey | string)[];
  /** The build environment; `recorded` where left out. */
  readonly environment?: EnvironmentChoice | 'recorded' | 'nearest' | 'host';
  /** The folder for everything that can be thrown away; the one of the command line where left out. */
  readonly cache?: string;
  /** Contact no server. */
  readonly offline?: boolean;
  /** Ends the run: packages that are not judged then are `cancelled`. */
  readonly signal?: AbortSignal;
  /** Parts of the machine that are not to be the usual ones. */
  readonly machine?: Partial<Machine>;
}

type Kind = 'switch' | 'number' | 'text' | 'texts' | 'list' | 'object' | 'function' | 'any';

/** What each option is: complete by type. */
const kinds: Readonly<Record<keyof LibraryOptions, Kind>> = {
  keys: 'list',
  allowUnsigned: 'switch',
  architecture: 'text',
  fallbackRepositories: 'texts',
  trustRecordedRepositories: 'switch',
  allowUnpinnedSources: 'switch',
  recipeRepository: 'text',
  now: 'number',
  mostIndexDays: 'number',
  network: 'text',
  registriesAsOf: 'any',
  transcript: 'text',
  otherTranscripts: 'texts',
  repositories: 'texts',
  environment: 'any',
  sourceCaches: 'texts',
  sourceMirrors: 'list',
  sourceDirectory: 'text',
  scans: 'list',
  keepScansIn: 'text',
  expectedPlan: 'text',
  repeat: 'number',
  vary: 'any',
  pin: 'any',
  tryFix: 'switch',
  jobs: 'number',
  engine: 'object',
  onProgress: 'function',
  onResult: 'function',
  cache: 'text',
  offline: 'switch',
  signal: 'object',
  machine: 'object',
};

const isText = (value: unknown) => typeof value === 'string';

const checks: Readonly<Record<Kind, readonly [expected: string, fits: (value: unknown) => boolean]>> = {
  switch: ['true or false', (value) => typeof value === 'boolean'],
  number: ['a number', (value) => typeof value === 'number' && Number.isFinite(value)],
  text: ['a string', isText],
  texts: ['an array of strings', (value) => Array.isArray(value) && value.every(isText)],
  list: ['an array', Array.isArray],
  object: ['an object', (value) => typeof value === 'object' && value !== null],
  function: ['a function', (value) => typeof value === 'function'],
  any: ['a value', () => true],
};

/** Requires names of packages. Fails with `usage`. */
export function requireSubjects(given: unknown): readonly string[] {
  if (Array.isArray(given) && given.every(isText)) return given as string[];
  throw new Failure('usage', 'packages are given as an array of strings', {
    expected: "such as ['hello-1.0-r0.apk', 'curl']",
    got: typeof given === 'string' ? 'a string' : typeof given,
  });
}

/** Requires the name of one package. Fails with `usage`. */
export function requireSubject(given: unknown): string {
  if (typeof given === 'string' && given !== '') return given;
  throw new Failure('usage', 'a package is given as a string', { got: typeof given });
}

/** Completes options. Fails with `usage` for one that there is not, and for one that is of a different kind. */
export function completeOptions(given: LibraryOptions = {}): RunOptions {
  requireKinds(given);
  const { keys = [], environment = 'recorded', cache, offline, signal, machine, ...rest } = given;
  return {
    allowUnsigned: false,
    repositories: [],
    sourceCaches: [],
    sourceMirrors: [],
    sourceDirectory: undefined,
    jobs: 1,
    onProgress: () => undefined,
    ...rest,
    keys: keys.flatMap((key) => (isText(key) && isAddress(key as string) ? [] : [keyOf(key)])),
    keyAddresses: keys.filter((key): key is string => typeof key === 'string' && isAddress(key)),
    environment: typeof environment === 'string' ? { kind: environment } : environment,
    machine: completeMachine(machine ?? {}, { cache, offline, signal }),
  };
}

function keyOf(key: PublicKey | string): PublicKey {
  if (typeof key !== 'string') return key;
  requireNamed(key, 'file');
  return parsePublicKey(basename(key), readFileSync(key));
}

function completeMachine(
  given: Partial<Machine>,
  {
    cache,
    offline,
    signal: ended,
  }: { readonly [Name in 'cache' | 'offline' | 'signal']: LibraryOptions[Name] | undefined },
): Machine {
  const folder = given.cache ?? cacheDirectory(cache);
  const signal = given.signal ?? ended ?? new AbortController().signal;
  const network = { ...defaultNetwork, policy: { ...defaultNetwork.policy, offline: offline ?? false } };
  return {
    sandbox: 'bubblewrap',
    ids: callerIds(),
    limits: completeLimits({}),
    threads: availableParallelism(),
    syft: [],
    ...given,
    cache: resolve(folder),
    signal,
    inputs: given.inputs ?? machineInputs(resolve(folder), signal, network),
  };
}

function requireKinds(given: unknown): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw new Failure('usage', 'options are an object', { got: String(given) });
  for (const [name, value] of Object.entries(given)) {
    const kind = Object.entries(kinds).find(([each]) => each === name)?.[1];
    if (kind === undefined) {
      const [near] = nearNames(name, Object.keys(kinds), 1);
      throw new Failure(
        'usage',
        `there is no option ${name}`,
        near === undefined ? {} : { hint: `near it is ${near}` },
      );
    }
    const [expected, fits] = checks[kind];
    if (value !== undefined && !fits(value))
      throw new Failure('usage', `the option ${name} is of a different kind`, {
        expected,
        got: typeof value,
      });
  }
}
