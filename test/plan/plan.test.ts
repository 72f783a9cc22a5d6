import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Claim } from '../../src/claim/claim.ts';
import { readClaim } from '../../src/claim/claim.ts';
import type { Sha256 } from '../../src/digest.ts';
import { makePlan, type PlanInputs, planIdentity } from '../../src/plan/plan.ts';
import { fileOf } from '../support/apk-builder.ts';
import { claimLines, publishedOf, recipeText, sbomPart } from '../support/claims.ts';

const inputs: PlanInputs = {
  tried: [],
  sbomRecord: undefined,
  scan: undefined,
  deflate: 'v1.18.2',
  environment: { kind: 'recorded', packages: [] },
  sources: [],
  recipeFiles: [],
};

async function claimOf(more: Parameters<typeof publishedOf>[0] = {}): Promise<Claim> {
  return readClaim(await publishedOf(more), 'sample-1.0-r2.apk');
}

test('the identity is that of the claim and its inputs, and of nothing else', async () => {
  const claim = await claimOf();
  const identity = planIdentity(makePlan(claim, inputs));
  assert.equal(planIdentity(makePlan(await claimOf(), { ...inputs })), identity);
  const path = { path: 'a', mode: 0o644, sha256: 'f'.repeat(64) as Sha256 };
  const others: [what: string, claim: Claim, given: Partial<PlanInputs>][] = [
    ['compressor', claim, { deflate: 'v1.18.1' }],
    ['environment', claim, { environment: { kind: 'host' } }],
    ['source', claim, { sources: [{ kind: 'fetch', uri: 'u', algorithm: 'sha256', digest: 'd' }] }],
    ['recipe files', claim, { recipeFiles: [path] }],
    ['mode of a recipe file', claim, { recipeFiles: [{ ...path, mode: 0o755 }] }],
    ['recipe', await claimOf({ control: [{ name: '.melange.yaml', content: `${recipeText}# x\n` }] }), {}],
    [
      'clock',
      await claimOf({ pkginfo: claimLines.map((line) => line.replace(/^builddate.*/, 'builddate = 1')) }),
      {},
    ],
  ];
  const identities = others.map(([, other, given]) => planIdentity(makePlan(other, { ...inputs, ...given })));
  assert.equal(new Set([identity, ...identities]).size, others.length + 1);
});

test('nothing of the published data goes into a plan except what a substituted environment cannot give', async () => {
  const file = (content: string) =>
    fileOf('usr/file', content, { uid: 4242, uname: 'owner', gid: 0, gname: 'root' });
  const [one, other] = [
    await claimOf({ data: [file('1'), sbomPart()] }),
    await claimOf({ data: [file('2'), sbomPart()] }),
  ];
  assert.equal(planIdentity(makePlan(one, inputs)), planIdentity(makePlan(other, inputs)));
  assert.equal(makePlan(one, inputs).builder.fromPublished, null);
  const substituted = makePlan(one, { ...inputs, environment: { kind: 'host' } });
  assert.deepEqual(substituted.builder.fromPublished, {
    users: [
      [0, 'root'],
      [4242, 'owner'],
    ],
    groups: [[0, 'root']],
    osRelease: { id: 'wolfi', versionId: '' },
  });
});

test('a plan says who built, by what rules and what will be done', async () => {
  const plan = makePlan(await claimOf(), inputs);
  assert.deepEqual(plan.package, { name: 'sample', version: '1.0-r2', architecture: 'x86_64' });
  const { melange, printedVersion, clock, namespace, recipeFile, signature } = plan.builder;
  assert.deepEqual(
    [melange, printedVersion, clock, namespace, signature],
    ['v0.59.1', 'v0.59.1', 1_718_452_800, 'wolfi', null],
  );
  assert.deepEqual(recipeFile, { path: 'sample.yaml', commit: 'c'.repeat(40), repository: 'wolfi-dev/os' });
  assert.deepEqual(
    plan.steps.map(({ package: name, position }) => `${name} ${position}`),
    ['sample 1'],
  );
});
