/** How a factor is varied or held on this machine, and which factors are worth it. */
import { statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Recipe } from '../claim/recipe/recipe.ts';
import type { Cause, CauseKind } from '../compare/cause.ts';
import type { Difference } from '../compare/difference.ts';
import type { Machine } from '../engine/engine.ts';
import { hasNamespaces } from '../execute/sandbox/sandbox.ts';
import { memoryFolder, type Variation } from '../execute/variation.ts';
import { type Factor, factors } from '../explain/factors.ts';
import type { Run } from './run.ts';

/** A changed guest, or why there is none. */
export type Varied = { readonly variation: Variation } | { readonly why: string };

interface VariationContext {
  readonly machine: Pick<Machine, 'sandbox' | 'cache'>;
  /** Variables that the recipe sets for all its steps. */
  readonly pinned: ReadonlyMap<string, string>;
}

/** How a factor is varied in the builds of a recipe. */
export function vary(factor: Factor, recipe: Recipe, run: Run): Varied {
  return changed(factor, 'vary', recipe, run);
}

/** How a factor is held, so that it is the same in each of several builds. */
export function pin(factor: Factor, recipe: Recipe, run: Run): Varied {
  return changed(factor, 'pin', recipe, run);
}

function changed(
  factor: Factor,
  column: 'vary' | 'pin',
  { environment }: Recipe,
  { machine, builds: { engine } }: Run,
): Varied {
  if (engine.name !== 'builtin') return { why: `engine ${engine.name} runs its own guest` };
  const { inside, [column]: change } = treatments[factor];
  if (inside !== true && !hasNamespaces[machine.sandbox]) return { why: 'the sandbox has no namespaces' };
  return change({ machine, pinned: environment.environment });
}

interface Treatment {
  /** Whether it is changed inside the guest, in any sandbox. */
  readonly inside?: true;
  readonly vary: (context: VariationContext) => Varied;
  readonly pin: (context: VariationContext) => Varied;
}

const always = (varied: Varied) => () => varied;
const set = (values: Readonly<Record<string, string>>) => (context: VariationContext) =>
  variables(values, context.pinned);
const sameAnyway = always({ why: 'it is the same in all builds of our own' });

const oneProcessor = (): Varied =>
  availableParallelism() > 1
    ? { variation: { programs: [['taskset', '--cpu-list', '0']] } }
    : { why: 'this machine has one processor' };
const serial = set({ MAKEFLAGS: '-j1', CMAKE_BUILD_PARALLEL_LEVEL: '1', CARGO_BUILD_JOBS: '1' });
const inMemory = ({ machine }: VariationContext) => onOtherFileSystem(machine.cache);
const fixedAddresses = always({ variation: { programs: [['setarch', '--addr-no-randomize']] } });

/** Both columns of what can be done about a factor. */
const treatments: Readonly<Record<Factor, Treatment>> = {
  clock: {
    inside: true,
    vary: always({
      why: 'no namespace gives a guest a different time of day; repeated builds run at different times',
    }),
    // Only what takes its time from variables; SOURCE_DATE_EPOCH is set in every build.
    pin: set({
      FORCE_SOURCE_DATE: '1',
      GZIP: '-n',
      TAR_OPTIONS: '--mtime=@0',
      KBUILD_BUILD_TIMESTAMP: '1970-01-01',
    }),
  },
  'cpu-count': { vary: oneProcessor, pin: oneProcessor },
  parallelism: { inside: true, vary: serial, pin: serial },
  hostname: { vary: always({ variation: { hostname: 'varied-host.example' } }), pin: sameAnyway },
  kernel: { vary: always({ variation: { programs: [['setarch', '--uname-2.6']] } }), pin: sameAnyway },
  locale: {
    inside: true,
    vary: set({ LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8', LANGUAGE: 'tr' }),
    pin: set({ LC_ALL: 'C', LANG: 'C' }),
  },
  'time-zone': { inside: true, vary: set({ TZ: 'VARIED-11:30' }), pin: set({ TZ: 'UTC0' }) },
  umask: {
    inside: true,
    vary: always({ variation: { umask: 0o002 } }),
    pin: always({ variation: { umask: 0o022 } }),
  },
  'user-id': { vary: always({ variation: { user: { uid: 4321, gid: 4322 } } }), pin: sameAnyway },
  // A file system in memory has no hash of names: it lists by when files were made.
  'directory-order': { vary: inMemory, pin: inMemory },
  'build-path': {
    inside: true,
    vary: always({ why: 'melange always builds in /home/build' }),
    pin: sameAnyway,
  },
  'hash-seed': {
    inside: true,
    vary: set({ PYTHONHASHSEED: '4321', PERL_HASH_SEED: '4321' }),
    pin: set({ PYTHONHASHSEED: '0', PERL_HASH_SEED: '0', PERL_PERTURB_KEYS: '0' }),
  },
  'address-layout': { vary: fixedAddresses, pin: fixedAddresses },
  'march-native': {
    inside: true,
    vary: always({
      why: 'no program of this machine shows steps a different processor without emulating it',
    }),
    pin: sameAnyway,
  },
  environment: {
    inside: true,
    vary: set({ WOLFI_REPRO_VARIED: 'varied', USER: 'varied', LOGNAME: 'varied' }),
    pin: sameAnyway,
  },
};

/** Several variations as one. */
export function together(variations: readonly Variation[]): Variation {
  const programs = variations.flatMap((each) => each.programs ?? []);
  const environment = new Map(variations.flatMap((each) => [...(each.environment ?? [])]));
  return {
    ...Object.assign({}, ...variations),
    ...(programs.length === 0 ? {} : { programs }),
    ...(environment.size === 0 ? {} : { environment }),
  };
}

/** The variation of variables. Those that a recipe sets itself stay as they are; if it sets all of them, nothing is left to vary. */
function variables(values: Readonly<Record<string, string>>, pinned: ReadonlyMap<string, string>): Varied {
  const open = Object.entries(values).filter(([name]) => !pinned.has(name));
  if (open.length === 0) return { why: `the recipe sets ${Object.keys(values).join(', ')}` };
  return { variation: { environment: new Map(open) } };
}

/** `f_type` of a file system in memory (Linux, include/uapi/linux/magic.h). */
const tmpfs = 0x01021994;

function onOtherFileSystem(cache: string): Varied {
  try {
    if (statfsSync(memoryFolder).type !== tmpfs)
      return { why: `${memoryFolder} is not a file system in memory` };
    if (statfsSync(cache).type === tmpfs) return { why: 'the cache itself lies on a file system in memory' };
  } catch {
    return { why: `${memoryFolder} does not exist` };
  }
  return { variation: { inMemory: true } };
}

/** The factors that may lead to each cause; none for causes that no factor influences. */
const suspects: Readonly<Record<CauseKind, readonly Factor[]>> = {
  timestamp: ['clock', 'time-zone'],
  'build-path': ['build-path'],
  'file-order': ['directory-order'],
  randomness: ['address-layout'],
  'hash-order': ['hash-seed', 'address-layout'],
  'user-id': ['user-id'],
  hostname: ['hostname'],
  kernel: ['kernel'],
  'cpu-count': ['cpu-count', 'parallelism'],
  'march-native': ['march-native'],
  emulation: [],
  'memory-size': [],
  locale: ['locale'],
  umask: ['umask'],
  'archive-metadata': ['clock', 'time-zone'],
  'gzip-header': ['clock'],
  'python-hash-seed': ['hash-seed'],
  'parallel-build': ['cpu-count', 'parallelism'],
  signature: [],
  'tool-version': [],
  'sbom-generator': [],
  'compressor-version': ['cpu-count'],
  'file-system': ['directory-order'],
  'hidden-input': ['environment'],
  'environment-drift': [],
  derived: [],
  'unpinned-input': [],
  unknown: factors,
};

/** The suspected factors: those of a known cause; all of them where the cause is not known. */
function suspectsOf(causes: readonly Cause[]): readonly Factor[] {
  const named = causes.filter(({ kind }) => kind !== 'unknown');
  return (named.length === 0 ? causes : named).flatMap(({ kind }) => suspects[kind]);
}

/** The factors that the causes of differences suggest, in the order of the list. */
export function suspectedFactors(differences: readonly Difference[]): readonly Factor[] {
  const found = new Set(differences.flatMap(({ causes = [] }) => suspectsOf(causes)));
  return factors.filter((factor) => found.has(factor));
}

/** What may differ from one of our own builds to the next, in the order in which it is held. */
const changing: readonly Factor[] = [
  'hash-seed',
  'cpu-count',
  'parallelism',
  'address-layout',
  'directory-order',
  'clock',
];

/** The factors to hold for differences between our own builds; all that can be held where no cause suggests any. */
export function factorsToHold(differences: readonly Difference[]): readonly Factor[] {
  const suspected = new Set(suspectedFactors(differences));
  return differences.length === 0 ? changing : changing.filter((factor) => suspected.has(factor));
}
