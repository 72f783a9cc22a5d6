/** Builds whose recorded sources bring lock files: an archive that is fetched by digest pins what the steps fetch, `bump` edits what it brought, and both are known before they run. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseSigningKey } from '../../src/apk/private-key.ts';
import { sha256 } from '../../src/digest.ts';
import type { RunOptions } from '../../src/flow/run-options.ts';
import { contentOf } from '../../src/formats/content.ts';
import { goModHash, moduleHash } from '../../src/pins/dirhash.ts';
import { mostOfArchives, Unpacking } from '../../src/pins/unpacking.ts';
import { findProgram } from '../../src/process.ts';
import { rebuild } from '../../src/rebuild.ts';
import { renderText } from '../../src/report/text-report.ts';
import { runResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { lab as packagesOfLab } from '../support/lab.ts';
import { type LabServer, startLabServer } from '../support/lab-server.ts';
import { tarballOf } from '../support/tarball.ts';
import { zipOf } from '../support/zip-builder.ts';
import { cannotFetch, type FetchingLab, type Hosts, openFetchingLab, outcomeOf } from './fetching.ts';
import { explain } from './lab-run.ts';

const signingKey = parseSigningKey('lab.rsa', readFileSync(join(packagesOfLab, 'lab.rsa')));
const noGit = findProgram('git') === undefined ? 'git is not installed' : false;
const noCurl = findProgram('curl') === undefined ? 'curl is not installed' : false;

const mod = 'module example.com/m\n';
const zip = zipOf({ 'example.com/m@v1.2.3/go.mod': mod, 'example.com/m@v1.2.3/m.go': 'package m\n' });
const tarball = tarballOf({ 'package/package.json': '{"name":"left","version":"1.0.0"}' });
const crate = tarballOf({ 'tool-1.0.0/Cargo.toml': '[package]\nname = "tool"\nversion = "1.0.0"\n' });
const integrity = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;

const project = tarballOf({
  'project-1.0/go.mod': 'module example.com/project\n\nrequire example.com/m v1.0.0\n',
  'project-1.0/go.sum': [
    `example.com/m v1.2.3 h1:${moduleHash(contentOf(zip), new Unpacking(mostOfArchives))}`,
    `example.com/m v1.2.3/go.mod h1:${goModHash(Buffer.from(mod))}`,
    '',
  ].join('\n'),
  'project-1.0/package-lock.json': JSON.stringify({
    lockfileVersion: 3,
    packages: {
      'node_modules/left': {
        version: '1.0.0',
        resolved: 'https://registry.example/left/-/left-1.0.0.tgz',
        integrity,
      },
    },
  }),
  'project-1.0/Cargo.lock': [
    'version = 3',
    '[[package]]',
    'name = "tool"',
    'version = "1.0.0"',
    'source = "registry+https://index.example/"',
    `checksum = "${sha256(crate)}"`,
    '',
  ].join('\n'),
});
const digest = sha256(project);

/** What melange compiles a `fetch` into looks into its cache first; so does this. */
const fetchStep = `  - uses: fetch
    with:
      uri: https://source.example/project/files/project-1.0.tar.gz
      expected-sha256: ${digest}
      purl-name: project
      purl-version: 1.0.0
    pipeline:
      - runs: |
          tar -x --strip-components=1 -C . -f /var/cache/melange/sha256:${digest}
`;

/** Chooses from a list of the registry, and writes what it chose into what the source brought. */
const bumpStep = `  - uses: go/bump
    with:
      deps: example.com/m@latest
    pipeline:
      - runs: |
          newest=$(curl -sS --fail https://modules.example/example.com/m/@v/list | sort -V | tail -n 1)
          sed -i "s|example.com/m v1.0.0|example.com/m $newest|" go.mod
`;

const building = `cat go.mod
version=$(sed -n 's|^require example.com/m ||p' go.mod)
curl -sS --fail -O https://modules.example/example.com/m/@v/$version.mod
curl -sS --fail -O https://modules.example/example.com/m/@v/$version.zip
curl -sS --fail -O https://registry.example/left/-/left-1.0.0.tgz
curl -sS --fail -o tool.crate https://crates.example/crates/tool/1.0.0/download`;

describe('a build whose source brings lock files', {
  skip: cannotFetch || noCurl,
  concurrency: false,
}, () => {
  let lab: FetchingLab;
  let published: string;
  let server: LabServer;
  let hosts: Hosts;
  let extra: { readonly before: string; readonly sourceCaches: readonly string[] };

  before(async () => {
    lab = openFetchingLab();
    server = await startLabServer();
    hosts = Object.fromEntries(
      ['modules', 'registry', 'crates'].map((name) => [`${name}.example`, server.url]),
    );
    server.put('/example.com/m/@v/list', Buffer.from('v1.0.0\nv1.2.3\n'));
    server.put('/example.com/m/@v/v1.2.3.mod', Buffer.from(mod));
    server.put('/example.com/m/@v/v1.2.3.zip', zip);
    server.put('/left/-/left-1.0.0.tgz', tarball);
    server.put('/crates/tool/1.0.0/download', crate);
    const sources = join(lab.folder, 'sources');
    mkdirSync(sources);
    mkdirSync(join(lab.folder, 'published'));
    writeFileSync(join(sources, `sha256:${digest}`), project);
    extra = { before: `${fetchStep}${bumpStep}`, sourceCaches: [sources] };
  });
  after(async () => {
    await server.close();
    lab.close();
  });

  it('is refused before anything runs, with what the steps would fetch and how to allow it', async () => {
    const { result, asked } = await lab.build(building, hosts, extra);
    assert.equal(outcomeOf(result), 'inconclusive:network-required', explain(result));
    assert.ok('failure' in result.verdict);
    const { message, expected, got, hint } = result.verdict.failure;
    assert.match(message, /^step 2 of hello-shell \(go\/bump\) needs the network$/);
    const named = `${expected ?? ''}\n${got ?? ''}`;
    assert.match(named, /step 2 of hello-shell \(go\/bump\): versions of dependencies$/m);
    assert.match(named, /step 3 of hello-shell: a file, unless the tree has it$/m);
    assert.match(hint ?? '', /--network/);
    assert.deepEqual(asked, []);
  });

  it('has all that it fetches pinned by them, what a bump chose in the sandbox included', async () => {
    const transcript = join(lab.folder, 'seen.json');
    const draft = await lab.write(building, extra.before);
    const options = lab.options(hosts, { ...extra, network: 'gateway', transcript });
    const target = { directory: join(lab.folder, 'published'), signingKey };
    published = (await rebuild(draft, target, options)).path;
    server.put('/example.com/m/@v/list', Buffer.from('v1.0.0\nv1.2.3\nv1.3.0\n'));
    const output: Buffer[] = [];
    const onProgress: RunOptions['onProgress'] = (event) => {
      if (event.kind === 'output') output.push(Buffer.from(event.bytes));
    };
    const { packages } = await verify([published], {
      ...lab.options({}, { ...extra, transcript }),
      onProgress,
    });
    const { network, caveats, findings } = packages[0]!;
    assert.equal(outcomeOf(packages[0]!), 'reproduced', explain(packages[0]!));
    assert.match(Buffer.concat(output).toString(), /^require example\.com\/m v1\.2\.3$/m);
    assert.deepEqual(
      [network?.mode, network?.pins.conclusion, network?.pins.pinned, network?.pins.metadata],
      ['replayed', 'all-pinned', 4, 1],
    );
    assert.doesNotMatch(caveats.join('\n'), /pin/);
    assert.ok(!findings.some(({ kind }) => kind === 'pin-contradicted'));
    assert.match(renderText(runResult(packages)), /all fetched objects are pinned by the recorded sources/);
  });

  it('has them pinned by files of a git tree whose commit the recipe names, and by none of a branch', {
    skip: noGit,
  }, async () => {
    const work = join(lab.folder, 'work');
    const git = (...argv: string[]) =>
      execFileSync('git', ['-c', 'user.name=n', '-c', 'user.email=e@lab.example', ...argv], {
        encoding: 'utf8',
      }).trim();
    git('init', '-q', '-b', 'main', work);
    execFileSync('tar', ['-xz', '--strip-components=1', '-C', work], { input: project });
    git('-C', work, 'add', '.');
    git('-C', work, 'commit', '-q', '-m', 'first');
    const commit = git('-C', work, 'rev-parse', 'HEAD');
    const mirrors = join(lab.folder, 'mirrors');
    git('clone', '-q', '--bare', work, join(mirrors, 'project.git'));
    const checkout = (input: string, name: string) => `  - uses: git-checkout
    with:
      repository: https://git.example/project.git
      ${input}
    pipeline:
      - runs: |
          git clone -q https://git.example/project.git project
          git -C project checkout -q ${name}
`;
    const sourceMirrors = [{ prefix: 'https://git.example/', location: mirrors }];
    const one = 'curl -sS --fail -O https://registry.example/left/-/left-1.0.0.tgz';
    const conclusions: (string | undefined)[] = [];
    for (const before of [checkout(`expected-commit: ${commit}`, commit), checkout('branch: main', 'main')]) {
      const { result } = await lab.build(one, hosts, {
        before,
        sourceMirrors,
        network: 'record',
        allowUnpinnedSources: true,
      });
      const conclusion = result.network?.pins.conclusion;
      conclusions.push(conclusion === 'nothing-fetched' ? explain(result) : conclusion);
    }
    assert.deepEqual(conclusions, ['all-pinned', 'unpinned']);
  });

  it('has a finding where an answer contradicts a lock file in the archive, and another version without a pin is a suspect', async () => {
    server.put('/example.com/m/@v/v1.3.0.mod', Buffer.from(mod));
    server.put('/example.com/m/@v/v1.3.0.zip', zipOf({ 'example.com/m@v1.3.0/go.mod': mod }));
    server.put('/left/-/left-1.0.0.tgz', Buffer.concat([tarball, Buffer.of(0)]));
    const { packages } = await verify([published], lab.options(hosts, { ...extra, network: 'record' }));
    const result = packages[0]!;
    assert.equal(result.network?.pins.conclusion, 'contradicted', explain(result));
    const contradicted = result.findings.filter(({ kind }) => kind === 'pin-contradicted');
    assert.deepEqual(contradicted.length, 1);
    assert.match(contradicted[0]!.detail, /left-1\.0\.0\.tgz: .*project-1\.0\/package-lock\.json has sha512/);
    const suspects = result.network?.pins.suspects.map(({ url, why }) => `${why} ${url}`) ?? [];
    assert.ok(
      suspects.includes('chose-unpinned https://modules.example/example.com/m/@v/list'),
      suspects.join('\n'),
    );
  });
});
