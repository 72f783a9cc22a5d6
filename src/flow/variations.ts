/** How a factor is varied on this machine, and which factors are worth varying. */
import { statfsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Cause, CauseKind } from '../compare/cause.ts';
import type { Difference } from '../compare/difference.ts';
import type { Machine } from '../engine/engine.ts';
import { hasNamespaces } from '../execute/sandbox/sandbox.ts';
import { memoryFolder, type Variation } from '../execute/variation.ts';
import { type Factor, factors } from '../explain/factors.ts';

/** A changed guest, or why there is none. */
export type Varied = { readonly variation: Variation } | { readonly why: string };

export interface VariationContext {
  readonly machine: Pick<Machine, 'sandbox' | 'cache'>;
  /** Variables that the recipe sets for all its steps. */
  readonly pinned: ReadonlyMap<string, string>;
}

/** How a factor is varied. */
export function vary(factor: Factor, { machine, pinned }: VariationContext): Varied {
  const needsNamespaces = !insideFactors.has(factor);
  if (needsNamespaces && !hasNamespaces[machine.sandbox]) return { why: 'the sandbox has no namespaces' };
  switch (factor) {
    case 'clock':
      return {
        why: 'no namespace gives a guest a different time of day; repeated builds run at different times',
      };
    case 'build-path':
      return { why: 'melange always builds in /home/build' };
    case 'cpu-count':
      return availableParallelism() > 1
        ? { variation: { programs: [['taskset', '--cpu-list', '0']] } }
        : { why: 'this machine has one processor' };
    case 'parallelism':
      return variables({ MAKEFLAGS: '-j1', CMAKE_BUILD_PARALLEL_LEVEL: '1', CARGO_BUILD_JOBS: '1' }, pinned);
    case 'hostname':
      return { variation: { hostname: 'varied-host.example' } };
    case 'kernel':
      return { variation: { programs: [['setarch', '--uname-2.6']] } };
    case 'locale':
      return variables({ LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8', LANGUAGE: 'tr' }, pinned);
    case 'time-zone':
      return variables({ TZ: 'VARIED-11:30' }, pinned);
    case 'umask':
      return { variation: { umask: 0o002 } };
    case 'user-id':
      return { variation: { user: { uid: 4321, gid: 4322 } } };
    case 'directory-order':
      return onOtherFileSystem(machine.cache);
    case 'hash-seed':
      return variables({ PYTHONHASHSEED: '4321', PERL_HASH_SEED: '4321' }, pinned);
    case 'environment':
      return variables({ WOLFI_REPRO_VARIED: 'varied', USER: 'varied', LOGNAME: 'varied' }, pinned);
  }
}

/** The factors that are changed inside the guest, in any sandbox. */
const insideFactors = new Set<Factor>([
  'clock',
  'build-path',
  'parallelism',
  'locale',
  'time-zone',
  'umask',
  'hash-seed',
  'environment',
]);

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
  randomness: [],
  'hash-order': ['hash-seed'],
  'user-id': ['user-id'],
  hostname: ['hostname'],
  kernel: ['kernel'],
  'cpu-count': ['cpu-count', 'parallelism'],
  'march-native': [],
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
