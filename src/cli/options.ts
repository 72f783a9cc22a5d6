/** From what was typed to what the library takes: validated, defaults filled in, this machine looked at. */

import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, delimiter, join, resolve } from 'node:path';
import { shownTyped } from '../address.ts';
import { type PublicKey, parsePublicKey } from '../apk/apk-signature.ts';
import { parseSigningKey, type SigningKey } from '../apk/private-key.ts';
import { trimmedEnd } from '../bytes.ts';
import { chosenEngine } from '../engine/choice.ts';
import type { Machine } from '../engine/engine.ts';
import { callerIds } from '../execute/sandbox/caller-ids.ts';
import {
  type BuildLimits,
  completeLimits,
  hasNamespaces,
  type MachineLimits,
  type SandboxKind,
} from '../execute/sandbox/sandbox.ts';
import { type Factor, factors } from '../explain/factors.ts';
import { Failure } from '../failure.ts';
import type { Disassembler } from '../flow/disassembly.ts';
import type { EnvironmentChoice, ProgressEvent, RunOptions } from '../flow/run-options.ts';
import { cacheDirectory } from '../inputs/cache-folder.ts';
import { machineInputs } from '../inputs/inputs.ts';
import type { SourceMirror } from '../inputs/network/mirrors.ts';
import { isAddress } from '../inputs/store/files.ts';
import { statNamed } from '../named-path.ts';
import { callerNetwork } from './caller.ts';
import { parseCount } from './counts.ts';
import { requireFiles, requireFolder, requireWritableFolder } from './paths.ts';
import type { RawOptions } from './raw-options.ts';
import { namedArchitecture } from './subjects.ts';

/** Completes the options. Fails with `usage` for values that cannot be meant. */
export function runOptions(
  raw: RawOptions,
  signal: AbortSignal,
  onProgress: (event: ProgressEvent) => void,
): RunOptions {
  const machine = thisMachine(raw, signal, onProgress);
  return {
    keys: readKeys((raw.key ?? []).filter((each) => !isAddress(each))),
    keyAddresses: (raw.key ?? []).filter(isAddress),
    allowUnsigned: raw.allowUnsigned ?? false,
    repositories: (raw.repository ?? []).map(parseRepository),
    ...networkOptions(raw),
    environment: parseEnvironment(raw.environment ?? 'recorded'),
    sourceCaches: (raw.sourceCache ?? []).map(requireFolder),
    sourceMirrors: (raw.sourceMirror ?? []).map(parseMirror),
    sourceDirectory: raw.sourceDir === undefined ? undefined : requireFolder(raw.sourceDir),
    engine: chosenEngine({ engine: raw.engine ?? 'builtin', melange: findMelange(raw) }),
    ...furtherBuilds(raw),
    ...scanOptions(raw),
    jobs: parseCount('--jobs', raw.jobs ?? '1'),
    machine,
    onProgress,
  };
}

function furtherBuilds({
  repeat,
  vary = [],
  pin = [],
  tryFix = false,
}: RawOptions): Pick<RunOptions, 'repeat' | 'vary' | 'pin' | 'tryFix'> {
  return {
    tryFix,
    ...(repeat === undefined ? {} : { repeat: parseCount('--repeat', repeat) }),
    ...(vary.length === 0 ? {} : { vary: parseFactors('--vary', vary) }),
    ...(pin.length === 0 ? {} : { pin: pin.join() === 'none' ? [] : parseFactors('--pin', pin) }),
  };
}

function parseFactors(option: '--vary' | '--pin', names: readonly string[]): readonly Factor[] | 'auto' {
  if (names.includes('auto')) {
    if (names.length === 1) return 'auto';
    throw new Failure('usage', `${option} auto chooses the factors and takes no others`, {
      got: names.join(' '),
    });
  }
  const unknown = names.find((name) => !factors.some((factor) => factor === name));
  if (unknown !== undefined) {
    throw new Failure('usage', `${option} takes factors of a fixed list`, {
      expected: `auto, ${option === '--pin' ? 'none, ' : ''}or any of ${factors.join(' ')}`,
      got: unknown,
    });
  }
  return factors.filter((factor) => names.includes(factor));
}

/** Fails with `usage` for text that is not a time. */
function registriesAsOf(text: string | undefined): Pick<RunOptions, 'registriesAsOf'> {
  if (text === undefined || text === 'now') return {};
  if (text === 'builddate') return { registriesAsOf: text };
  const isDate = /^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$/.test(text);
  const milliseconds = isDate ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(milliseconds))
    throw new Failure('usage', '--registries-as-of takes builddate, now, or a date', {
      expected: '2024-06-01 or 2024-06-01T12:00:00Z',
      got: text,
    });
  return { registriesAsOf: milliseconds / 1000 };
}

/** The first is replayed or written, the others are compared with. */
function transcripts(given: readonly string[]): Pick<RunOptions, 'transcript' | 'otherTranscripts'> {
  const [first, ...others] = given.map((path) => resolve(path));
  return first === undefined ? {} : { transcript: first, otherTranscripts: others };
}

function networkOptions(raw: RawOptions): Partial<RunOptions> {
  const { recipeRepository } = raw;
  return {
    architecture: namedArchitecture(raw.arch),
    fallbackRepositories: (raw.fallbackRepository ?? []).map(parseRepository),
    trustRecordedRepositories: raw.trustRecordedRepositories ?? false,
    allowUnpinnedSources: raw.allowUnpinnedSources ?? false,
    network: raw.network ?? 'none',
    ...registriesAsOf(raw.registriesAsOf),
    ...transcripts(raw.transcript ?? []),
    now: Date.now() / 1000,
    ...(raw.maxIndexAge === undefined
      ? {}
      : { mostIndexDays: parseCount('--max-index-age', raw.maxIndexAge) }),
    ...(recipeRepository === undefined ? {} : { recipeRepository: parseLocation(recipeRepository) }),
  };
}

function readKeys(paths: readonly string[]): PublicKey[] {
  requireFiles(paths);
  return paths.map((path) => parsePublicKey(basename(path), readFileSync(path)));
}

/** The private key that `--signing-key` names; undefined where there is none. */
export function readSigningKey(path: string | undefined): SigningKey | undefined {
  if (path === undefined) return undefined;
  requireFiles([path]);
  return parseSigningKey(basename(path), readFileSync(path));
}

/** A repository keeps the name that it was given: reports say where things come from in the user's own words. */
function parseRepository(location: string): string {
  const resolved = parseLocation(location);
  return isAddress(location) ? resolved : trimmedEnd(location, '/') || location.slice(0, 1);
}

function parseLocation(location: string): string {
  return isAddress(location) ? trimmedEnd(location, '/') : requireFolder(location);
}

/** The melange that was named, or the one on the search path; it is only looked for where it is needed. */
function findMelange({ engine, melange }: RawOptions): string {
  if (engine === undefined || engine === 'builtin') return '';
  if (melange !== undefined) {
    requireFiles([melange]);
    return resolve(melange);
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  const found = folders.map((folder) => join(folder, 'melange')).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Failure('usage', `--engine ${engine} needs a melange, and there is none on the search path`, {
    hint: 'name one with --melange FILE',
  });
}

function parseEnvironment(text: string): EnvironmentChoice {
  if (text === 'recorded' || text === 'nearest' || text === 'host') return { kind: text };
  const stat = statNamed(text);
  if (stat === undefined)
    throw new Failure('usage', '--environment takes recorded, nearest, host, a folder or an OCI image', {
      got: shownTyped(text),
    });
  if (stat.isFile()) return { kind: 'image', path: resolve(text) };
  const path = requireFolder(text);
  return { kind: existsSync(join(path, 'oci-layout')) ? 'image' : 'directory', path };
}

function parseMirror(text: string): SourceMirror {
  const at = text.indexOf('=');
  const [prefix, location] = [text.slice(0, at), text.slice(at + 1)];
  // Shown as a whole: a password or a query may have the sign as well, and half of one would not be recognised as a secret.
  if (at < 1 || !(isAddress(location) || statNamed(location)?.isDirectory()))
    throw new Failure('usage', `--source-mirror takes PREFIX=DIR or PREFIX=URL`, {
      got: shownTyped(text),
    });
  return { prefix, location: parseLocation(location) };
}

function thisMachine(
  raw: RawOptions,
  signal: AbortSignal,
  onProgress: (event: ProgressEvent) => void,
): Machine {
  const cache = cacheDirectory(raw.cache);
  return {
    cache,
    sandbox: chosenSandbox(raw),
    ids: callerIds(),
    limits: buildLimits(raw),
    threads: raw.threads === undefined ? availableParallelism() : parseCount('--threads', raw.threads),
    signal,
    inputs: machineInputs(cache, signal, callerNetwork(raw, onProgress)),
    syft: (raw.syft ?? []).map(requireProgram),
    objdump: raw.objdump === undefined ? undefined : requireProgram(raw.objdump),
  };
}

/** What `diff` disassembles with. Fails with `usage` where there is no such program. */
export function chosenDisassembler(raw: RawOptions, signal: AbortSignal): Disassembler {
  const machine = { sandbox: 'bubblewrap', ids: callerIds(), limits: buildLimits(raw), signal } as const;
  return { program: requireProgram(raw.objdump!), machine: { ...machine, cache: cacheDirectory(raw.cache) } };
}

/** The chosen sandbox. Fails with `usage` where it needs a trusted recipe and the user has not said that it is trusted. */
function chosenSandbox({ sandbox = 'bubblewrap', trustRecipe }: RawOptions): SandboxKind {
  if (hasNamespaces[sandbox] || trustRecipe === true) return sandbox;
  throw new Failure(
    'usage',
    `--sandbox ${sandbox} does not contain a hostile step: it can do whatever root can`,
    {
      hint: 'add --trust-recipe if you trust whoever wrote the recipe, and whoever wrote its sources',
    },
  );
}

function requireProgram(path: string): string {
  requireFiles([path]);
  return resolve(path);
}

/** Options about kept scans. Fails with `usage` where scans are to be kept and none is made. */
function scanOptions({
  scan = [],
  keepScans,
  syft = [],
  engine,
}: RawOptions): Pick<RunOptions, 'scans' | 'keepScansIn'> {
  requireFiles(scan);
  const scans = scan.map((path) => ({ name: path, bytes: readFileSync(path) }));
  if (keepScans === undefined) return { scans };
  if (syft.length === 0 || engine === 'melange')
    throw new Failure('usage', '--keep-scans keeps what a syft lists, and none scans here', {
      hint: engine === 'melange' ? 'leave out --engine melange' : 'name a syft with --syft',
    });
  return { scans, keepScansIn: requireWritableFolder(keepScans) };
}

const mebibyte = 1024 * 1024;

function buildLimits(raw: RawOptions): MachineLimits {
  const limit = (name: keyof BuildLimits, option: string, text: string | undefined, unit: number) =>
    text === undefined ? {} : { [name]: parseCount(option, text) * unit };
  return completeLimits({
    ...limit('stepSeconds', '--step-seconds', raw.stepSeconds, 1),
    ...limit('memoryBytes', '--memory-mib', raw.memoryMib, mebibyte),
    ...limit('processes', '--processes', raw.processes, 1),
    ...limit('diskBytes', '--disk-mib', raw.diskMib, mebibyte),
  });
}
