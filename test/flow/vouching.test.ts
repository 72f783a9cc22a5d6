/** A package of an environment is used only if a key of the run vouches for it, wherever it lies and whoever put it there. */
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { writeBundle } from '../../src/bundle/bundle.ts';
import { openBundle } from '../../src/bundle/open.ts';
import { Failure } from '../../src/failure.ts';
import type { RunOptions } from '../../src/flow/run-options.ts';
import { lock, type PinnedPackage } from '../../src/lock.ts';
import type { Key } from '../support/apk-builder.ts';
import { makeFolder } from '../support/folder.ts';
import { type LabServer, labNetwork, startLabServer } from '../support/lab-server.ts';
import {
  foreign,
  type IndexState,
  impostor,
  indexStates,
  type Listed,
  listings,
  ours,
  repositoryFiles,
  subjectApk,
  toolApk,
  vouchingOptions,
  writeRepository,
} from '../support/vouching.ts';

const signers: readonly (readonly [what: string, key: Key | undefined])[] = [
  ['ours', ours],
  ['a foreign key', foreign],
  ['a foreign key under the name of ours', impostor],
  ['nobody', undefined],
];

/** Who vouched, or the code of the failure. */
async function outcome(path: string, options: RunOptions): Promise<string> {
  try {
    const { environment, findings } = await lock(path, options);
    return `${byOf(environment[0]!)}${findings.some(({ kind }) => kind === 'environment-unlisted') ? ', unlisted' : ''}`;
  } catch (failure) {
    if (failure instanceof Failure) return failure.code;
    throw failure;
  }
}

function byOf({ indexKey, packageKey }: PinnedPackage): string {
  if (indexKey !== undefined) return `index by ${indexKey}`;
  return packageKey === undefined ? 'nobody' : `signature by ${packageKey}`;
}

/** The right outcome, computed in a different way than the program does. */
function expected(
  state: IndexState,
  listed: Listed,
  signer: Key | undefined,
  allowUnsigned: boolean,
): string {
  if (state === 'missing') return 'environment-unavailable';
  if (state === 'changed' || state === 'damaged') return 'environment-invalid';
  if (state !== 'ours' && !allowUnsigned) return 'environment-invalid';
  if (listed === 'other') return 'environment-invalid';
  const isListed = listed !== 'no-checksum' && listed !== 'unlisted';
  if (isListed && state === 'ours') return 'index by ours.rsa.pub';
  if (signer === ours) return 'signature by ours.rsa.pub, unlisted';
  return allowUnsigned ? 'nobody, unlisted' : 'environment-invalid';
}

describe('a package of the environment', { concurrency: false }, () => {
  let server: LabServer;
  let folder: string;
  let subject: string;

  before(async () => {
    server = await startLabServer();
    folder = makeFolder();
    subject = join(folder, 'sample-1.0-r2.apk');
    writeFileSync(subject, subjectApk());
  });
  after(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });

  let count = 0;
  /** A name that nothing has yet. */
  const fresh = (name: string) => {
    count += 1;
    return `${name}-${count}`;
  };
  const freshCache = () => join(folder, fresh('cache'));

  for (const state of indexStates)
    for (const allowUnsigned of [false, true])
      it(`is used only by the word of a key of the run: index ${state}${allowUnsigned ? ', unsigned ones allowed' : ''}`, async () => {
        for (const listed of listings)
          for (const [what, signer] of signers) {
            const files = await repositoryFiles(toolApk(signer), listed, state);
            const repository = writeRepository(join(folder, fresh('repository')), files);
            const got = await outcome(
              subject,
              vouchingOptions(freshCache(), [repository], { allowUnsigned }),
            );
            assert.equal(got, expected(state, listed, signer, allowUnsigned), `${listed}, signed by ${what}`);
          }
      });

  it('is taken from another repository where one is no use, in both orders, and that one is named', async () => {
    const good = writeRepository(join(folder, 'good'), await repositoryFiles(toolApk(ours), 'right', 'ours'));
    for (const state of indexStates.filter((each) => each !== 'ours'))
      for (const [what, signer] of signers) {
        const bad = writeRepository(
          join(folder, fresh('bad')),
          await repositoryFiles(toolApk(signer), 'right', state),
        );
        for (const order of [
          [bad, good],
          [good, bad],
        ]) {
          const { environment, findings } = await lock(subject, vouchingOptions(freshCache(), order));
          assert.equal(byOf(environment[0]!), 'index by ours.rsa.pub', `${state}, ${what}`);
          const named = findings.filter(
            ({ kind, detail }) => kind === 'repository-skipped' && detail.includes(bad),
          );
          assert.equal(named.length, 1, `${state}, ${what}: ${JSON.stringify(findings)}`);
        }
      }
  });

  it('is refused where its index lists a different one, and taken from elsewhere with a finding', async () => {
    const good = writeRepository(
      join(folder, 'good2'),
      await repositoryFiles(toolApk(ours), 'right', 'ours'),
    );
    const bad = writeRepository(join(folder, 'wrong'), await repositoryFiles(toolApk(ours), 'other', 'ours'));
    const { findings } = await lock(subject, vouchingOptions(freshCache(), [bad, good]));
    assert.ok(findings.some(({ kind, detail }) => kind === 'environment-refused' && detail.includes(bad)));
  });

  it('is what was asked for, whoever signed it: a different name, version or architecture vouches for nothing', async () => {
    const other = toolApk(ours, 'tool', 'aarch64');
    const unlisted = writeRepository(join(folder, 'arch'), await repositoryFiles(other, 'unlisted', 'ours'));
    assert.equal(await outcome(subject, vouchingOptions(freshCache(), [unlisted])), 'environment-invalid');
    const renamed = subjectApk({});
    const files = await repositoryFiles(renamed, 'right', 'ours');
    const repository = writeRepository(join(folder, 'renamed'), files);
    assert.equal(await outcome(subject, vouchingOptions(freshCache(), [repository])), 'environment-invalid');
  });

  it('is named where its record has two checksums, and still found, in both orders', async () => {
    for (const listed of ['twice', 'twice-reversed', 'no-checksum'] as const) {
      const files = await repositoryFiles(toolApk(ours), listed, 'ours');
      const repository = writeRepository(join(folder, `faulty-${listed}`), files);
      const { findings } = await lock(subject, vouchingOptions(freshCache(), [repository]));
      const kind = listed === 'no-checksum' ? 'index-record-unusable' : 'index-record-ambiguous';
      const detail = findings.find((each) => each.kind === kind)?.detail;
      assert.ok(detail?.includes('tool=1.0-r0'), `${listed}: ${JSON.stringify(findings)}`);
    }
  });

  describe('that an earlier run put into the store', () => {
    /** Fills a cache from the server with other keys, and takes the file away. */
    async function poison(
      cache: string,
      path: string,
      signer: Key | undefined,
      state: IndexState,
    ): Promise<string> {
      const address = `${server.url}/${path}`;
      const files = await repositoryFiles(toolApk(signer, path), 'right', state);
      for (const [name, bytes] of files) server.put(`/${path}/${name}`, bytes);
      const keys = [ours.public, foreign.public];
      const found = await lock(
        subject,
        vouchingOptions(cache, [address], { keys, allowUnsigned: true }, labNetwork),
      );
      for (const name of files.keys()) server.remove(`/${path}/${name}`);
      return found.environment[0]!.sha256;
    }
    const empty = async (name: string, state: IndexState = 'ours') =>
      writeRepository(join(folder, name), await repositoryFiles(undefined, 'unlisted', state));

    it('is not used unless its own signature is by a key of this run', async () => {
      for (const [what, signer] of signers)
        for (const state of ['ours', 'foreign', 'unsigned'] as const)
          for (const offline of [false, true]) {
            const cache = freshCache();
            await poison(cache, fresh('store'), signer, state);
            const network = { ...labNetwork, policy: { ...labNetwork.policy, offline } };
            const repository = await empty(fresh('empty'));
            const options = vouchingOptions(cache, [repository], {}, network);
            const right = signer === ours ? 'signature by ours.rsa.pub, unlisted' : 'environment-invalid';
            assert.equal(await outcome(subject, options), right, `${what}, ${state}`);
            const accepted = { ...options, allowUnsigned: true };
            const allowed = signer === ours ? right : 'nobody, unlisted';
            assert.equal(await outcome(subject, accepted), allowed, `${what}, ${state}, allowed`);
          }
    });

    it('is not used from the address that an earlier run believed', async () => {
      for (const offline of [false, true]) {
        const cache = freshCache();
        const path = fresh('address');
        const files = await repositoryFiles(toolApk(foreign), 'right', 'foreign');
        for (const [name, bytes] of files) server.put(`/${path}/${name}`, bytes);
        const keys = [ours.public, foreign.public];
        const network = { ...labNetwork, policy: { ...labNetwork.policy, offline } };
        const address = `${server.url}/${path}`;
        assert.equal(
          await outcome(subject, vouchingOptions(cache, [address], { keys }, labNetwork)),
          'index by foreign.rsa.pub',
        );
        assert.equal(
          await outcome(subject, vouchingOptions(cache, [address], {}, network)),
          'environment-invalid',
        );
      }
    });

    it('is used by the word of an index of this run that lists its checksum, and hides none that is vouched for', async () => {
      const cache = freshCache();
      const good = await poison(cache, 'first', undefined, 'ours');
      await poison(cache, 'second', foreign, 'foreign');
      await poison(cache, 'third', undefined, 'unsigned');
      const listing = await repositoryFiles(undefined, 'right', 'ours', toolApk(undefined, 'first'));
      const repository = writeRepository(join(folder, 'lists-first'), listing);
      const { environment } = await lock(subject, vouchingOptions(cache, [repository]));
      assert.equal(environment[0]!.sha256, good);
      assert.equal(byOf(environment[0]!), 'index by ours.rsa.pub');
    });
  });

  it('is vouched for by a recorded key in a recorded repository, where the user trusts it, and nowhere else', async () => {
    const files = await repositoryFiles(toolApk(foreign), 'right', 'foreign');
    for (const [name, bytes] of files) {
      server.put(`/recorded/${name}`, bytes);
      server.put(`/named/${name}`, bytes);
    }
    server.put('/foreign.rsa.pub', Buffer.from(foreign.public.key.export({ type: 'spki', format: 'pem' })));
    const recorded = join(folder, 'recorded-1.0-r2.apk');
    const key = `${server.url}/foreign.rsa.pub`;
    writeFileSync(recorded, subjectApk({}, { repository: `${server.url}/recorded`, key }));
    const elsewhere = join(folder, 'elsewhere-1.0-r2.apk');
    writeFileSync(elsewhere, subjectApk({}, { repository: `${server.url}/nothing`, key }));
    const named = [`${server.url}/named`];
    const trust = { trustRecordedRepositories: true };
    const fallback = { ...trust, fallbackRepositories: named };
    const cases: [what: string, subject: string, repositories: string[], extra: object, outcome: string][] = [
      ['trusted', recorded, [], trust, 'index by foreign.rsa.pub'],
      ['not trusted', recorded, [], {}, 'environment-unavailable'],
      ['in a named repository', elsewhere, named, trust, 'environment-invalid'],
      ['in a fallback', elsewhere, [], fallback, 'environment-invalid'],
    ];
    for (const [what, path, repositories, extra, right] of cases) {
      const options = vouchingOptions(freshCache(), repositories, extra, labNetwork);
      assert.equal(await outcome(path, options), right, what);
    }
    const cache = freshCache();
    await outcome(recorded, vouchingOptions(cache, [], trust, labNetwork));
    for (const name of files.keys()) server.remove(`/recorded/${name}`);
    const again = vouchingOptions(cache, [], trust, labNetwork);
    assert.equal(await outcome(recorded, again), 'environment-invalid', 'from the store');
  });

  it('is not more trusted because it lies in a bundle', async () => {
    for (const [what, signer] of signers)
      for (const state of ['ours', 'foreign', 'unsigned'] as const)
        for (const listed of ['right', 'unlisted'] as const) {
          const files = await repositoryFiles(toolApk(signer), listed, state);
          const repository = writeRepository(join(folder, fresh('bundled')), files);
          const bundle = join(folder, fresh('bundle'));
          const keys = [ours.public, foreign.public];
          const allowUnsigned = true;
          await writeBundle(
            subject,
            bundle,
            'test',
            vouchingOptions(freshCache(), [repository], { keys, allowUnsigned }),
          );
          const opened = await openBundle(bundle, 'test', vouchingOptions(freshCache(), []));
          const right = expected(state, listed, signer, false);
          assert.equal(await outcome(opened.path, opened.options), right, `${what}, ${state}, ${listed}`);
        }
  });
});
