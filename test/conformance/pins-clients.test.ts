/** cargo, npm and pip write what pins a package, and are the judges of what is said about it. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { PinReport } from '../../src/pins/judgement.ts';
import { judgePins } from '../../src/pins/pins.ts';
import { clientMissing } from '../support/clients.ts';
import { type Crate, cargoEnvironment, crateRegistry } from '../support/crates.ts';
import { type NpmPackage, npmRegistry } from '../support/npm-packages.ts';
import { type PythonPackage, pythonIndex, wheelBytes } from '../support/python-packages.ts';
import {
  type Answering,
  type Registry,
  runClient,
  sourcesOf,
  startRegistry,
  withFolder,
} from '../support/registry.ts';

const time = '2024-01-01T00:00:00Z';
const crates: readonly Crate[] = [
  { name: 'low-crate', version: '1.0.0', time },
  { name: 'high-crate', version: '1.2.0', time, needs: [['low-crate', '^1']] },
];
const npm: readonly NpmPackage[] = [
  { name: '@scope/low', version: '1.0.0', time },
  { name: 'high', version: '1.2.0', time, dependencies: { '@scope/low': '^1.0.0' } },
];
const python: readonly PythonPackage[] = [
  { name: 'low-wheel', version: '1.0', time },
  { name: 'high-wheel', version: '1.2.0', time, needs: 'low-wheel>=1' },
];
const change = <P extends object>(packages: readonly P[]): P[] =>
  packages.map((each) => ({ ...each, text: 'tampered' }));

interface Ecosystem {
  readonly client: string;
  readonly files: Readonly<Record<string, string>>;
  readonly lockFile: string;
  readonly answering: Answering;
  /** Other bytes for the same versions, which the lists describe as before. */
  readonly tampered: Answering;
  readonly isObject: (path: string) => boolean;
  /** Writes the lock file by the client. */
  readonly lock: (registry: Registry, folder: string) => Promise<void>;
  /** Fetches what it names; the exit status, and what the client said. */
  readonly fetch: (registry: Registry, folder: string) => ReturnType<typeof runClient>;
  readonly refuses: RegExp;
}

const ecosystems: readonly Ecosystem[] = [
  {
    client: 'cargo',
    files: {
      'Cargo.toml':
        '[package]\nname = "program"\nversion = "1.0.0"\nedition = "2021"\n\n[dependencies]\nhigh-crate = { version = "1", registry = "lab" }\n',
      'src/main.rs': 'fn main() {}\n',
    },
    lockFile: 'Cargo.lock',
    answering: crateRegistry(crates, { pubtime: false }),
    tampered: crateRegistry(change(crates), { pubtime: false }),
    isObject: (path) => path.endsWith('/download'),
    lock: async (registry, folder) => {
      const { status, output } = await runClient(
        'cargo',
        ['generate-lockfile'],
        folder,
        cargoEnvironment(registry.origin, folder),
      );
      assert.equal(status, 0, output);
    },
    fetch: (registry, folder) => {
      rmSync(join(folder, 'cargo'), { recursive: true });
      return runClient('cargo', ['fetch', '--locked'], folder, cargoEnvironment(registry.origin, folder));
    },
    refuses: /failed to verify the checksum/,
  },
  {
    client: 'npm',
    files: {
      'package.json': '{ "name": "program", "version": "1.0.0", "dependencies": { "high": "^1.0.0" } }',
    },
    lockFile: 'package-lock.json',
    answering: npmRegistry(npm),
    tampered: npmRegistry(change(npm)),
    isObject: (path) => path.endsWith('.tgz'),
    lock: async (registry, folder) => {
      const { status, output } = await runNpm(['install'], registry, folder);
      assert.equal(status, 0, output);
    },
    fetch: (registry, folder) => {
      rmSync(join(folder, 'npm'), { recursive: true });
      return runNpm(['ci'], registry, folder);
    },
    refuses: /EINTEGRITY/,
  },
  {
    client: 'pip',
    files: {},
    lockFile: 'requirements.txt',
    answering: pythonIndex(python),
    tampered: pythonIndex(change(python)),
    isObject: (path) => path.endsWith('.whl'),
    lock: async (_registry, folder) => {
      const lines: string[] = [];
      for (const each of python) {
        writeFileSync(join(folder, 'one.whl'), wheelBytes(each));
        const { output } = await runClient('pip', ['hash', 'one.whl'], folder, {});
        lines.push(`${each.name}==${each.version} \\\n    ${/--hash=sha256:[\da-f]{64}/.exec(output)![0]}\n`);
      }
      writeFileSync(join(folder, 'requirements.txt'), lines.join(''));
    },
    fetch: (registry, folder) => {
      const index = [
        '--index-url',
        `${registry.origin}/simple/`,
        '--no-cache-dir',
        '--disable-pip-version-check',
      ];
      const argv = ['install', '--require-hashes', '-r', 'requirements.txt', '--target', 'out', ...index];
      return runClient('pip', argv, folder, {});
    },
    refuses: /DO NOT MATCH THE HASHES/,
  },
];

function runNpm(argv: readonly string[], registry: Registry, folder: string) {
  const where = ['--registry', `${registry.origin}/`, '--cache', join(folder, 'npm')];
  return runClient('npm', [...argv, ...where, '--no-audit', '--no-fund', '--fetch-retries=0'], folder, {});
}

/** Locks, and fetches by the lock file: from the same registry, or from one with other objects. */
async function fetchBy(ecosystem: Ecosystem, tampers: boolean) {
  let isTampering = false;
  const registry = await startRegistry((path, ...rest) =>
    (isTampering && ecosystem.isObject(path) ? ecosystem.tampered : ecosystem.answering)(path, ...rest),
  );
  try {
    return await withFolder(ecosystem.files, async (folder) => {
      await ecosystem.lock(registry, folder);
      registry.exchanges.splice(0);
      isTampering = tampers;
      const { status, output } = await ecosystem.fetch(registry, folder);
      const lockFile = readFileSync(join(folder, ecosystem.lockFile));
      const judge = (files: Readonly<Record<string, Uint8Array>>) =>
        judgePins(registry.exchanges, registry.read, sourcesOf(files));
      return {
        status,
        output,
        locked: await judge({ [ecosystem.lockFile]: lockFile }),
        bare: await judge({}),
      };
    });
  } finally {
    registry.close();
  }
}

function objectsOf(report: PinReport, { isObject }: Ecosystem) {
  return report.exchanges.filter(({ exchange }) => isObject(new URL(exchange.url).pathname));
}

for (const ecosystem of ecosystems) {
  describe(`what ${ecosystem.client} fetched`, { skip: clientMissing(ecosystem.client) }, () => {
    it(`is pinned by the ${ecosystem.lockFile} that ${ecosystem.client} wrote, and unpinned without it`, async () => {
      const { status, output, locked, bare } = await fetchBy(ecosystem, false);
      assert.equal(status, 0, output);
      assert.deepEqual(
        locked.suspects.map(({ exchange, judgement }) => [exchange.url, judgement]),
        [],
      );
      assert.equal(locked.conclusion, 'all-pinned');
      const objects = objectsOf(locked, ecosystem);
      assert.equal(objects.length, 2);
      for (const { judgement } of objects) {
        assert.ok(judgement.kind === 'pinned');
        assert.equal(judgement.by[0]!.place.file, ecosystem.lockFile);
      }
      assert.equal(bare.conclusion, 'unpinned');
      assert.ok(
        objectsOf(bare, ecosystem).every(
          ({ judgement }) => judgement.kind === 'unpinned' && judgement.reason === 'no-pin',
        ),
      );
    });

    it('contradicts it where the client refuses it', async () => {
      const { status, output, locked } = await fetchBy(ecosystem, true);
      assert.notEqual(status, 0);
      assert.match(output, ecosystem.refuses);
      assert.equal(locked.conclusion, 'contradicted');
      const objects = objectsOf(locked, ecosystem);
      assert.ok(objects.length > 0 && objects.every(({ judgement }) => judgement.kind === 'contradicted'));
    });
  });
}

describe('a digest of a broken algorithm', { skip: clientMissing('npm') }, () => {
  it('is named, and pins nothing', async () => {
    const ecosystem = ecosystems.find(({ client }) => client === 'npm')!;
    const { locked } = await fetchBy({ ...ecosystem, answering: npmRegistry(npm, 'sha1') }, false);
    assert.equal(locked.conclusion, 'unpinned');
    for (const { judgement } of objectsOf(locked, ecosystem)) {
      assert.ok(judgement.kind === 'unpinned' && judgement.reason === 'weak-pin');
      assert.equal(judgement.pins[0]!.algorithm, 'sha1');
    }
  });
});
