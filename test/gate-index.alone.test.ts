import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { parseSigningKey } from '../src/apk/private-key.ts';
import { sha256 } from '../src/digest.ts';
import { Failure } from '../src/failure.ts';
import { type GateOptions, gateIndex } from '../src/gate-index.ts';
import { gatedIndexValue, renderGatedIndex } from '../src/report/attestation-report.ts';
import { plainStyle } from '../src/report/style.ts';
import { parseIndex } from '../src/repository/apkindex.ts';
import { file, linked, made, rebuilder, sameBytes, stated, trusting } from './support/attestations.ts';
import { temporaryFolder } from './support/folder.ts';
import { lab } from './support/lab.ts';
import { lacks } from './support/programs.ts';
import { digest } from './support/results.ts';
import { schemaValidator } from './support/schemas.ts';

const goldens = join(lab, 'repository/v0.59.1/x86_64');
const names = readdirSync(goldens)
  .filter((name) => name.endsWith('.apk'))
  .slice(0, 4) as [string, string, string, string];
const [alpha, beta] = [rebuilder('alpha'), rebuilder('beta', 'ecdsa-p256')];
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = parseSigningKey(
  'gate.rsa',
  Buffer.from(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })),
);
const options: GateOptions = {
  trust: trusting([alpha, beta]),
  require: 2,
  noDissent: false,
  now: made.time,
  signer: { key, algorithm: 'RSA256' },
};
const digestOf = (name: string) => sha256(readFileSync(join(goldens, name)));

/** The first is confirmed by both, the second by one, the third has a link with other bytes, the fourth nothing. */
async function statements() {
  const texts = [
    await stated(alpha, sameBytes(digestOf(names[0]))),
    await stated(beta, sameBytes(digestOf(names[0]))),
    await stated(alpha, sameBytes(digestOf(names[1]))),
    await stated(alpha, sameBytes(digestOf(names[2]))),
    await linked(beta, named(names[2], digest('other bytes'))),
  ];
  return texts.map((text, at) => file(`${at}.json`, text));
}

/** A result about a package by the name of its file. */
function named(name: string, bytes: ReturnType<typeof digest>) {
  const [, packageName, version] = /^(.*)-([^-]+-r\d+)\.apk$/.exec(name)!;
  const result = sameBytes(bytes);
  return { ...result, subject: { ...result.subject!, name: packageName!, version: version! } };
}

function mirror(test: TestContext): string {
  const folder = temporaryFolder(test);
  for (const name of names) copyFileSync(join(goldens, name), join(folder, name));
  return folder;
}

describe('an index of what enough rebuilders confirm', () => {
  it('lists nothing else, and says why', async (test) => {
    const folder = mirror(test);
    writeFileSync(join(folder, 'broken.apk'), 'not a package');
    const index = await gateIndex(folder, await statements(), options);
    assert.deepEqual(
      index.listed.map((each) => each.file),
      [names[0]],
    );
    assert.deepEqual(Object.fromEntries(index.leftOut.map((each) => [each.file, each.decision?.outcome])), {
      'broken.apk': undefined,
      [names[1]]: 'too-few',
      [names[2]]: 'dissent',
      [names[3]]: 'too-few',
    });
    const validate = schemaValidator('gated-index-1');
    assert.ok(validate(JSON.parse(JSON.stringify(gatedIndexValue(index)))), JSON.stringify(validate.errors));
    const text = renderGatedIndex(index, plainStyle);
    assert.match(text, /^written .*: 1 of 5 packages\n/);
    assert.match(text, new RegExp(`got ${digest('other bytes')}`));
  });

  it('lists no link, no pipe, and no package under the name of a different one', async (test) => {
    const folder = mirror(test);
    const [confirmed] = names;
    renameSync(join(folder, confirmed), join(folder, 'other-1-r0.apk'));
    symlinkSync('other-1-r0.apk', join(folder, confirmed));
    spawnSync('mkfifo', [join(folder, 'pipe-1-r0.apk')]);
    mkdirSync(join(folder, 'folder-1-r0.apk'));
    const { listed, leftOut } = await gateIndex(folder, await statements(), options);
    assert.deepEqual(listed, []);
    assert.deepEqual(
      Object.fromEntries(leftOut.flatMap(({ file: each, why }) => (why ? [[each, why]] : []))),
      {
        [confirmed]: 'not-a-file',
        'folder-1-r0.apk': 'not-a-file',
        'other-1-r0.apk': 'misnamed',
        'pipe-1-r0.apk': 'not-a-file',
      },
    );
  });

  it('is what apk reads: signed by the key of the user, with the record of the file', {
    skip: lacks('openssl', 'tar'),
  }, async (test) => {
    const folder = mirror(test);
    const { path } = await gateIndex(folder, await statements(), options);
    const index = await parseIndex(readFileSync(path!));
    assert.deepEqual([...index.records.keys()].length, 1);
    const at = (name: string) => join(folder, name);
    writeFileSync(at('signed'), index.signedBytes);
    writeFileSync(at('signature'), index.signatures[0]!.bytes);
    writeFileSync(at('public'), pair.publicKey.export({ type: 'spki', format: 'pem' }));
    const verified = spawnSync('openssl', [
      'dgst',
      '-sha256',
      '-verify',
      at('public'),
      '-signature',
      at('signature'),
      at('signed'),
    ]);
    assert.equal(verified.status, 0);
    assert.equal(index.signatures[0]!.keyName, 'gate.rsa.pub');
    const listed = spawnSync('tar', ['-xzOf', at('signed'), 'APKINDEX'], { encoding: 'utf8' }).stdout;
    assert.match(listed, /^C:Q1.{27}=\nP:bulk\nV:9\.0\.0-r1\nA:x86_64\n[^\n]/);
    assert.equal(listed.match(/^P:/gm)?.length, 1);
  });

  it('is not written where a statement was changed, or nobody could confirm anything', async (test) => {
    const folder = mirror(test);
    const [first, ...others] = await statements();
    const text = first!.content.toString();
    const changed = file(
      '0.json',
      text.replace(/"sig":"./, (found) => `"sig":"${found.endsWith('A') ? 'B' : 'A'}`),
    );
    const index = await gateIndex(folder, [changed, ...others], options);
    assert.deepEqual(
      [index.path, index.refused.length, existsSync(join(folder, 'APKINDEX.tar.gz'))],
      [undefined, 1, false],
    );
    for (const [where, require] of [
      [folder, 3],
      [temporaryFolder(test), 1],
    ] as const)
      await assert.rejects(
        gateIndex(where, [], { ...options, require }),
        (failure) => failure instanceof Failure && failure.code === 'usage',
      );
  });
});
