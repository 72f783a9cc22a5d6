/** What is said of a package that is asked for by its name: what it was taken for, or what was probably meant. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { q1 } from '../../src/apk/checksum.ts';
import { readApk } from '../../src/apk/read-apk.ts';
import { sha256 } from '../../src/digest.ts';
import { completeRun } from '../../src/flow/complete-run.ts';
import type { ProgressEvent, RunOptions } from '../../src/flow/run-options.ts';
import { type Inspection, inspect } from '../../src/inspect.ts';
import { renderInspectionText } from '../../src/report/inspection.ts';
import { wolfi } from '../../src/repository/known.ts';
import { verify } from '../../src/verify.ts';
import { makeKey, sourceOf } from '../support/apk-builder.ts';
import { makeFolder } from '../support/folder.ts';
import { checksumOf, indexOf, recordText } from '../support/index-builder.ts';
import { foreign, ours, subjectApk, vouchingOptions, writeRepository } from '../support/vouching.ts';

let folder: string;
let repository: string;
const apk = subjectApk();

before(async () => {
  folder = makeFolder();
  const { control } = await readApk(sourceOf(apk));
  const others = ['sample=0.9-r4', 'sample=1.0-r0', 'simple=2-r0', 'sample-doc=1.0-r2', 'zlib=1.3-r0'];
  const records = others.map((each) => {
    const [P = '', V = ''] = each.split('=');
    return recordText({ C: checksumOf(each), P, V, A: 'x86_64' });
  });
  const right = recordText({ C: q1(control.sha1), P: 'sample', V: '1.0-r2', A: 'x86_64', o: 'sample-all' });
  repository = writeRepository(
    join(folder, 'repository'),
    new Map([
      ['x86_64/APKINDEX.tar.gz', indexOf([right, ...records].join(''), ours)],
      ['x86_64/sample-1.0-r2.apk', apk],
    ]),
  );
});
after(() => rmSync(folder, { recursive: true }));

const optionsFor = (place: string, extra: Partial<RunOptions> = {}) =>
  vouchingOptions(join(folder, 'cache'), [place], extra);

async function ask(name: string, place = repository): Promise<Inspection> {
  const [inspection] = await inspect([name], optionsFor(place));
  return inspection!;
}

describe('a package that is asked for by name', () => {
  it('is said with its version, origin, architecture and repository, at once and in the reports', async () => {
    const taken = {
      repository,
      name: 'sample',
      version: '1.0-r2',
      architecture: 'x86_64',
      origin: 'sample-all',
    };
    const events: ProgressEvent[] = [];
    const { packages } = await verify(
      ['sample'],
      optionsFor(repository, { onProgress: (event) => void events.push(event) }),
    );
    assert.deepEqual(packages[0]!.taken, taken);
    assert.deepEqual(
      events.filter(({ kind }) => kind === 'taken'),
      [{ kind: 'taken', subject: 'sample', taken }],
    );
    const inspection = await ask('sample');
    assert.deepEqual(inspection.taken, taken);
    const shown = renderInspectionText([inspection]);
    for (const each of Object.values(taken)) assert.ok(shown.includes(each), each);
  });

  const offered: readonly (readonly [asked: string, code: string, offered: readonly string[]])[] = [
    ['smaple', 'package-unavailable', ['sample', 'simple']],
    ['zlibb', 'package-unavailable', ['zlib']],
    ['sample=1.0', 'package-unavailable', ['sample=1.0-r2', 'sample=1.0-r0']],
    ['sample=2.0', 'package-unavailable', ['sample=1.0-r2', 'sample=0.9-r4']],
    ['sample=1.0-r1', 'package-unavailable', ['sample=1.0-r2', 'sample=1.0-r0', 'sample=0.9-r4']],
    ['sample:aarch64', 'environment-unavailable', []],
  ];
  for (const [asked, code, names] of offered)
    it(`is not found as ${asked}: ${names.join(', ') || 'nothing'} is offered, and nothing is taken`, async () => {
      const { failure, taken, package: read } = await ask(asked);
      assert.equal(failure?.code, code);
      assert.equal(taken ?? read, undefined);
      for (const name of names) assert.ok(failure?.hint?.includes(name), failure?.hint);
    });

  it('is told the folder above where the folder of one architecture was named', async () => {
    const { failure } = await ask('sample', join(repository, 'x86_64'));
    assert.equal(failure?.code, 'environment-unavailable');
    assert.ok(failure?.hint?.endsWith(repository), failure?.hint);
    const elsewhere = await ask('sample', join(folder, 'x86_64'));
    assert.ok(!elsewhere.failure?.hint?.endsWith(folder), elsewhere.failure?.hint);
  });
});

describe('a file whose signature names a key that the program knows', () => {
  const signed = makeKey(wolfi.keyName);
  const bytes = subjectApk({ key: signed });
  const pem = Buffer.from('key');
  const judge = async (file: Buffer, given: Partial<RunOptions>, answer: Uint8Array | undefined) => {
    const path = join(folder, 'file.apk');
    writeFileSync(path, file);
    const asked: string[] = [];
    const options = optionsFor(repository, given);
    const read = options.machine.inputs.read.bind(options.machine.inputs);
    answering(options, async (location) => {
      if (location !== wolfi.keyLocation) return read(location);
      asked.push(location);
      return answer;
    });
    const { packages } = await verify([path], options);
    const { verdict } = packages[0]!;
    return { reason: 'reason' in verdict ? verdict.reason : verdict.kind, asked: asked.length };
  };

  it('is judged by that key where the user named none, and a served key with a different digest is not believed', async () => {
    assert.deepEqual(await judge(bytes, { keys: [] }, pem), { reason: 'environment-invalid', asked: 1 });
    const known = { ...wolfi, keySha256: sha256(pem) };
    const served = Buffer.from(signed.public.key.export({ type: 'spki', format: 'pem' }));
    const options = optionsFor(repository, { keys: [] });
    answering(options, async () => served);
    const trusted = { ...known, keySha256: sha256(served) };
    const run = await completeRun(options, 'known-signer', trusted);
    assert.deepEqual(
      run.trust.keys.map(({ name }) => name),
      [wolfi.keyName],
    );
    assert.deepEqual(run.trust.missing, []);
    const doubted = await completeRun(options, 'known-signer', known);
    assert.deepEqual([doubted.trust.keys.length, doubted.trust.missing.length], [0, 1]);
  });

  it('is judged by the keys that the user named, and by none where that is accepted: nobody is asked for the known one', async () => {
    assert.deepEqual(await judge(bytes, { keys: [foreign.public] }, pem), {
      reason: 'unknown-key',
      asked: 0,
    });
    const accepted = await judge(bytes, { keys: [], allowUnsigned: true }, pem);
    assert.equal(accepted.asked, 0);
    assert.notEqual(accepted.reason, 'unknown-key');
  });

  it('does not make the key of other files', async () => {
    assert.deepEqual(
      await judge(readFileSync(join(repository, 'x86_64/sample-1.0-r2.apk')), { keys: [] }, pem),
      {
        reason: 'unknown-key',
        asked: 0,
      },
    );
  });
});

/** Lets the inputs of a run read something else. */
function answering(
  { machine: { inputs } }: RunOptions,
  read: (location: string) => Promise<Uint8Array | undefined>,
): void {
  Object.defineProperty(inputs, 'read', { value: read });
}
