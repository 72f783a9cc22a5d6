/** A package with one package in its environment, and repositories that vouch for that in every way. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { q1 } from '../../src/apk/checksum.ts';
import { readApk } from '../../src/apk/read-apk.ts';
import { callerIdMap } from '../../src/execute/sandbox/id-map.ts';
import { completeLimits } from '../../src/execute/sandbox/sandbox.ts';
import type { RunOptions } from '../../src/flow/run-options.ts';
import { machineInputs } from '../../src/inputs/inputs.ts';
import type { NetworkOptions } from '../../src/inputs/network/network-options.ts';
import { type ApkParts, apkOf, fileOf, type Key, makeKey, signatureOf, sourceOf } from './apk-builder.ts';
import { claimParts, recipeText } from './claims.ts';
import { archiveOf, checksumOf, indexOf, recordText } from './index-builder.ts';

export const ours: Key = makeKey('ours.rsa.pub');
export const foreign: Key = makeKey('foreign.rsa.pub');
/** A key that is not ours under the name of ours. */
export const impostor: Key = { ...foreign, name: ours.name };

/** Where the recipe says that the environment came from. */
export interface Recorded {
  readonly repository: string;
  readonly key: string;
}

/** As melange records it. */
const recordedEnvironment = (recorded: Recorded | undefined): string => `environment:
  contents:${
    recorded === undefined
      ? ''
      : `
    build_repositories:
      - ${recorded.repository}
    keyring:
      - ${recorded.key}`
  }
    packages:
      - tool=1.0-r0
  accounts:
    run-as: ""
    users:
      - username: build
        uid: 1000
        gid: 1000
        shell: ""
        homedir: /home/build
    groups:
      - groupname: build
        gid: 1000
        members:
          - build
  environment:
    COMPOSER_CACHE_DIR: /var/cache/melange/composer
    GOMODCACHE: /var/cache/melange/gomodcache
    GOPATH: /home/build/.cache/go
    HOME: /home/build
    PIP_CACHE_DIR: /var/cache/melange/pip
    UV_CACHE_DIR: /var/cache/melange/uv
    npm_config_cache: /var/cache/melange/npm
`;

/** The published package; `tool=1.0-r0` is its environment. */
export function subjectApk(more: ApkParts = {}, recorded?: Recorded): Buffer {
  const compiled = recipeText.replace(
    /pipeline:\n.*\n/,
    '  resources: {}\npipeline:\n  - runs: |\n      true\n',
  );
  return apkOf(
    claimParts({
      control: [{ name: '.melange.yaml', content: `${compiled}${recordedEnvironment(recorded)}` }],
      key: ours,
      ...more,
    }),
  );
}

/** The package of the environment, with the content of its only file; unsigned without a key. */
export function toolApk(key: Key | undefined, content = 'tool', arch = 'x86_64'): Buffer {
  return apkOf({
    pkginfo: ['pkgname = tool', 'pkgver = 1.0-r0', `arch = ${arch}`, 'size = 0'],
    data: [fileOf('tool', content)],
    ...(key === undefined ? {} : { key }),
  });
}

export type Listed = 'right' | 'other' | 'no-checksum' | 'unlisted' | 'twice' | 'twice-reversed';
export const listings: readonly Listed[] = [
  'right',
  'other',
  'no-checksum',
  'unlisted',
  'twice',
  'twice-reversed',
];

/** What an index says of a file. */
export async function indexText(apk: Buffer, listed: Listed): Promise<string> {
  const { control } = await readApk(sourceOf(apk));
  const record = (C: string | undefined) =>
    recordText({ ...(C === undefined ? {} : { C }), P: 'tool', V: '1.0-r0', A: 'x86_64' });
  const [right, other] = [record(q1(control.sha1)), record(checksumOf('another package'))];
  const texts: Readonly<Record<Listed, string>> = {
    right,
    other,
    'no-checksum': record(undefined),
    unlisted: '',
    twice: `${right}${other}`,
    'twice-reversed': `${other}${right}`,
  };
  const more = recordText({ C: checksumOf('more'), P: 'more', V: '1-r0', A: 'x86_64' });
  return `${texts[listed]}${more}`;
}

export type IndexState = 'ours' | 'foreign' | 'unsigned' | 'changed' | 'damaged' | 'missing';
export const indexStates: readonly IndexState[] = [
  'ours',
  'foreign',
  'unsigned',
  'changed',
  'damaged',
  'missing',
];

/** An index as it is served; undefined where there is none. */
export function indexBytes(text: string, state: IndexState): Buffer | undefined {
  switch (state) {
    case 'ours':
      return indexOf(text, ours);
    case 'foreign':
      return indexOf(text, foreign);
    case 'unsigned':
      return indexOf(text);
    case 'changed':
      return Buffer.concat([signatureOf(archiveOf('other'), ours), archiveOf(text)]);
    case 'damaged':
      return Buffer.from('<html>');
    case 'missing':
      return undefined;
  }
}

/** Files of a repository by their paths in it. */
export async function repositoryFiles(
  apk: Buffer | undefined,
  listed: Listed,
  state: IndexState,
  describes: Buffer = apk ?? toolApk(ours),
): Promise<Map<string, Buffer>> {
  const index = indexBytes(await indexText(describes, listed), state);
  return new Map([
    ...(apk === undefined ? [] : [['x86_64/tool-1.0-r0.apk', apk] as const]),
    ...(index === undefined ? [] : [['x86_64/APKINDEX.tar.gz', index] as const]),
  ]);
}

export function writeRepository(folder: string, files: ReadonlyMap<string, Buffer>): string {
  for (const [path, bytes] of files) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** As a user who trusts our key and nothing else would have it. */
export function vouchingOptions(
  cache: string,
  repositories: readonly string[],
  extra: Partial<RunOptions> = {},
  network?: NetworkOptions,
): RunOptions {
  const { signal } = new AbortController();
  return {
    keys: [ours.public],
    allowUnsigned: false,
    repositories,
    environment: { kind: 'recorded' },
    sourceCaches: [],
    sourceMirrors: [],
    sourceDirectory: undefined,
    jobs: 1,
    machine: {
      cache,
      sandbox: 'bubblewrap',
      ids: callerIdMap({ uid: 0, gid: 0, name: 'root' }),
      limits: completeLimits({}),
      threads: 1,
      signal,
      inputs: machineInputs(cache, signal, network),
      syft: [],
    },
    onProgress: () => undefined,
    ...extra,
  };
}
