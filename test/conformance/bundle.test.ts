/** Bundles: verified elsewhere with no network at all, the same bytes every time, refused where they were changed. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseSigningKey } from '../../src/apk/private-key.ts';
import { writeBundle } from '../../src/bundle/bundle.ts';
import type { BundleManifest } from '../../src/bundle/form.ts';
import { openBundle } from '../../src/bundle/open.ts';
import { canonicalJson } from '../../src/canonical.ts';
import { runOptions } from '../../src/cli/options.ts';
import { sha256 } from '../../src/digest.ts';
import type { RunOptions } from '../../src/flow/run-options.ts';
import { indexFolder } from '../../src/index-folder.ts';
import { servedConfiguration } from '../../src/inputs/git/own-repository.ts';
import { machineInputs } from '../../src/inputs/inputs.ts';
import { rebuild } from '../../src/rebuild.ts';
import { verify } from '../../src/verify.ts';
import { padded, sealed } from '../support/apk-builder.ts';
import { openWorkshop } from '../support/git-repositories.ts';
import { lab, program } from '../support/lab.ts';
import { labEnvironment } from '../support/lab-environment.ts';
import { type LabServer, labNetwork, startLabServer } from '../support/lab-server.ts';
import { packedSources } from '../support/sources.ts';
import { writeStepPackage } from '../support/step-package.ts';
import { cannotRebuildShared, explain, helloShell, labOptions, sandbox } from './lab-run.ts';

const gitHello = 'repository/v0.59.1/x86_64/git-hello-1.2.0-r0.apk';
const skip = cannotRebuildShared(gitHello);
const digest = '616df3918e20def85123f991915948469cfdb4090ad4e452626137b82b2787ad';
const address = 'https://lab.example/sources/tally-0.7.1.tar.gz';

/** Root keeps its ids; for others a namespace of their own comes with a network's. */
const unshare = ['unshare', process.getuid?.() === 0 ? '-n' : '-rn'];
const cannotUnshare =
  spawnSync(unshare[0]!, [...unshare.slice(1), 'true']).status === 0
    ? false
    : 'this machine grants no network namespace';

describe('a bundle', { skip, concurrency: false }, () => {
  let server: LabServer;
  let folder: string;
  let recipe: string;
  /** A package of a source and of a file beside its recipe, whose environment is small: each test reads all of it. */
  let subject: string;
  let bundle: string;
  let options: RunOptions;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-bundle-'));
    server = await startLabServer();
    server.put('/sources/tally-0.7.1.tar.gz', readFileSync(join(packedSources().cache, `sha256:${digest}`)));
    bundle = join(folder, 'tally.bundle');
    recipe = join(folder, 'recipe');
    mkdirSync(recipe);
    writeFileSync(join(recipe, 'note'), 'beside the recipe\n');
    options = optionsIn(join(folder, 'cache'));
    const inputs = { uri: address, 'expected-sha256': digest, 'purl-name': 'tally', 'purl-version': '0.7.1' };
    const fetch = { uses: 'fetch', with: inputs } as const;
    const out = '/home/build/melange-out/git-hello/usr/share/tally';
    const keep = `mkdir -p ${out} && cat note >${out}/note && ls >${out}/files\n`;
    const draft = await writeStepPackage(folder, [fetch, keep], 'shell');
    const directory = join(folder, 'published');
    mkdirSync(directory);
    subject = (await rebuild(draft, { directory, signingKey: undefined }, options)).path;
    await writeBundle(subject, bundle, 'test', options);
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function optionsIn(cache: string, extra: Partial<RunOptions> = {}): RunOptions {
    const usual = labOptions({ allowUnsigned: true });
    const inputs = machineInputs(cache, usual.machine.signal, labNetwork);
    return {
      ...usual,
      machine: { ...usual.machine, cache, inputs },
      sourceDirectory: recipe,
      sourceMirrors: [{ prefix: 'https://lab.example/', location: server.url }],
      ...extra,
    };
  }

  it('gives the same verdict and the same report in a different place without any network', {
    skip: cannotUnshare,
  }, () => {
    const reports = ['here', 'there'].map((name) => {
      const place = join(folder, name);
      mkdirSync(place);
      copyFileSync(bundle, join(place, 'one.bundle'));
      const argv = [
        'verify',
        '--bundle',
        'one.bundle',
        '--offline',
        '--format',
        'json',
        '--sandbox',
        sandbox!,
      ];
      const own = ['--allow-unsigned', '--key', join(lab, 'lab.rsa.pub'), '--cache', join(place, 'cache')];
      const mask = name === 'here' ? '022' : '077';
      const line = ['sh', '-c', `umask ${mask}; exec "$@"`, 'sh', process.execPath, program, ...argv, ...own];
      const { status, stdout, stderr } = spawnSync(unshare[0]!, [...unshare.slice(1), ...line], {
        cwd: place,
        encoding: 'utf8',
      });
      assert.equal(status, 0, stderr + stdout);
      return stdout;
    });
    assert.equal(reports[0], reports[1]);
    assert.equal((JSON.parse(reports[0]!) as { verdict: string }).verdict, 'reproduced');
  });

  it('has the same bytes whenever, wherever and under whatever umask it is made', {
    skip: cannotRebuildShared(gitHello),
  }, async () => {
    const workshop = openWorkshop(join(folder, 'work'));
    const many = Array.from({ length: 150 }, (_, at) => [`file-${at}`, `${at}\n`.repeat(at)] as const);
    workshop.commit('First', Object.fromEntries(many));
    const commit = workshop.commit(
      'Second',
      Object.fromEntries(many.map(([name, text]) => [name, `${text}more\n`])),
    );
    workshop.git('tag', 'v1');
    workshop.publish(join(folder, 'served/program.git'));
    server.serve('/git/', join(folder, 'served'));
    const step = {
      uses: 'git-checkout',
      with: {
        repository: `${server.url}/git/program.git`,
        tag: 'v1',
        'expected-commit': commit,
        depth: '-1',
      },
    } as const;
    const draft = await writeStepPackage(folder, [step]);
    const made: Buffer[] = [];
    let last = '';
    for (const [at, mask] of [0o022, 0o077].entries()) {
      const before = process.umask(mask);
      try {
        const place = mkdtempSync(join(folder, 'made-'));
        const own = optionsIn(join(place, 'cache'), { allowUnsigned: true, sourceDirectory: undefined });
        await writeBundle(draft, join(place, `${at}.bundle`), 'test', own);
        last = join(place, `${at}.bundle`);
        made.push(readFileSync(last));
      } finally {
        process.umask(before);
      }
    }
    assert.ok(made[0]!.equals(made[1]!));
    const opened = await openBundle(last, 'test', optionsIn(join(folder, 'cache-of-git')));
    assert.equal(opened.manifest.mirrors.length, 1);
  });

  it('is refused wherever it is cut, and wherever a bit of it is another', async () => {
    const bytes = smallBundle();
    const { entries } = takeApart(bytes);
    const ends = entries.flatMap(({ at, content }) => [
      at,
      at + 300,
      at + 512,
      at + 512 + (content.length >> 1),
    ]);
    for (const end of [0, 100, ...ends, bytes.length - 1024, bytes.length - 1])
      await refuses(bytes.subarray(0, end), `cut at ${end}`);
    for (const at of entries.flatMap((entry) => [
      entry.at + 10,
      entry.at + 130,
      entry.at + 400,
      entry.at + 512,
    ])) {
      const changed = Buffer.from(bytes);
      changed[at] = changed[at]! ^ 1;
      await refuses(changed, `bit at ${at}`);
    }
    await refuses(Buffer.concat([bytes, Buffer.from('x')]), 'something behind it');
    await refuses(Buffer.concat([bytes, Buffer.alloc(512)]), 'another block behind it');
  });

  /** Without what is large: the bytes of each entry are looked at in the same way. */
  function smallBundle(): Buffer {
    const { manifest, objects } = takeApart(readFileSync(bundle));
    manifest.files = manifest.files.filter(({ bytes }) => bytes < 50_000);
    return putTogether(canonicalJson(manifest), objects);
  }

  type Change = (manifest: Mutable) => unknown;
  const changes: readonly (readonly [string, Change])[] = [
    ['a path that climbs out', ({ files }) => (files[0]!.path = '../evil')],
    ['a path that climbs out further in', ({ files }) => (files[0]!.path = 'a/../../evil')],
    ['an absolute path', ({ files }) => (files[0]!.path = '/tmp/wolfi-repro-evil')],
    ['a path with a zero byte', ({ files }) => (files[0]!.path = 'a\0b')],
    ['a path that no disk takes', ({ files }) => (files[0]!.path = 'a'.repeat(300))],
    ['the place of the manifest itself', ({ files }) => (files[0]!.path = 'manifest.json')],
    ['a path twice', ({ files }) => files.push(files[0]!)],
    [
      'a file in place of a folder',
      ({ files }) => files.push({ ...files[0]!, path: `${files[0]!.path}/below` }),
    ],
    ['a mode that gives rights', ({ files }) => (files[0]!.mode = 0o4755)],
    ['a mode that is none', ({ files }) => (files[0]!.mode = 0.5)],
    ['a negative size', ({ files }) => (files[0]!.bytes = -1)],
    ['a size beyond the end', ({ files }) => (files[0]!.bytes += 1)],
    ['a digest that is none', ({ files }) => (files[0]!.sha256 = 'x')],
    [
      'a file that is not in it',
      ({ files }) => files.push({ ...files[0]!, path: 'more', sha256: 'a'.repeat(64) }),
    ],
    ['a published file that is not in it', (manifest) => (manifest.published = 'published/other.apk')],
    ['a key that is not in it', (manifest) => manifest.keys.push('keys/other')],
    ['a repository that climbs out', (manifest) => (manifest.repositories[0] = '../..')],
    ['a recipe that climbs out', (manifest) => (manifest.recipe = '..')],
    ['a mirror for everything', (manifest) => manifest.mirrors.push({ prefix: '', location: 'x' })],
    [
      'a git repository with a configuration of its own',
      withRepository({ config: '[core]\n\tfsmonitor = evil\n' }),
    ],
    [
      'a git repository with a hook',
      withRepository({ config: servedConfiguration, 'hooks/post-checkout': 'evil' }),
    ],
    [
      'a git repository that borrows objects',
      withRepository({ config: servedConfiguration, 'objects/info/alternates': '/' }),
    ],
    [
      'folders without end',
      ({ files }) => {
        for (let at = 0; at < 600; at += 1) files.push({ ...files[0]!, path: `${at}${'/a'.repeat(2000)}` });
      },
    ],
    ['a scan that is not in it', (manifest) => (manifest.scans = ['scans/other'])],
    ['a scan that climbs out', (manifest) => (manifest.scans = ['../evil'])],
    ['a scan twice', (manifest) => (manifest.scans = [manifest.published, manifest.published])],
    ['a published file in the place of a scan', (manifest) => (manifest.scans = [manifest.published])],
    ['a list of no scans', (manifest) => (manifest.scans = [])],
    ['null for scans', (manifest) => (manifest.scans = null as never)],
    ['a member that nobody knows', (manifest) => Object.assign(manifest, { more: 1 })],
    ['a member less', (manifest) => Reflect.deleteProperty(manifest, 'subject')],
    ['another schema', (manifest) => (manifest.schema = 'wolfi-repro/bundle/2')],
    ['null for a list', (manifest) => (manifest.files = null as never)],
    ['null for a file', (manifest) => manifest.files.push(null as never)],
    ['null for a mirror', (manifest) => manifest.mirrors.push(null as never)],
  ];
  for (const [what, change] of changes) {
    it(`is refused with ${what}, although its digests are right`, async () => {
      const { manifest, objects } = takeApart(smallBundle());
      const added = change(manifest);
      for (const content of Array.isArray(added) ? (added as string[]) : [])
        objects.push(Buffer.from(content));
      await refuses(putTogether(canonicalJson(manifest), objects), what);
    });
  }

  for (const text of [
    'null',
    '[]',
    '1',
    '"x"',
    '{}',
    '',
    '[',
    '['.repeat(100_000),
    `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
  ])
    it(`is refused with ${JSON.stringify(text.slice(0, 8))} for a manifest`, () =>
      refuses(putTogether(text, []), text.slice(0, 8)));

  const forgeries: readonly (readonly [string, RegExp, string])[] = [
    ['published file', /^published\//, 'rejected:'],
    ['index', /APKINDEX/, 'inconclusive:environment-invalid'],
    ['package of the environment', /\/busybox-/, 'inconclusive:bundle-invalid'],
    ['source', /^sources\//, 'inconclusive:source-mismatch'],
    ['file beside the recipe', /^recipe\//, 'inconclusive:bundle-invalid'],
  ];
  for (const [what, path, outcome] of forgeries) {
    it(`ends with ${outcome} where its ${what} is different, although its digests are right, and nothing is built`, async () => {
      const { manifest, objects } = takeApart(readFileSync(bundle));
      const forged = manifest.files.find((each) => path.test(each.path))!;
      const index = objects.findIndex((each) => sha256(each) === forged.sha256);
      const content = Buffer.from(objects[index]!);
      content[content.length >> 1] = content[content.length >> 1]! ^ 1;
      objects[index] = content;
      forged.sha256 = sha256(content);
      const changed = join(folder, 'forged.bundle');
      writeFileSync(changed, putTogether(canonicalJson(manifest), objects));
      const opened = await openBundle(changed, 'test', offline());
      const { packages } = await verify([opened.path], opened.options);
      const { verdict, plan } = packages[0]!;
      const got = 'reason' in verdict ? `${verdict.kind}:${verdict.reason}` : verdict.kind;
      assert.ok(got.startsWith(outcome), explain(packages[0]!));
      assert.equal(plan, undefined);
    });
  }

  it('is bound to its plan on the command line as well', async () => {
    const { manifest, objects } = takeApart(readFileSync(bundle));
    const { version } = await import('../../src/cli/own-version.ts');
    const changed = join(folder, 'replanned.bundle');
    const another = { ...manifest, tool: version, plan: '0'.repeat(64) };
    writeFileSync(changed, putTogether(canonicalJson(another), objects));
    const raw = { color: false, offline: true, cache: join(folder, 'replanned-cache'), syft: [] };
    const typed = runOptions(raw, new AbortController().signal, () => undefined);
    const opened = await openBundle(changed, version, typed);
    assert.equal(opened.options.expectedPlan, another.plan);
  });

  it('has packages that only the store had where a run on it looks for them, or is not written', async () => {
    const hello = join(lab, helloShell);
    server.serve('/lab/', labEnvironment!);
    const place = (more: Partial<RunOptions>) =>
      optionsIn(join(folder, 'store-cache'), { sourceDirectory: undefined, ...more });
    const full = place({ repositories: [`${server.url}/lab`] });
    assert.equal((await verify([hello], full)).verdict, 'reproduced');
    const target = join(folder, 'store.bundle');
    await assert.rejects(writeBundle(hello, target, 'test', place({ repositories: [] })), {
      code: 'unsupported',
    });
    assert.ok(!existsSync(target));
    const other = join(folder, 'other/x86_64');
    mkdirSync(other, { recursive: true });
    copyFileSync(hello, join(other, basename(hello)));
    const key = parseSigningKey('lab.rsa', readFileSync(join(lab, 'lab.rsa')));
    await indexFolder(other, { key, algorithm: 'RSA256' });
    await writeBundle(hello, target, 'test', place({ repositories: [join(folder, 'other')] }));
    const opened = await openBundle(target, 'test', optionsIn(join(folder, 'store-cache-2')));
    const { packages } = await verify([opened.path], opened.options);
    assert.equal(packages[0]!.verdict.kind, 'reproduced', explain(packages[0]!));
  });

  it('is complete or absent after kill -9, and nothing is left over', async () => {
    const place = mkdtempSync(join(folder, 'killed-'));
    const run = () => startLock(join(place, 'tally.bundle'), join(place, 'cache'));
    const parts = () => readdirSync(place).filter((name) => name.endsWith('.bundle-part'));
    const killed = run();
    for (let waited = 0; parts().length === 0 && killed.exitCode === null; waited += 1) {
      assert.ok(waited < 30_000);
      await sleep(1);
    }
    killed.kill('SIGKILL');
    await once(killed, 'close');
    assert.ok(!existsSync(join(place, 'tally.bundle')));
    const [exitCode] = (await once(run(), 'close')) as [number];
    assert.equal(exitCode, 0);
    assert.deepEqual(readdirSync(place).sort(), ['cache', 'tally.bundle']);
    const left = ['store/aside', 'store/partial', 'bundles', 'git'].flatMap((name) =>
      existsSync(join(place, 'cache', name)) ? readdirSync(join(place, 'cache', name)) : [],
    );
    assert.deepEqual(left, []);
  });

  it('says so where it cannot be written', async () => {
    await assert.rejects(writeBundle(subject, join(folder, 'nowhere/x.bundle'), 'test', options), {
      code: 'usage',
    });
    assert.ok(!readdirSync(folder).some((name) => name.endsWith('.bundle-part')));
  });

  function startLock(target: string, cache: string): ChildProcess {
    const argv = [
      'lock',
      '--bundle',
      target,
      '--repository',
      labEnvironment!,
      '--key',
      join(lab, 'lab.rsa.pub'),
    ];
    const places = ['--cache', cache, '--allow-unsigned', '--source-dir', recipe];
    const mirror = ['--source-mirror', `https://lab.example/=${server.url}`];
    return spawn(process.execPath, [program, ...argv, ...places, ...mirror, subject], { stdio: 'ignore' });
  }

  function offline(): RunOptions {
    const cache = mkdtempSync(join(folder, 'elsewhere-'));
    const usual = labOptions({ repositories: [], allowUnsigned: true });
    const inputs = machineInputs(cache, usual.machine.signal, {
      ...labNetwork,
      policy: { ...labNetwork.policy, offline: true },
    });
    return { ...usual, machine: { ...usual.machine, cache, inputs } };
  }

  async function refuses(bytes: Uint8Array, what: string): Promise<void> {
    const file = join(folder, 'changed.bundle');
    writeFileSync(file, bytes);
    const own = offline();
    await assert.rejects(openBundle(file, 'test', own), { code: 'bundle-invalid' }, what);
    assert.deepEqual(readdirSync(join(own.machine.cache, 'bundles')), [], what);
  }
});

/** Adds a git repository of these files; returns their texts, to be added as objects. */
function withRepository(texts: Readonly<Record<string, string>>) {
  return ({ mirrors, files }: Mutable): string[] => {
    mirrors.push({ prefix: 'https://git.example/x', location: 'git/9' });
    for (const [path, text] of Object.entries({ HEAD: 'ref: refs/heads/main\n', ...texts }))
      files.push({
        path: `git/9/${path}`,
        mode: 0o644,
        bytes: text.length,
        sha256: sha256(Buffer.from(text)),
      });
    return ['ref: refs/heads/main\n', ...Object.values(texts)];
  };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Mutable = Writable<
  Omit<BundleManifest, 'files' | 'keys' | 'repositories' | 'mirrors' | 'schema' | 'scans'>
> & {
  scans?: string[];
  schema: string;
  files: { path: string; mode: number; bytes: number; sha256: string }[];
  keys: string[];
  repositories: string[];
  mirrors: { prefix: string; location: string }[];
};

interface Entry {
  readonly at: number;
  readonly content: Buffer;
}

function takeApart(bytes: Buffer): { manifest: Mutable; objects: Buffer[]; entries: Entry[] } {
  const entries: Entry[] = [];
  for (let at = 0; bytes[at] !== 0; ) {
    const size = Number.parseInt(bytes.toString('latin1', at + 124, at + 135), 8);
    entries.push({ at, content: bytes.subarray(at + 512, at + 512 + size) });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  const [manifest, ...objects] = entries.map(({ content }) => content);
  return { manifest: JSON.parse(manifest!.toString()) as Mutable, objects, entries };
}

/** Objects in the order in which the manifest names them first. */
function putTogether(manifest: string, objects: readonly Buffer[]): Buffer {
  const files = safeFiles(manifest);
  const order = [...new Set(files.map((each) => each?.sha256))];
  const sorted = order.flatMap((digest) => objects.find((each) => sha256(each) === digest) ?? []);
  const text = Buffer.from(manifest);
  const parts = [
    [`manifest/${sha256(text)}`, text] as const,
    ...sorted.map((each) => [`objects/${sha256(each)}`, each] as const),
  ];
  return Buffer.concat([
    ...parts.flatMap(([name, content]) => [headerOf(name, content.length), padded(content)]),
    Buffer.alloc(1024),
  ]);
}

function safeFiles(manifest: string): ({ sha256: string } | null)[] {
  try {
    return (JSON.parse(manifest) as { files?: { sha256: string }[] | null }).files ?? [];
  } catch {
    return [];
  }
}

function headerOf(name: string, size: number): Buffer {
  const raw = Buffer.alloc(512);
  raw.write(name, 0, 'latin1');
  raw.write(`0000644\0${'0'.repeat(7)}\0${'0'.repeat(7)}\0`, 100, 'latin1');
  raw.write(`${size.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0        0`, 124, 'latin1');
  raw.write('ustar\x0000', 257, 'latin1');
  return sealed(raw);
}
