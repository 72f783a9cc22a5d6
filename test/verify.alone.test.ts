/** Whole runs over lists of packages: the result of one does not depend on the others. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { parsePublicKey } from '../src/apk/apk-signature.ts';
import { canonicalJson } from '../src/canonical.ts';
import { callerIdMap } from '../src/execute/sandbox/id-map.ts';
import { completeLimits } from '../src/execute/sandbox/sandbox.ts';
import { Failure } from '../src/failure.ts';
import type { ProgressEvent, RunOptions } from '../src/flow/run-options.ts';
import { machineInputs } from '../src/inputs/inputs.ts';
import { reportFormatNames } from '../src/report/format-names.ts';
import { reportFormats } from '../src/report/formats.ts';
import { packageValue } from '../src/report/json-report.ts';
import { verify } from '../src/verify.ts';
import { temporaryFolder } from './support/folder.ts';
import { type KeptPackages, keptPackages } from './support/kept-packages.ts';
import { fixtures, lab } from './support/lab.ts';
import { repack, withSbom } from './support/parts.ts';

const golden = (version: string, name: string) => join(lab, 'repository', version, 'x86_64', `${name}.apk`);
const shell = 'hello-shell-1.4.2-r3';
const flint = ['flint-0.9.12-r4', 'flint-dev-0.9.12-r4', 'libflint3-0.9.12-r4'];
const attack = (name: string, file = `${shell}.apk`) => join(fixtures, 'attacks', name, file);
const invalid = (name: string) => join(lab, 'invalid', `${name}.apk`);

/** Many builders, one recipe; an origin with its subpackages; and everything that is not a sound package. */
const sound = [
  ...['v0.23.16', 'v0.40.4', 'v0.59.1'].map((version) => golden(version, shell)),
  ...flint.map((name) => golden('v0.59.1', name)),
  golden('v0.40.4', flint[1]!),
  golden('v0.59.1', 'scripted-1.0_rc2-r7'),
];
const hostile = [
  attack('group-version', 'evil.apk'),
  attack('nul-argv'),
  attack('arch-escape'),
  golden('v0.59.1', 'meta-only-0-r0'),
  golden('v0.59.1', 'modes-20240229-r0'),
  ...['failing-recipe', 'bit-flip-signature', 'truncated', 'not-an-apk', 'unknown-key-name'].map(invalid),
  // A folder cannot be read, and nothing is not there.
  lab,
  invalid('there-is-no-such-file'),
];

describe('a package is judged as if it were alone', () => {
  let options: RunOptions;
  let kept: KeptPackages;
  let printed: readonly string[];
  const ending: (() => void)[] = [];
  after(() => {
    for (const done of ending) done();
  });
  before(async () => {
    const folder = temporaryFolder({ after: (done) => ending.push(done) });
    kept = keptPackages(folder);
    options = optionsIn(folder, kept);
    printed = await Promise.all(
      ['v0.23.16', 'v0.40.4'].flatMap((version) =>
        [shell, flint[1]!].map((name) =>
          printing('devel', golden(version, name), join(folder, `${version}-${name}.apk`)),
        ),
      ),
    );
  });

  const alone = new Map<string, Promise<string>>();
  const judgedAlone = (file: string, more: Partial<RunOptions> = {}): Promise<string> => {
    const key = canonicalJson([file, more]);
    const known = alone.get(key) ?? judge([file], more).then(([only]) => only!);
    alone.set(key, known);
    return known;
  };
  const judge = async (files: readonly string[], more: Partial<RunOptions> = {}): Promise<string[]> =>
    (await verify(files, { ...options, ...more })).packages.map((each) => canonicalJson(packageValue(each)));

  const holds = async (files: readonly string[], more: Partial<RunOptions>, jobs: number) => {
    const together = await judge(files, { ...more, jobs });
    for (const [index, file] of files.entries())
      assert.equal(together[index], await judgedAlone(file, more), `${file} beside ${files.join(' ')}`);
  };

  const mixed = (most: number) =>
    fc
      .array(fc.constantFrom(...sound, ...hostile, ...printed), { minLength: 2, maxLength: most })
      .map((files) => [...files]);

  it('and these lists hold every kind of verdict', async () => {
    const judged = await Promise.all([...sound, ...hostile, ...printed].map((file) => judgedAlone(file)));
    const kinds = judged.map((each) => (JSON.parse(each) as { verdict: string }).verdict);
    assert.deepEqual([...new Set(kinds)].sort(), [
      'build-failed',
      'inconclusive',
      'internal',
      'rejected',
      'reproduced',
    ]);
    assert.deepEqual(
      kinds.slice(-printed.length),
      printed.map(() => 'reproduced'),
    );
    const chosen = judged.slice(-printed.length).map((each) => /"melange":"([^"]+)"/.exec(each)?.[1]);
    assert.equal(new Set(chosen).size, 2);
  });

  it('whichever packages stand beside it, in whichever order, and however often', async () => {
    await fc.assert(
      fc.asyncProperty(mixed(9), fc.integer({ min: 1, max: 4 }), (files, jobs) => holds(files, {}, jobs)),
      { numRuns: 25 },
    );
  });

  it('also where it is built again and again', async () => {
    const further = fc.constantFrom<Partial<RunOptions>>(
      { repeat: 2 },
      { vary: 'auto' },
      { repeat: 3, vary: ['hostname', 'umask'] },
    );
    await fc.assert(
      fc.asyncProperty(mixed(6), further, (files, more) => holds(files, more, 2)),
      { numRuns: 12 },
    );
  });

  it('and what has the same build is built once', async () => {
    const files = [...flint.map((name) => golden('v0.59.1', name)), golden('v0.40.4', flint[0]!)];
    kept = keptPackages(temporaryFolder({ after: (done) => ending.push(done) }));
    const { packages } = await verify([...files, files[0]!], { ...options, engine: kept.engine });
    assert.deepEqual(
      packages.map(({ verdict }) => verdict.kind),
      files.concat('again').map(() => 'reproduced'),
    );
    assert.deepEqual(kept.builds.map((plans) => plans.map((plan) => plan.package.name)).sort(), [
      ['flint'],
      ['flint', 'flint-dev', 'libflint3', 'flint'],
    ]);
  });

  it('and a defect costs only the package that meets it its verdict, and every report shows it', async () => {
    const seen: ProgressEvent[] = [];
    const files = [
      golden('v0.59.1', shell),
      golden('v0.59.1', 'modes-20240229-r0'),
      golden('v0.59.1', 'meta-only-0-r0'),
    ];
    const result = await verify(files, { ...options, onProgress: (event) => seen.push(event) });
    assert.deepEqual(
      result.packages.map(({ verdict }) => verdict.kind),
      ['reproduced', 'internal', 'internal'],
    );
    assert.deepEqual([result.verdict, result.exitCode], ['internal', 70]);
    const told = seen.flatMap((event) => (event.kind === 'defect' ? [event.subject] : []));
    assert.deepEqual(told.sort(), files.slice(1).sort());
    for (const format of reportFormatNames) {
      const text = reportFormats[format].render(result);
      for (const file of files) assert.ok(text.includes(file.slice(file.lastIndexOf('/') + 1)), format);
      assert.ok(text.includes('internal'), format);
    }
  });

  it('but a wrong command line ends the run', async () => {
    const machine = { ...options.machine, syft: ['/nowhere/syft'] };
    await assert.rejects(
      verify([golden('v0.59.1', shell)], { ...options, machine }),
      (thrown) => thrown instanceof Failure && thrown.code === 'usage',
    );
  });
});

function optionsIn(folder: string, { engine }: KeptPackages): RunOptions {
  const signal = new AbortController().signal;
  return {
    keys: [parsePublicKey('lab.rsa.pub', readFileSync(join(lab, 'lab.rsa.pub')))],
    allowUnsigned: false,
    repositories: [],
    environment: { kind: 'host' },
    sourceCaches: [],
    sourceMirrors: [],
    sourceDirectory: undefined,
    jobs: 2,
    machine: {
      cache: join(folder, 'cache'),
      sandbox: 'bubblewrap',
      ids: callerIdMap({ uid: 1000, gid: 1000, name: 'somebody' }),
      limits: completeLimits({}),
      threads: 1,
      signal,
      inputs: machineInputs(join(folder, 'cache'), signal),
      syft: [],
    },
    engine,
    onProgress: () => undefined,
  };
}

/** The package as the same builder had written it, had it printed something else. */
async function printing(text: string, from: string, path: string): Promise<string> {
  const change: Parameters<typeof repack>[1] = (parts) =>
    withSbom(parts, (sbom) => sbom.replace(/\(v0\.\d+\.\d+\)/, `(${text})`));
  writeFileSync(path, await repack(from, change));
  return path;
}
