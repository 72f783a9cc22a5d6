/** A defect of the published file is reported first; a defect of a repository says nothing about the file. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { keyFingerprint } from '../../src/apk/apk-signature.ts';
import { q1 } from '../../src/apk/checksum.ts';
import { readApk } from '../../src/apk/read-apk.ts';
import type { RunOptions } from '../../src/flow/run-options.ts';
import { renderText } from '../../src/report/text-report.ts';
import { type PackageResult, runResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { type Key, sourceOf, tarOf } from '../support/apk-builder.ts';
import { linesWith } from '../support/claims.ts';
import { makeFolder } from '../support/folder.ts';
import { checksumOf, indexOf, recordText } from '../support/index-builder.ts';
import { type LabServer, labNetwork, startLabServer } from '../support/lab-server.ts';
import { keyName } from '../support/names.ts';
import {
  foreign,
  impostor,
  indexBytes,
  indexStates,
  ours,
  subjectApk,
  vouchingOptions,
  writeRepository,
} from '../support/vouching.ts';

describe('a published file', { concurrency: false }, () => {
  let server: LabServer;
  let folder: string;
  let count = 0;
  const fresh = (name: string) => {
    count += 1;
    return join(folder, `${name}-${count}`);
  };

  before(async () => {
    server = await startLabServer();
    folder = makeFolder();
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  async function judge(
    bytes: Uint8Array,
    repositories: readonly string[],
    extra: Partial<RunOptions> = {},
  ): Promise<PackageResult> {
    const path = `${fresh('subject')}.apk`;
    writeFileSync(path, bytes);
    const { packages } = await verify(
      [path],
      vouchingOptions(fresh('cache'), repositories, extra, labNetwork),
    );
    return packages[0]!;
  }
  const repositoryOf = (index: Buffer | undefined) =>
    writeRepository(
      fresh('repository'),
      new Map(index === undefined ? [] : [['x86_64/APKINDEX.tar.gz', index]]),
    );
  const listing = async (bytes: Uint8Array, ...checksums: string[]) => {
    const { control } = await readApk(sourceOf(Buffer.from(bytes)));
    return [...checksums, q1(control.sha1)]
      .map((C) => recordText({ C, P: 'sample', V: '1.0-r2', A: 'x86_64' }))
      .join('');
  };

  const aarch64 = linesWith('arch = aarch64');
  const whole = subjectApk({ pkginfo: aarch64 });
  const wrong: readonly (readonly [what: string, bytes: () => Promise<Buffer>, reason: string])[] = [
    [
      'signed by another key under the name of ours',
      async () => subjectApk({ pkginfo: aarch64, key: impostor }),
      'signature-invalid',
    ],
    ['with another data section', async () => withoutData(whole, gzipSync(tarOf([]))), 'datahash-mismatch'],
    [
      'with the recipe of another',
      async () => subjectApk({ pkginfo: linesWith('arch = aarch64', 'pkgname = other') }),
      'contradiction',
    ],
    ['cut short', async () => whole.subarray(0, whole.length - 100), 'malformed'],
  ];
  for (const [what, bytes, reason] of wrong)
    it(`${what} is rejected before any repository is asked, also where none has an index for it`, async () => {
      const asked = server.requests.length;
      for (const states of [[], indexStates]) {
        const folders = states.map((state) => repositoryOf(indexBytes('', state)));
        const result = await judge(await bytes(), [
          `${server.url}/nothing`,
          'http://127.0.0.1:1/gone',
          ...folders,
        ]);
        assert.equal(outcomeOf(result), `rejected:${reason}`);
      }
      assert.equal(server.requests.length, asked);
    });

  it('is never rejected for a defect of an index', async () => {
    const bytes = subjectApk();
    const text = await listing(bytes);
    for (const allowUnsigned of [false, true])
      for (const state of indexStates) {
        const repository = repositoryOf(indexBytes(text, state));
        const result = await judge(bytes, [repository], { allowUnsigned });
        const isUsable = state === 'ours' || (allowUnsigned && (state === 'foreign' || state === 'unsigned'));
        const isInvalid = !isUsable && state !== 'missing';
        assert.equal(
          outcomeOf(result),
          `inconclusive:${isInvalid ? 'environment-invalid' : 'environment-unavailable'}`,
          state,
        );
        if (!isUsable) assert.ok(renderText(runResult([result])).includes(repository), state);
      }
  });

  it('that no signature vouches for is inconclusive where the index that may is no use', async () => {
    const text = await listing(unsigned());
    const cases = {
      ours: 'environment-unavailable',
      foreign: 'unsigned',
      unsigned: 'unsigned',
      changed: 'environment-invalid',
      damaged: 'environment-invalid',
      missing: 'unsigned',
    } as const;
    for (const state of indexStates)
      assert.equal(
        outcomeOf(await judge(unsigned(), [repositoryOf(indexBytes(text, state))])),
        `inconclusive:${cases[state]}`,
        state,
      );
  });

  it('is rejected where a signed index lists a different one, and only there', async () => {
    const bytes = subjectApk();
    const other = recordText({ C: checksumOf('another'), P: 'sample', V: '1.0-r2', A: 'x86_64' });
    const both = await listing(bytes, checksumOf('another'));
    const reversed = both
      .split('\n\n')
      .filter(Boolean)
      .reverse()
      .map((each) => `${each}\n\n`)
      .join('');
    const right = repositoryOf(indexOf(await listing(bytes), ours));
    const cases: [what: string, repositories: string[], outcome: string, finding: string | undefined][] = [
      ['by our key', [repositoryOf(indexOf(other, ours))], 'rejected:index-mismatch', undefined],
      ['by nobody', [repositoryOf(indexOf(other))], 'inconclusive:environment-invalid', 'index-differs'],
      [
        'by a foreign key',
        [repositoryOf(indexOf(other, foreign))],
        'inconclusive:environment-invalid',
        'index-differs',
      ],
      [
        'beside one that lists this',
        [repositoryOf(indexOf(other, ours)), right],
        'inconclusive:environment-unavailable',
        'index-differs',
      ],
      [
        'beside this one',
        [repositoryOf(indexOf(both, ours))],
        'inconclusive:environment-unavailable',
        'index-record-ambiguous',
      ],
      [
        'beside this one, in the other order',
        [repositoryOf(indexOf(reversed, ours))],
        'inconclusive:environment-unavailable',
        'index-record-ambiguous',
      ],
    ];
    for (const [what, repositories, outcome, finding] of cases)
      for (const order of [repositories, [...repositories].reverse()]) {
        const result = await judge(bytes, order);
        assert.equal(outcomeOf(result), outcome, what);
        if (finding !== undefined)
          assert.ok(
            result.findings.some(({ kind }) => kind === finding),
            what,
          );
      }
  });

  it('that is asked for by name is not believed to be what an unsigned index lists', async () => {
    const bytes = subjectApk();
    const other = recordText({ C: checksumOf('another'), P: 'sample', V: '1.0-r2', A: 'x86_64' });
    const cases: [what: string, index: Buffer, outcome: string][] = [
      ['a signed index', indexOf(other, ours), 'rejected:index-mismatch'],
      ['an unsigned index', indexOf(other), 'inconclusive:environment-invalid'],
      ['a damaged index', Buffer.from('<html>'), 'inconclusive:environment-invalid'],
      [
        'a record without a checksum',
        indexOf(recordText({ P: 'sample', V: '1.0-r2' }), ours),
        'inconclusive:package-unavailable',
      ],
    ];
    for (const [what, index, outcome] of cases) {
      const files = new Map([
        ['x86_64/APKINDEX.tar.gz', index],
        ['x86_64/sample-1.0-r2.apk', bytes],
      ] as const);
      const repository = writeRepository(fresh('named'), files);
      const { packages } = await verify(['sample=1.0-r2'], vouchingOptions(fresh('cache'), [repository]));
      assert.equal(outcomeOf(packages[0]!), outcome, what);
      assert.ok(renderText(runResult(packages)).includes(repository), what);
    }
  });

  it('is vouched for only by a key under the name in its signature, which is not signed, and a key under a different name is a finding', async () => {
    const renamed = (key: Key) => ({ ...key.public, name: keyName('renamed.rsa.pub') });
    const result = await judge(subjectApk(), [], { keys: [renamed(ours)] });
    assert.equal(outcomeOf(result), 'inconclusive:unknown-key');
    const details = result.findings.filter(({ kind }) => kind === 'key-renamed').map(({ detail }) => detail);
    assert.ok(details[0]!.includes('ours.rsa.pub') && details[0]!.includes('renamed.rsa.pub'));
    assert.equal(
      outcomeOf(await judge(subjectApk(), [], { keys: [renamed(foreign)] })),
      'inconclusive:unknown-key',
    );
    const index = repositoryOf(indexOf(await listing(unsigned()), ours));
    const listed = await judge(unsigned(), [index], { keys: [renamed(ours)] });
    assert.ok(listed.findings.some(({ kind, detail }) => kind === 'key-renamed' && detail.includes(index)));
  });

  it('whose signature does not fit has the fingerprint of the given key in its report', async () => {
    const text = renderText(runResult([await judge(subjectApk({ key: impostor }), [])]));
    assert.ok(text.includes(keyFingerprint(ours.public)), text);
  });

  it('that is not a package is reported as what it is, by its file and by its address', async () => {
    const html = Buffer.from('<!DOCTYPE html><title>404</title>');
    assert.equal(outcomeOf(await judge(html, [])), 'inconclusive:unsupported-format');
    const repository = new Map([
      ['x86_64/APKINDEX.tar.gz', indexOf(await listing(subjectApk()), ours)],
      ['x86_64/sample-1.0-r2.apk', html],
    ] as const);
    const options = vouchingOptions(fresh('cache'), [writeRepository(fresh('html'), repository)]);
    const { packages } = await verify(['sample'], options);
    assert.equal(outcomeOf(packages[0]!), 'inconclusive:unsupported-format');
  });
});

function unsigned(): Buffer {
  const bytes = subjectApk();
  return bytes.subarray(bytes.indexOf('1f8b08', 1, 'hex'));
}

function withoutData(bytes: Buffer, data: Buffer): Buffer {
  const control = bytes.indexOf('1f8b08', 1, 'hex');
  return Buffer.concat([bytes.subarray(0, bytes.indexOf('1f8b08', control + 1, 'hex')), data]);
}

function outcomeOf({ verdict }: PackageResult): string {
  return 'reason' in verdict ? `${verdict.kind}:${verdict.reason}` : verdict.kind;
}
