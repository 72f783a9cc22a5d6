/**
 * A year of a project in CI, told by the real program: 40 packages with a policy and a baseline, and what becomes of them. Saved results stand for the runs, so
 * nothing is built. UPDATE_TRANSCRIPTS=1 writes `year.md` again; read the difference before you commit it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { publicPem } from '../../src/attest/keys/attestation-key.ts';
import { renderJson } from '../../src/report/json-report.ts';
import { type PackageResult, runResult } from '../../src/verdict/result.ts';
import type { StatedPackage } from '../../src/verdict/stated.ts';
import { otherBytes, type Rebuilder, rebuilder, sameBytes, stated } from '../support/attestations.ts';
import { temporaryFolder } from '../support/folder.ts';
import { program, root } from '../support/lab.ts';
import {
  about,
  buildFailed,
  cause,
  difference,
  digest,
  notReproduced,
  reproduced,
} from '../support/results.ts';

const transcript = join(root, 'test/cli/year.md');
const names = Array.from({ length: 40 }, (_, at) => `pkg-${String(at + 1).padStart(2, '0')}`);
const date = difference('content', 'usr/share/doc/date', { causes: [cause('timestamp')] });
const order = difference('content', 'usr/lib/table', { causes: [cause('hash-order')] });
const bytes = difference('content', 'usr/bin/tool', { causes: [cause('unknown')] });

/** The state of packages that are not reproduced; it changes over the year. */
type State = Readonly<Record<string, PackageResult>>;

const policy = `owners: [ann@example.org, bob@example.org]
rules:
  # the build writes its date; a patch is under way
  - id: date-of-pkg-01
    reason: the manual holds the date of the build
    owner: ann@example.org
    until: 2026-03-31
    package: pkg-01
    verdict: not-reproduced
    cause: timestamp
  - id: order-of-pkg-02
    reason: a table is written in the order of its hashes
    owner: bob@example.org
    until: 2026-06-30
    package: pkg-02
    verdict: not-reproduced
    cause: hash-order
`;

it('is a year of a project in CI', async (test) => {
  const folder = temporaryFolder(test);
  const told: string[] = [];
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  /** What a run found: everything is reproduced but what is named. */
  const found = (state: State, more: readonly string[] = []) => {
    const packages = [...names, ...more].map((name) => ({
      ...about(state[name] ?? reproduced(), {
        sha256: digest(name),
        name,
        version: '1.0-r0',
        architecture: 'x86_64',
      }),
      file: `${name}.apk`,
      plan: undefined,
    }));
    const asked = { list: digest('all'), packages: packages.length, elsewhere: 0, unchanged: 0 };
    const run = {
      tool: { name: 'wolfi-repro', version: '1.2.3' },
      asked,
      judged: packages.length,
      ended: true,
    };
    write('result.json', renderJson({ ...runResult(packages), runs: [run] }));
  };
  /** Tells what a command printed, without the blocks of single packages that pass. */
  const tell = (...argv: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...argv, '--config', 'none'], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    });
    const blocks = stdout.trimEnd().split('\n\n');
    const shown =
      argv[0] === 'report'
        ? blocks.filter((each) => !/^(reproduced|not reproduced, worst first)/.test(each))
        : blocks;
    const lines = shown.flatMap((block) => (argv[0] === 'report' ? shortened(block) : block.split('\n')));
    const words = argv.map((word) => (/[ *]/.test(word) ? `"${word}"` : word)).join(' ');
    const said = [...lines, ...stderr.trimEnd().split('\n')].filter((line) => line !== '');
    told.push('```console', `$ wolfi-repro ${words}`, ...said, `--- exit code ${status}`, '```', '');
  };
  const gate = (day: string, ...more: string[]) =>
    tell(
      'report',
      '--policy',
      'policy.yaml',
      '--baseline',
      'baseline.jsonl',
      '--today',
      day,
      ...more,
      'result.json',
    );
  const month = (text: string) => told.push(`## ${text}`, '');

  told.push(
    '# A year of a project in CI',
    '',
    '`test/cli/year.test.ts` tells it; the program printed it.',
    '',
  );
  month('January: two packages are accepted by rules, two are known, and nothing fails');
  write('policy.yaml', policy);
  const known: State = { 'pkg-03': notReproduced([bytes]), 'pkg-04': buildFailed() };
  const accepted: State = { 'pkg-01': notReproduced([date]), 'pkg-02': notReproduced([order]) };
  found({ ...known, ...accepted });
  tell('report', '--policy', 'policy.yaml', '--today', '2026-01-15', '--output', 'gated.json', 'result.json');
  tell('baseline', 'write', '-o', 'baseline.jsonl', 'gated.json');
  gate('2026-01-15');
  month('March: a rule ends in ten days, then in three');
  gate('2026-03-21');
  gate('2026-03-28');
  month('April: the rule is over, and its package fails');
  gate('2026-04-01');
  tell('policy', 'check', '--policy', 'policy.yaml', '--today', '2026-04-01');
  month('April: the package is fixed, so the rule that ended is not needed either');
  found({ ...known, 'pkg-02': notReproduced([order]) });
  gate('2026-04-02');
  tell('policy', 'prune', '--policy', 'policy.yaml', '--today', '2026-04-02', 'result.json');
  month('May: a package that was reproduced is not, and a known one differs for one more reason');
  found({
    ...known,
    'pkg-02': notReproduced([order]),
    'pkg-03': notReproduced([bytes, date]),
    'pkg-20': notReproduced([date]),
  });
  gate('2026-05-05');
  tell('baseline', 'diff', 'baseline.jsonl', 'result.json');
  month('June: both are fixed, and so is one that was known; the baseline is tightened by itself');
  found({ 'pkg-02': notReproduced([order]), 'pkg-04': buildFailed() });
  gate('2026-06-10', '--tighten');
  found({ 'pkg-02': notReproduced([order]), 'pkg-03': notReproduced([bytes]), 'pkg-04': buildFailed() });
  gate('2026-06-11');
  month('July: a new package must pass, or have a rule');
  const late: State = { 'pkg-04': buildFailed(), 'pkg-41': notReproduced([date]) };
  found(late, ['pkg-41']);
  gate('2026-07-01');
  tell(
    'policy',
    'add',
    '--policy',
    'policy.yaml',
    '--today',
    '2026-07-01',
    'package=pkg-41',
    '--from',
    'result.json',
    'owner=bob@example.org',
    'reason=dates in the manual',
  );
  tell('policy', 'prune', '--policy', 'policy.yaml', '--today', '2026-07-01', 'result.json');
  gate('2026-07-01');
  month('September: Bob leaves, and somebody has to take over his rules');
  write('policy.yaml', readFileSync(join(folder, 'policy.yaml'), 'utf8').replace(', bob@example.org', ''));
  gate('2026-09-01');
  write('policy.yaml', readFileSync(join(folder, 'policy.yaml'), 'utf8').replace('bob@', 'ann@'));
  gate('2026-09-01');
  month('November: somebody wants a rule for everything');
  tell(
    'policy',
    'add',
    '--policy',
    'policy.yaml',
    '--today',
    '2026-11-01',
    'id=peace',
    'package=*',
    'verdict=not-reproduced',
    'path=**',
    'owner=ann@example.org',
    'reason=peace at last',
  );
  month('December: a package is gone');
  names.pop();
  found({ 'pkg-04': buildFailed() });
  gate('2026-12-01');

  const [old, fresh, beta, gamma] = [
    rebuilder('alpha'),
    rebuilder('alpha', 'ecdsa-p256'),
    rebuilder('beta'),
    rebuilder('gamma'),
  ] as const;
  mkdirSync(join(folder, 'statements'));
  const state = async (name: string, who: Rebuilder, result: StatedPackage, day: string) =>
    write(`statements/${name}.json`, await stated(who, result, Date.parse(day) / 1000));
  for (const [name, { signer }] of Object.entries({ old, fresh, beta, gamma }))
    write(`${name}.pub`, publicPem(signer.key));
  const trust = (...lines: readonly string[]) => write('trust.yaml', `rebuilders:\n${lines.join('\n')}\n`);
  const usual = (name: string) => `  - {name: ${name}, keys: [{file: ${name}.pub}]}`;
  const count = (...more: string[]) =>
    tell('verify-attestation', '--trust', 'trust.yaml', '--require', '2', ...more, 'statements');
  month('Elsewhere, in February: two of three rebuilders confirm what was published');
  await state('alpha-1', old, sameBytes(), '2026-02-01');
  await state('beta-1', beta, sameBytes(), '2026-02-02');
  trust('  - {name: alpha, keys: [{file: old.pub}]}', usual('beta'), usual('gamma'));
  count();
  month(
    'March: the key of one is rotated; what the old one signed does not count any more, and is signed again',
  );
  trust(
    '  - {name: alpha, keys: [{file: old.pub, until: 2026-02-28}, {file: fresh.pub}]}',
    usual('beta'),
    usual('gamma'),
  );
  count();
  await state('alpha-2', fresh, sameBytes(), '2026-03-02');
  count();
  month(
    'May: a rebuilder states other bytes; it is named, and takes nothing from the others unless one is enough to refuse',
  );
  await state('gamma-1', gamma, otherBytes(), '2026-05-01');
  count();
  count('--no-dissent');
  month('June: a rebuilder that confirmed turns bad; its newest word counts, and it is trusted no longer');
  await state('beta-2', beta, otherBytes(), '2026-06-01');
  count();
  trust('  - {name: alpha, keys: [{file: old.pub, until: 2026-02-28}, {file: fresh.pub}]}', usual('gamma'));
  count();
  month('July: a statement is changed on its way; nothing is decided until that is cleared up');
  const path = join(folder, 'statements/gamma-1.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace(/"sig":"../, '"sig":"zz'));
  count();

  const text = `${told.join('\n').trimEnd()}\n`;
  if ((process.env['UPDATE_TRANSCRIPTS'] ?? '') !== '') writeFileSync(transcript, text);
  assert.equal(text, readFileSync(transcript, 'utf8'));
});

/** The lines of a block of a package that say why it passes or fails; those about the run as a whole. */
function shortened(block: string): string[] {
  const lines = block.split('\n');
  const isRun = /^\d+ packages/.test(lines[0]!);
  return isRun
    ? lines
    : lines.filter((line, at) => at === 0 || /^ {2}(accepted|policy|baseline) /.test(line));
}
