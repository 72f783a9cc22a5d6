/** Real clients resolve against registries as of a time, and take what existed. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { registryAsOf } from '../support/as-of.ts';
import { clientMissing } from '../support/clients.ts';
import { type Crate, cargoEnvironment, crateRegistry } from '../support/crates.ts';
import { goEnvironment, goModule, goProxy } from '../support/go-modules.ts';
import { mavenProject, mavenRepository, mavenSettings } from '../support/maven.ts';
import { type NpmPackage, npmRegistry } from '../support/npm-packages.ts';
import { type PythonPackage, pythonIndex } from '../support/python-packages.ts';
import { type Answering, type Registry, runClient, startRegistry, withFolder } from '../support/registry.ts';
import { oneIn } from '../support/thorough.ts';

const [early, middle, late] = ['2024-01-01T00:00:00Z', '2024-06-01T00:00:00Z', '2024-12-01T00:00:00Z'];

/** Two packages deep: of each an early and a late version, and the late one of the upper needs the late one of the lower. */
const npm: readonly NpmPackage[] = [
  { name: '@scope/low', version: '1.0.0', time: early },
  { name: '@scope/low', version: '1.5.0', time: late },
  { name: 'high', version: '1.2.0', time: early, dependencies: { '@scope/low': '^1.0.0' } },
  { name: 'high', version: '1.3.0-rc.1', time: early, dependencies: { '@scope/low': '^1.0.0' } },
  { name: 'high', version: '2.0.0', time: late, dependencies: { '@scope/low': '^1.5.0' } },
];
const python: readonly PythonPackage[] = [
  { name: 'low-wheel', version: '1.0', time: early },
  { name: 'low-wheel', version: '1.5', time: late },
  { name: 'high-wheel', version: '1.2.0', time: early, needs: 'low-wheel>=1' },
  { name: 'high-wheel', version: '2.0', time: late, needs: 'low-wheel>=1.5' },
];
const crates: readonly Crate[] = [
  { name: 'low-crate', version: '1.0.0', time: early },
  { name: 'low-crate', version: '1.5.0', time: late },
  { name: 'high-crate', version: '1.2.0', time: early, needs: [['low-crate', '^1']] },
  { name: 'high-crate', version: '1.9.0', time: late, needs: [['low-crate', '^1.5']] },
];
const low = 'example.com/Upper/low';
const modules = [
  goModule(low, 'v1.0.0', early),
  goModule(low, 'v1.5.0', late),
  goModule('example.com/high', 'v1.2.0', early, `${low} v1.0.0`),
  goModule('example.com/high', 'v1.9.0', late, `${low} v1.5.0`),
];

interface Client {
  readonly client: string;
  readonly how: string;
  readonly version?: string;
  readonly files: Readonly<Record<string, string>>;
  readonly answering: Answering;
  /** What the client chose, as text. */
  readonly resolve: (registry: Registry, folder: string) => Promise<string>;
  readonly chosenNow: readonly string[];
  readonly chosenThen: readonly string[];
}

async function run(
  program: string,
  argv: readonly string[],
  folder: string,
  environment = {},
): Promise<string> {
  const { status, output } = await runClient(program, argv, folder, environment);
  assert.equal(status, 0, output);
  return output;
}

const pip = {
  client: 'pip',
  files: {},
  resolve: async ({ origin }: Registry, folder: string) => {
    const where = ['--index-url', `${origin}/simple/`, '--no-cache-dir', '--disable-pip-version-check'];
    await run(
      'pip',
      ['install', 'high-wheel', '--target', 'out', '--quiet', ...where, '--report', 'report.json'],
      folder,
    );
    return readFileSync(join(folder, 'report.json'), 'utf8');
  },
  chosenNow: ['high_wheel-2.0-', 'low_wheel-1.5-'],
  chosenThen: ['high_wheel-1.2.0-', 'low_wheel-1.0-'],
};
const cargo = {
  client: 'cargo',
  files: {
    'Cargo.toml':
      '[package]\nname = "program"\nversion = "1.0.0"\nedition = "2021"\n\n[dependencies]\nhigh-crate = { version = "1", registry = "lab" }\n',
    'src/main.rs': 'fn main() {}\n',
  },
  resolve: async ({ origin }: Registry, folder: string) => {
    await run('cargo', ['generate-lockfile'], folder, cargoEnvironment(origin, folder));
    return readFileSync(join(folder, 'Cargo.lock'), 'utf8');
  },
  chosenNow: ['name = "high-crate"\nversion = "1.9.0"', 'name = "low-crate"\nversion = "1.5.0"'],
  chosenThen: ['name = "high-crate"\nversion = "1.2.0"', 'name = "low-crate"\nversion = "1.0.0"'],
};
const clients: readonly Client[] = [
  {
    client: 'npm',
    how: 'by short documents, whose times are in the whole ones',
    files: {
      'package.json': '{ "name": "program", "version": "1.0.0", "dependencies": { "high": "latest" } }',
    },
    answering: npmRegistry(npm),
    resolve: async ({ origin }, folder) => {
      await run(
        'npm',
        ['install', '--package-lock-only', '--registry', `${origin}/`, '--cache', 'npm', '--no-audit'],
        folder,
      );
      return readFileSync(join(folder, 'package-lock.json'), 'utf8');
    },
    chosenNow: ['high-2.0.0.tgz', 'low-1.5.0.tgz'],
    chosenThen: ['high-1.2.0.tgz', 'low-1.0.0.tgz'],
  },
  { ...pip, how: 'by pages in JSON', answering: pythonIndex(python) },
  {
    ...pip,
    how: 'by pages in HTML, whose times are in those in JSON',
    answering: (path, request, origin) => {
      // The client cannot ask for it: it would not be HTML.
      const isClient = request.headers['user-agent']?.startsWith('pip/') === true;
      return pythonIndex(python, { json: !isClient })(path, request, origin);
    },
  },
  { ...cargo, how: 'by times in the index', answering: crateRegistry(crates, { pubtime: true }) },
  { ...cargo, how: 'by times of the API', answering: crateRegistry(crates, { pubtime: false }) },
  {
    client: 'go',
    version: 'version',
    how: 'by the list, with the time of each version',
    files: { 'go.mod': 'module example.com/program\n\ngo 1.20\n' },
    answering: goProxy(modules),
    resolve: async ({ origin }, folder) => {
      await run('go', ['get', 'example.com/high@latest'], folder, goEnvironment(origin, folder));
      return readFileSync(join(folder, 'go.mod'), 'utf8');
    },
    chosenNow: ['example.com/high v1.9.0', `${low} v1.5.0`],
    chosenThen: ['example.com/high v1.2.0', `${low} v1.0.0`],
  },
  {
    client: 'mvn',
    how: 'by the list, with the time of each POM, and believes the digest beside it',
    files: mavenProject,
    answering: mavenRepository(
      [
        { version: '1.9', time: early },
        { version: '1.10', time: late },
      ],
      (text) => createHash('sha1').update(text).digest('hex'),
    ),
    resolve: async ({ origin }, folder) => {
      writeFileSync(join(folder, 'settings.xml'), mavenSettings(origin));
      const where = ['-s', 'settings.xml', '-Dmaven.repo.local=repository', '--strict-checksums'];
      await run('mvn', ['-B', ...where, 'validate'], folder);
      return readdirSync(join(folder, 'repository/org/example/parent')).join('\n');
    },
    chosenNow: ['1.10'],
    chosenThen: ['1.9'],
  },
];

describe('as of a time', () => {
  for (const { client, how, version, files, answering, resolve, chosenNow, chosenThen } of clients.filter(
    oneIn(2),
  ))
    it(`${client} chooses what existed, ${how}`, { skip: clientMissing(client, version) }, async () => {
      const then = registryAsOf(answering, middle);
      for (const [served, expected, others] of [
        [answering, chosenNow, chosenThen],
        [then.answering, chosenThen, chosenNow],
      ] as const) {
        const registry = await startRegistry(served);
        try {
          const chosen = await withFolder(files, (folder) => resolve(registry, folder));
          for (const each of expected) assert.ok(chosen.includes(each), `${each} in ${chosen}`);
          for (const each of others) assert.ok(!chosen.includes(each), `${each} in ${chosen}`);
        } finally {
          registry.close();
        }
      }
      const removed = [...then.lists.values()].flatMap((list) => list.removed);
      assert.ok(removed.length > 0);
    });
});
