/**
 * Writes fixtures/locks: lock files of packages of our own, each by the client that it is of, against a registry on the loopback. A client that is not on
 * the search path leaves its files as they are. To be started by hand.
 */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lab.ts';
import { lockedByYarn, lockedNpm, lockedPython } from './locked-packages.ts';
import { npmRegistry } from './npm-packages.ts';
import { pythonIndex } from './python-packages.ts';
import { runClient, startRegistry, withFolder } from './registry.ts';

/** The same in every run, since lock files name it. */
const port = 48_731;
const origin = `http://127.0.0.1:${port}`;
const index = `${origin}/simple/`;
const manifest = JSON.stringify({ name: 'program', version: '1.0.0', dependencies: { high: '^1.0.0' } });
const project =
  '[project]\nname = "program"\nversion = "1.0.0"\nrequires-python = ">=3.9"\ndependencies = ["high-wheel"]\n';

interface LockMaker {
  readonly program: string;
  /** What `--version` must begin with. */
  readonly version?: string;
  readonly files: Readonly<Record<string, string>>;
  readonly argv: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly made: string;
  readonly fixture: string;
}

const makers: readonly LockMaker[] = [
  {
    program: 'npm',
    files: { 'package.json': manifest },
    argv: ['install', '--package-lock-only', '--lockfile-version=1', '--registry', `${origin}/`],
    made: 'package-lock.json',
    fixture: 'package-lock-1.json',
  },
  {
    program: 'npm',
    files: { 'package.json': manifest },
    argv: ['install', '--package-lock-only', '--registry', `${origin}/`],
    made: 'package-lock.json',
    fixture: 'package-lock-3.json',
  },
  {
    program: 'pnpm',
    files: { 'package.json': manifest, '.npmrc': `registry=${origin}/\n` },
    argv: ['install', '--lockfile-only'],
    made: 'pnpm-lock.yaml',
    fixture: 'pnpm-lock.yaml',
  },
  {
    program: 'yarn',
    version: '1.',
    files: { 'package.json': manifest, '.yarnrc': `registry "${origin}/"\n` },
    argv: ['install', '--no-progress', '--ignore-engines'],
    made: 'yarn.lock',
    fixture: 'yarn-1.lock',
  },
  {
    program: 'yarn',
    version: '4.',
    files: {
      'package.json': JSON.stringify({
        name: 'program',
        version: '1.0.0',
        dependencies: { high: '^1.0.0', odd: '*' },
      }),
      '.yarnrc.yml': `npmRegistryServer: "${origin}/"\nunsafeHttpWhitelist: ["127.0.0.1"]\nenableTelemetry: false\n`,
      'yarn.lock': '',
    },
    argv: ['install'],
    made: 'yarn.lock',
    fixture: 'yarn-4.lock',
  },
  {
    program: 'uv',
    files: { 'pyproject.toml': `${project}\n[[tool.uv.index]]\nurl = "${index}"\ndefault = true\n` },
    argv: ['lock', '--no-cache'],
    made: 'uv.lock',
    fixture: 'uv.lock',
  },
  {
    program: 'uv',
    files: { 'in.txt': 'high-wheel\n' },
    argv: [
      'pip',
      'compile',
      'in.txt',
      '--format',
      'pylock.toml',
      '-o',
      'pylock.toml',
      '--index-url',
      index,
      '--no-cache',
    ],
    made: 'pylock.toml',
    fixture: 'pylock.toml',
  },
  {
    program: 'uv',
    files: { 'in.txt': 'high-wheel\n' },
    argv: [
      'pip',
      'compile',
      'in.txt',
      '--generate-hashes',
      '-o',
      'requirements.txt',
      '--index-url',
      index,
      '--no-cache',
    ],
    made: 'requirements.txt',
    fixture: 'requirements.txt',
  },
  {
    program: 'poetry',
    files: {
      'pyproject.toml': `${project}\n[[tool.poetry.source]]\nname = "lab"\nurl = "${index}"\npriority = "primary"\n\n[tool.poetry]\npackage-mode = false\n`,
    },
    argv: ['lock', '--no-interaction'],
    made: 'poetry.lock',
    fixture: 'poetry.lock',
  },
  {
    program: 'pipenv',
    files: {
      Pipfile: `[[source]]\nname = "lab"\nurl = "${index}"\nverify_ssl = false\n\n[packages]\nhigh-wheel = "*"\n`,
    },
    argv: ['lock'],
    environment: { PIPENV_VENV_IN_PROJECT: '1', PIPENV_IGNORE_VIRTUALENVS: '1' },
    made: 'Pipfile.lock',
    fixture: 'Pipfile.lock',
  },
];

const [npm, python] = [npmRegistry([...lockedNpm, lockedByYarn]), pythonIndex(lockedPython)];
const registry = await startRegistry((...request) => npm(...request) ?? python(...request), port);
const folder = join(root, 'fixtures/locks');
mkdirSync(folder, { recursive: true });
const failures: string[] = [];
for (const maker of makers)
  await withFolder(maker.files, async (work) => {
    const { status, output: version } = await runClient(maker.program, ['--version'], work, {});
    if (status !== 0 || !version.startsWith(maker.version ?? '')) return;
    const { output } = await runClient(maker.program, maker.argv, work, maker.environment ?? {});
    const made = join(work, maker.made);
    if (existsSync(made)) copyFileSync(made, join(folder, maker.fixture));
    else failures.push(`${maker.program} wrote no ${maker.made}: ${output}`);
  });
registry.close();
if (failures.length > 0) throw new Error(failures.join('\n'));
