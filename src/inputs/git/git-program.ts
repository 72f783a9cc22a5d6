/**
 * Starts git; no other file does. It runs only in repositories that this program made, so no configuration, hook, attribute,
 * alternate, replacement or graft of somebody else's repository is ever read; and it gets nothing of the caller's
 * environment or configuration.
 */
import { Failure } from '../../failure.ts';
import { findProgram, hostPath, runProcess } from '../../process.ts';
import { parseAddress } from '../network/addresses.ts';
import type { NetworkOptions } from '../network/network-options.ts';
import type { OwnRepository } from './own-repository.ts';

/** Runs git in a repository that this program made and returns what it prints, one character for each byte. */
export type Git = (repository: OwnRepository, argv: readonly string[], remote?: Remote) => Promise<string>;

/** The repository that a command reads from. Without one it may not contact any server. */
export type Remote = ServerRemote | LocalRemote;

export interface ServerRemote {
  readonly kind: 'server';
  /** Without user, password and query: it is an argument, which everybody on the machine can see. */
  readonly address: string;
  /** `HOST:PORT:ADDRESS`; undefined where git may look the name up. */
  readonly resolution?: string | undefined;
  /** Value of the `Authorization` header. */
  readonly authorization?: string | undefined;
  /** Whether contents are left out of what is fetched, and fetched only when they are needed. */
  readonly partial?: boolean;
}

/** A second repository that this program made. */
export interface LocalRemote {
  readonly kind: 'local';
  readonly address: OwnRepository;
}

/** The message of a git that may not contact a server but has to, since a partial copy lacks something. */
const forbidden = /transport '[a-z]+' not allowed/;

/** The faults of git that are treated differently. */
export type GitFault = 'server-not-shallow' | 'not-found' | 'other';

/** What git prints for each fault (fetch-pack.c, remote-curl.c, upload-pack.c of git 2.39), which has no codes for them. */
const faults: readonly (readonly [GitFault, RegExp])[] = [
  ['server-not-shallow', /shallow capabilities/],
  ['not-found', /not found|not our ref|couldn't find/i],
];

/** A git that ended with a status other than 0. */
export class GitError extends Failure {
  readonly exitCode: number | undefined;
  readonly fault: GitFault;

  constructor(exitCode: number | undefined, output: string, offline: boolean) {
    const unasked = offline && forbidden.test(output);
    const last = output.trim().split('\n').at(-1) ?? '';
    const why = unasked ? 'git needs more than is on this machine: --offline' : `git failed: ${last}`;
    super(unasked ? 'unreachable' : 'source-unavailable', why, { got: output });
    this.exitCode = exitCode;
    this.fault = faults.find(([, pattern]) => pattern.test(last))?.[0] ?? 'other';
  }
}

export interface GitCaller {
  readonly network: NetworkOptions;
  readonly signal: AbortSignal;
}

const mostOutput = 256 * 1024 * 1024;
const lowSpeedSeconds = 60;

/** Opens the machine's git. Fails with `source-unavailable` where there is no git; what it returns does so where git fails. */
export function openGit({ network, signal }: GitCaller): Git {
  const program = requireGit();
  return async (repository, argv, remote) => {
    const pieces: string[] = [];
    let size = 0;
    const { exitCode, output: errors } = await runProcess(program, argv, {
      cwd: '/',
      env: environment(repository, network, remote),
      signal,
      onStdout: (bytes) => {
        size += bytes.length;
        if (size > mostOutput) throw new Failure('unreachable', 'git printed too much');
        pieces.push(Buffer.from(bytes).toString('latin1'));
      },
    });
    signal.throwIfAborted();
    if (exitCode !== 0) throw new GitError(exitCode, errors, network.policy.offline);
    return pieces.join('');
  };
}

/** The version as `git version` prints it. */
export async function gitVersion(signal: AbortSignal): Promise<string> {
  const env = { PATH: hostPath, LC_ALL: 'C', HOME: '/nonexistent', GIT_DIR: '/nonexistent' };
  const { output } = await runProcess(requireGit(), ['version'], { cwd: '/', env, signal });
  return output;
}

/** @param version as `git version` prints it */
export function takesResolution(version: string): boolean {
  const [, major, minor] = /^git version (\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || minor === undefined) return false;
  return Number(major) > 2 || (Number(major) === 2 && Number(minor) >= 37);
}

function requireGit(): string {
  const program = findProgram('git');
  if (program !== undefined) return program;
  throw new Failure('source-unavailable', 'git is not installed', { hint: 'install git' });
}

/** The environment of git. Configuration goes through it, since credentials must not be seen in a list of processes. */
function environment(
  repository: OwnRepository,
  network: NetworkOptions,
  remote: Remote | undefined,
): Record<string, string> {
  const settings = [...ownSettings, ...remoteSettings(remote)];
  const { proxies } = network;
  return {
    PATH: hostPath,
    LC_ALL: 'C',
    HOME: '/nonexistent',
    // With the folder named, git does not search for a repository around it (git(1), GIT_DIR).
    GIT_DIR: repository,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_GRAFT_FILE: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ASKPASS: '/bin/false',
    GIT_SSH_COMMAND: '/bin/false',
    GIT_EDITOR: '/bin/false',
    GIT_PAGER: 'cat',
    GIT_ALLOW_PROTOCOL: protocolsOf(network, remote),
    ...(proxies.http === undefined ? {} : { http_proxy: proxies.http }),
    ...(proxies.https === undefined ? {} : { https_proxy: proxies.https }),
    ...(proxies.none === undefined ? {} : { no_proxy: proxies.none }),
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], at) => [
        [`GIT_CONFIG_KEY_${at}`, key],
        [`GIT_CONFIG_VALUE_${at}`, value],
      ]),
    ),
  };
}

function protocolsOf({ policy }: NetworkOptions, remote: Remote | undefined): string {
  if (remote?.kind === 'local') return 'file';
  return remote === undefined || policy.offline ? 'none' : 'https:http';
}

type Setting = readonly [key: string, value: string];

const ownSettings: readonly Setting[] = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['core.attributesFile', '/dev/null'],
  ['credential.helper', ''],
  ['http.followRedirects', 'false'],
  ['http.lowSpeedLimit', '1000'],
  ['http.lowSpeedTime', String(lowSpeedSeconds)],
  ['fetch.recurseSubmodules', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['advice.detachedHead', 'false'],
];

function remoteSettings(remote: Remote | undefined): Setting[] {
  if (remote?.kind !== 'server') return [];
  const { origin } = parseAddress(remote.address);
  const { authorization } = remote;
  return [
    ...(authorization === undefined
      ? []
      : [[`http.${origin}/.extraHeader`, `Authorization: ${authorization}`] as const]),
    ...(remote.resolution === undefined ? [] : [['http.curloptResolve', remote.resolution] as const]),
    ...(remote.partial === true ? partialSettings(remote.address) : []),
  ];
}

/** The settings of a partial clone (git-config(1)); no file of the repository holds the address. */
function partialSettings(address: string): Setting[] {
  return [
    ['remote.origin.url', address],
    ['remote.origin.promisor', 'true'],
    ['remote.origin.partialclonefilter', 'blob:none'],
  ];
}
