/** Steps with values that no program can be given, or that bubblewrap refuses: each is a verdict about the package and not about this machine. */
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { BuildCase, BuildOutcome } from '../support/build-run.ts';
import { cannotSandbox, makeSmallGuest, runBuilds } from '../support/sandboxes.ts';
import { oneIn } from '../support/thorough.ts';
import { identities } from '../support/users.ts';

interface Given extends BuildCase {
  /** How it ends; `built` where melange builds it as well. */
  readonly end: string;
}

const out = 'melange-out/victim';
const many = (count: number) => Array.from({ length: count }, (_, at) => [`V${at}`, 'x'] as const);
const keeps = 'printenv V1 > /dev/null';
const stringBytes = 32 * 4096;

const cases: readonly Given[] = [
  { name: 'a zero byte in a step', steps: ['echo a\0b'], end: 'step-failed' },
  { name: 'a zero byte in a variable', steps: ['true'], variables: [['A', 'a\0b']], end: 'step-failed' },
  {
    name: 'a zero byte in the name of a variable',
    steps: ['true'],
    variables: [['A\0', 'a']],
    end: 'step-failed',
  },
  {
    name: 'a zero byte in a working directory',
    steps: ['true'],
    workingDirectory: 'a\0b',
    end: 'step-failed',
  },
  { name: 'a zero byte in a label', steps: ['true'], label: 'a\0b', end: 'built' },
  { name: 'a step of 128 KiB', steps: [`: ${'x'.repeat(stringBytes)}`], end: 'step-failed' },
  { name: 'the longest step', steps: [`: ${'x'.repeat(stringBytes - 100)}`], end: 'built' },
  {
    name: 'a variable of 128 KiB',
    steps: ['true'],
    variables: [['A', 'x'.repeat(stringBytes - 2)]],
    end: 'step-failed',
  },
  {
    name: 'the longest variable',
    steps: [`[ \${#A} = ${stringBytes - 3} ]`],
    variables: [['A', 'x'.repeat(stringBytes - 3)]],
    end: 'built',
  },
  {
    name: '3 MiB of variables',
    steps: ['true'],
    variables: many(24).map(([name]) => [name, 'x'.repeat(stringBytes - 10)]),
    end: 'step-failed',
  },
  {
    name: 'as many variables as the kernel just does not take',
    steps: ['true'],
    variables: many(15).map(([name]) => [name, 'x'.repeat(139_000).slice(0, 131_060)]),
    end: 'built',
  },
  { name: '9,000 variables', steps: ['true'], variables: many(9000), end: 'unsupported' },
  { name: '2,900 variables', steps: [keeps], variables: many(2900), end: 'built' },
  { name: 'a variable without a name', steps: ['true'], variables: [['', 'a']], end: 'step-failed' },
  { name: 'a = in the name of a variable', steps: ['true'], variables: [['A=B', 'a']], end: 'step-failed' },
  {
    name: 'variables with odd names',
    steps: ['true'],
    variables: [
      ['-', 'a'],
      ['A B', ''],
      ['LD_PRELOAD', '/nothing.so'],
      ['BASH_ENV', '/nothing'],
      ['é\n', 'ö'],
    ],
    end: 'built',
  },
  {
    name: 'a working directory beyond PATH_MAX',
    steps: ['true'],
    workingDirectory: 'a/'.repeat(4000),
    end: 'step-failed',
  },
  {
    name: 'a working directory of 60 KiB',
    steps: ['true'],
    workingDirectory: 'a/'.repeat(30_000),
    end: 'step-failed',
  },
  {
    name: 'the user 4294967295',
    steps: ['true'],
    runAs: 'build',
    user: { uid: 4294967295, gid: 4294967295 },
    end: 'step-failed',
  },
  {
    name: 'the user 2147483648',
    steps: ['true'],
    runAs: 'build',
    user: { uid: 2147483648, gid: 7 },
    end: 'step-failed',
  },
  {
    name: 'a group beyond the mapped ones',
    steps: ['[ $(id -g) = 70000 ]'],
    runAs: 'build',
    user: { uid: 1000, gid: 70000 },
    end: 'built',
  },
  { name: 'a user that is not declared', steps: ['true'], runAs: 'nemo', end: 'step-failed' },
  { name: 'a number that is not declared', steps: ['true'], runAs: '4711', end: 'step-failed' },
  { name: 'a number beyond all ids', steps: ['true'], runAs: '99999999999999999999', end: 'step-failed' },
  {
    name: 'a capability that is none',
    steps: ['true'],
    droppedCapabilities: ['CAP_NONE'],
    end: 'unsupported',
  },
  {
    name: 'bytes that are not UTF-8 in a step and a variable',
    steps: [
      `printf '\udcff\udc80\udc81\udc88 %s' "$RAW" > ${out}/raw; [ "$(od -An -tx1 < ${out}/raw | tr -d ' \\n')" = ff80818820fe ] || exit 3\n\n`,
    ],
    variables: [['RAW', '\udcfe']],
    end: 'built',
  },
];

const own = makeSmallGuest(['rm', 'cat', 'od', 'tr']);
chmodSync(own, 0o755);
// An ordinary user cannot make these below what root owns.
mkdirSync(join(own, 'var/cache/melange'), { recursive: true });
mkdirSync(join(own, 'etc'), { recursive: true });
writeFileSync(join(own, 'etc/resolv.conf'), '');
after(() => rmSync(own, { recursive: true, force: true }));

for (const identity of identities) {
  const given = identity === identities[0] ? cases : cases.filter(oneIn(6));
  describe(`what a recipe gives its steps, ${identity.title}`, {
    skip: cannotSandbox(identity),
    concurrency: false,
  }, () => {
    const outcomes: BuildOutcome[] = [];
    before(async () => {
      outcomes.push(...(await runBuilds(identity, 'bubblewrap', given)));
    });
    for (const [index, { name, end }] of given.entries()) {
      it(`${name}: ${end}`, () => {
        const { end: ended, message, got, log } = outcomes[index]!;
        assert.equal(ended, end, `${message} ${got} ${log}`.slice(0, 2000));
      });
    }

    it('the shell that a step took away from those after it: step-failed', async () => {
      const steps = ['rm /bin/sh', 'true'];
      const [outcome] = await runBuilds(identity, 'bubblewrap', [{ name: 'own', steps }], {
        environment: own,
      });
      assert.equal(outcome!.end, 'step-failed', `${outcome!.message} ${outcome!.got}`);
    });
  });
}

const inBoth = [
  'a zero byte in a step',
  'a step of 128 KiB',
  'a variable without a name',
  'bytes that are not UTF-8 in a step and a variable',
];

describe('what a recipe gives its steps, in a changed root directory', { skip: identities[0]!.skip }, () => {
  for (const given of cases.filter(({ name }) => inBoth.includes(name))) {
    it(`${given.name}: ${given.end}`, async () => {
      const [outcome] = await runBuilds(identities[0]!, 'chroot', [given], { environment: own });
      assert.equal(outcome!.end, given.end, `${outcome!.message} ${outcome!.got}`);
    });
  }
});
