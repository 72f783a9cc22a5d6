/** Recipes whose steps want the network: named before anything is run, recognised by their own words, and allowed with a caveat. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { RunOptions } from '../../src/flow/run-options.ts';
import { renderJson } from '../../src/report/json-report.ts';
import { renderText } from '../../src/report/text-report.ts';
import { type PackageResult, runResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { lab } from '../support/lab.ts';
import { type LabServer, startLabServer } from '../support/lab-server.ts';
import { changeControl, repack, textOf, withText } from '../support/parts.ts';
import { assertReproduced, cannotRebuild, explain, labOptions, sandbox } from './lab-run.ts';

const hello = join(lab, 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk');
const own = '  - name: settings and scripts\n';
const networkCaveat = /the steps could reach the network of the machine: nothing pins what they fetched/;

describe('a recipe that wants the network', { skip: cannotRebuild, concurrency: false }, () => {
  let folder: string;
  let server: LabServer;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-network-builds-'));
    server = await startLabServer();
    server.put('/fetched', Buffer.from('from the network'));
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** The lab's package with other steps in front of its own, signed again. */
  async function verifyWith(steps: string, extra: Partial<RunOptions> = {}) {
    const path = join(folder, 'hello-shell-1.4.2-r3.apk');
    const bytes = await repack(hello, (parts) =>
      changeControl(parts, '.melange.yaml', (entry) =>
        withText(entry, textOf(entry).replace(own, `${steps}${own}`)),
      ),
    );
    writeFileSync(path, bytes);
    const begun: string[] = [];
    const onProgress: RunOptions['onProgress'] = (event) => {
      if (event.kind === 'step') begun.push(event.label);
    };
    const { packages } = await verify([path], labOptions({ onProgress, ...extra }));
    return { result: packages[0]!, begun };
  }

  const uses = (
    name: string,
    script = 'true',
    inputs: Readonly<Record<string, string>> = {},
    condition = '',
  ) =>
    [
      ...(condition === '' ? [`  - uses: ${name}`] : [`  - if: ${condition}`, `    uses: ${name}`]),
      ...(Object.keys(inputs).length === 0 ? [] : ['    with:']),
      ...Object.entries(inputs).map(([key, value]) => `      ${key}: ${value}`),
      '    pipeline:',
      '      - runs: |',
      `          ${script}`,
      '',
    ].join('\n');

  const pipelines: readonly (readonly [name: string, inputs?: Readonly<Record<string, string>>])[] = [
    ['auth/maven'],
    ['auth/gradle'],
    ['auth/uv'],
    ['auth/npm'],
    ['bump'],
    ['omnibump'],
    ['go/bump'],
    ['maven/pombump'],
    ['rust/cargobump'],
    ['uv/bump'],
    ['py/pip-vendor-bump'],
    ['sccache/enable'],
    ['npm/install'],
    ['go/install', { package: 'example.org/tool', version: 'v1.2.3' }],
  ];
  it('is named with its step before anything is run, whichever pipeline it is', async () => {
    for (const [name, inputs] of pipelines) {
      const { result, begun } = await verifyWith(`${uses('strip')}${uses(name, 'true', inputs)}`);
      assert.equal(outcomeOf(result), 'inconclusive:network-required', `${name}: ${explain(result)}`);
      assert.ok('failure' in result.verdict);
      assert.equal(result.verdict.failure.message, `step 2 of hello-shell (${name}) needs the network`);
      assert.match(result.verdict.failure.hint ?? '', /--network/);
      assert.deepEqual([begun, result.plan], [[], undefined], name);
    }
  });

  it('is named by a step inside another one as well', async () => {
    const nested =
      '  - uses: outer\n    pipeline:\n      - uses: auth/maven\n        pipeline:\n          - runs: "true\\n"\n';
    const { result } = await verifyWith(nested);
    assert.ok('failure' in result.verdict, explain(result));
    assert.equal(result.verdict.failure.message, 'step 1.1 of hello-shell (auth/maven) needs the network');
  });

  it('is built where the step does not run, or fetches in some uses only and not in this one', async () => {
    const skipped = uses('auth/maven', 'exit 1', {}, "'''a'' == ''b'''");
    const local = uses('go/install', 'true', { package: './cmd/tool' });
    const { result } = await verifyWith(
      [skipped, local, uses('go/build'), uses('cargo/build'), uses('git/gnulib-bootstrap')].join(''),
    );
    assertReproduced(result, 'valid');
    assert.deepEqual(result.caveats, []);
  });

  const separate = sandbox === 'chroot' ? 'the sandbox here does not keep the network apart' : false;
  const wanting: readonly (readonly [what: string, script: string])[] = [
    ['wget of a name', 'wget -O /dev/null http://source.invalid/'],
    ['nc of an address', 'nc 192.0.2.1 80'],
  ];
  for (const [what, script] of wanting) {
    it(`is recognised by its own words where it fails: ${what}`, { skip: separate }, async () => {
      const { result, begun } = await verifyWith(uses('go/build', script));
      assert.equal(outcomeOf(result), 'inconclusive:network-required', explain(result));
      assert.ok(
        'failure' in result.verdict && /^step 1\.1 of hello-shell/.test(result.verdict.failure.message),
        explain(result),
      );
      assert.ok(begun.length > 0 && result.plan !== undefined);
    });
  }

  it('is a different failure where it fails for a different reason', async () => {
    const { result } = await verifyWith(uses('go/build', 'echo no such module >&2; exit 3'));
    assert.equal(outcomeOf(result), 'build-failed:step-failed');
  });

  it('says so where it goes on without the network, whether the bytes are equal or not', {
    skip: separate,
  }, async () => {
    const quiet = uses('git/gnulib-bootstrap', 'wget -O /dev/null http://source.invalid/ || true');
    const equal = await verifyWith(quiet);
    assertReproduced(equal.result, 'valid');
    const caveat =
      /^step 1\.1 of hello-shell.* found no network and went on: what it would have fetched may be missing$/;
    assert.match(equal.result.caveats.join(), caveat);
    const more = uses('other', 'mkdir -p /home/build/melange-out/hello-shell/more');
    const different = await verifyWith(quiet + more);
    assert.equal(different.result.verdict.kind, 'not-reproduced', explain(different.result));
    assert.match(different.result.caveats.join(), caveat);
  });

  it('is built with --network=host, and every report says so', async () => {
    const fetching = `wget -q -O /tmp/fetched ${server.url}/fetched && grep -q 'from the network' /tmp/fetched`;
    const { result } = await verifyWith(uses('auth/maven', fetching), { network: 'host' });
    assertReproduced(result, 'valid');
    assert.ok(server.requests.some(({ path }) => path === '/fetched'));
    assert.match(result.caveats.join(), networkCaveat);
    const run = runResult([result]);
    assert.match(renderText(run), networkCaveat);
    assert.match(renderJson(run), networkCaveat);
  });

  it('reaches no server without --network', { skip: separate }, async () => {
    const before = server.requests.length;
    const { result } = await verifyWith(uses('go/build', `wget -q -O /dev/null ${server.url}/fetched`));
    assert.notEqual(result.verdict.kind, 'reproduced');
    assert.equal(server.requests.length, before);
  });
});

function outcomeOf({ verdict }: PackageResult): string {
  return verdict.kind === 'reproduced' ? verdict.kind : `${verdict.kind}:${verdict.reason}`;
}
