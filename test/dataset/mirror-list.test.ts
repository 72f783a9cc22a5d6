import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mirrorLines, mirrorList } from '../../src/dataset/mirror-list.ts';
import { type Sha256, sha256 } from '../../src/digest.ts';
import { type Plan, planIdentity } from '../../src/plan/plan.ts';
import { renderJson } from '../../src/report/json-report.ts';
import { storedPlan } from '../../src/status/stored-plans.ts';
import { statedRun } from '../../src/verdict/stated.ts';
import { packageName, packageVersion } from '../support/names.ts';
import { planned, reproduced } from '../support/results.ts';
import { digestOf, firstDay, makeJob, makeRows, recordsOf } from '../support/sweep-records.ts';

const musl = {
  name: packageName('musl'),
  version: packageVersion('1.2-r0'),
  sha256: digestOf('musl'),
  checksum: 'Q1m',
};
const gcc = {
  name: packageName('gcc'),
  version: packageVersion('14-r0'),
  sha256: digestOf('gcc'),
  checksum: 'Q1g',
};
const tarball = {
  kind: 'fetch',
  uri: 'https://a.example/x.tar.gz',
  algorithm: 'sha256',
  digest: digestOf('x'),
} as const;
const other = { ...tarball, uri: 'https://b.example/x.tar.gz' };
const git = {
  kind: 'git',
  repository: 'https://c.example/y',
  commit: '1'.repeat(40),
  reference: 'v1',
} as const;

/** A result as `verify` saves it, with its plan. */
function kept(change: Pick<Plan, 'environment' | 'sources'>) {
  const plan = { ...(planned().plan as Plan), ...change };
  const identity = planIdentity(plan);
  const result = { ...reproduced(), plan: { identity, plan } };
  const bytes = Buffer.from(renderJson(statedRun([result])));
  return { plan: identity, result: sha256(bytes), sha256: result.subject!.sha256, bytes };
}

const one = kept({ environment: { kind: 'recorded', packages: [musl, gcc] }, sources: [tarball, git] });
const two = kept({ environment: { kind: 'recorded', packages: [musl] }, sources: [other] });
const artifacts = new Map<Sha256, Uint8Array>([one, two].map(({ result, bytes }) => [result, bytes]));
const of = ({ bytes: _, ...row }: typeof one) => row;
const readArtifact = async (digest: Sha256) => artifacts.get(digest);

describe('the mirror list', () => {
  const jobs = ['a', 'b', 'c', 'd'].map((origin) => makeJob({ origin, version: '1-r0' }));
  const verdicts = [
    ...makeRows(jobs[0]!, firstDay, of(one)),
    ...makeRows(jobs[1]!, firstDay, of(two)),
    ...makeRows(jobs[2]!, firstDay, { result: digestOf('lost') }),
    ...makeRows(jobs[3]!, firstDay, { plan: undefined }),
  ];

  it('has each package and source once, with where it is looked for and how many plans name it', async () => {
    const list = await mirrorList(recordsOf({ jobs, attempts: [], verdicts }), readArtifact);
    assert.deepEqual([list.plans, list.missingPlans], [2, 1]);
    const place = 'https://packages.example/os/x86_64';
    assert.deepEqual(
      list.items.map(({ addresses, plans }) => [...addresses, plans]),
      [
        [`${place}/musl-1.2-r0.apk`, 2],
        [`${place}/gcc-14-r0.apk`, 1],
        ['https://c.example/y', 1],
        ['https://a.example/x.tar.gz', 'https://b.example/x.tar.gz', 2],
      ].sort((a, b) => order(list, a) - order(list, b)),
    );
    const lines = [...mirrorLines(list)].map((line) => JSON.parse(line));
    const {
      addresses: _,
      plans: __,
      ...item
    } = lines.find(({ kind, name }) => kind === 'package' && name === 'gcc');
    assert.deepEqual(item, { kind: 'package', ...gcc, architecture: 'x86_64' });
    const again = await mirrorList(
      recordsOf({ jobs, attempts: [], verdicts: verdicts.toReversed() }),
      readArtifact,
    );
    assert.deepEqual(again, list);
  });

  it('takes no plan from a result that is not the one of the verdict, or not a result', async () => {
    const row = { ...of(one), verdict: 'reproduced' } as const;
    assert.equal((await storedPlan(row, readArtifact))?.sources.length, 2);
    assert.equal(await storedPlan({ ...row, plan: two.plan }, readArtifact), undefined);
    assert.equal(await storedPlan({ ...row, sha256: digestOf('a different file') }, readArtifact), undefined);
    assert.equal(await storedPlan({ ...row, verdict: 'not-reproduced' }, readArtifact), undefined);
    assert.equal(await storedPlan(row, async () => Buffer.from('{"schema":"x"}')), undefined);
    assert.equal(await storedPlan(row, async () => Buffer.from('<html>')), undefined);
  });
});

/** Items are in the order of their text, digests included, which nobody reads: where one is. */
function order(list: Awaited<ReturnType<typeof mirrorList>>, [address]: readonly unknown[]): number {
  return list.items.findIndex(({ addresses }) => addresses[0] === address);
}
