/** The guides of docs/guides/, followed to their ends by somebody who has a package of the lab, its key and its environment. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { renderJson } from '../../src/report/json-report.ts';
import { statedRun } from '../../src/verdict/stated.ts';
import { cannotRebuildFrom, helloShell } from '../conformance/lab-run.ts';
import { temporaryFolder } from '../support/folder.ts';
import { lab } from '../support/lab.ts';
import { onlyThorough, onlyUnderstood, pageOf, prepared, runPage, type Step } from '../support/pages.ts';
import { reproduced } from '../support/results.ts';
import { shardRun } from '../support/runs.ts';
import { isThorough } from '../support/thorough.ts';

const wallclock = 'repository/v0.59.1/x86_64/nr-wallclock-1.0.0-r0.apk';
const skip = cannotRebuildFrom(helloShell, wallclock);

function folderOf(test: TestContext): string {
  const folder = temporaryFolder(test);
  prepared(folder);
  for (const file of [helloShell, wallclock, 'lab.rsa', 'lab.rsa.pub'])
    copyFileSync(join(lab, file), join(folder, file.split('/').at(-1)!));
  copyFileSync(join(lab, helloShell), join(folder, 'packages/x86_64/hello-shell-1.4.2-r3.apk'));
  return folder;
}

function follow(test: TestContext, page: string, steps: readonly Step[]): string {
  const folder = folderOf(test);
  runPage(folder, pageOf(page).commands, steps);
  return folder;
}

describe('somebody who follows the guide', { skip }, () => {
  it('for verifiers has a verdict, and others have their word for it', (test) => {
    const folder = follow(test, 'guides/verifier.md', [
      ['wolfi-repro verify curl', 0, onlyUnderstood],
      ['wolfi-repro inspect --key lab.rsa.pub hello-shell-1.4.2-r3.apk', 0],
      [
        'wolfi-repro verify --key lab.rsa.pub --repository ./environment --output result.json --output result.html hello-shell-1.4.2-r3.apk',
        0,
      ],
      ['wolfi-repro report --format markdown result.json', 0],
      [
        'wolfi-repro verify --key lab.rsa.pub --repository ./environment --repeat 2 --try-fix nr-wallclock-1.0.0-r0.apk',
        1,
        onlyThorough,
      ],
      [
        'wolfi-repro lock --key lab.rsa.pub --repository ./environment --bundle hello.bundle hello-shell-1.4.2-r3.apk',
        0,
      ],
      ['wolfi-repro verify --key lab.rsa.pub --bundle hello.bundle --offline', 0, onlyThorough],
      ['openssl genpkey -algorithm ed25519 -out rebuilder.pem', 0],
      ['wolfi-repro attest --attest-key rebuilder.pem --output-dir attestations result.json', 0],
      ['openssl pkey -in rebuilder.pem -pubout -out rebuilder.pub', 0],
      ["echo 'rebuilders: [{ name: me, keys: [{ file: rebuilder.pub }] }]' > trust.yaml", 0],
      [
        'wolfi-repro verify-attestation --trust trust.yaml --require 1 --package hello-shell-1.4.2-r3.apk attestations',
        0,
      ],
    ]);
    assert.match(readFileSync(join(folder, 'result.html'), 'utf8'), /reproduced/);
  });

  it('for CI engineers has a gate that passes', (test) => {
    const judged = (folder: string) => {
      const run = statedRun([reproduced('hello-shell-1.4.2-r3.apk')], { runs: [shardRun(1, 1)] });
      if (!isThorough) writeFileSync(join(folder, 'result.json'), renderJson(run));
    };
    follow(test, 'guides/ci-engineer.md', [
      [
        'wolfi-repro verify --key local-melange.rsa.pub --output result.json --output result.sarif ./packages',
        0,
        onlyThorough,
      ],
      ['wolfi-repro baseline write -o baseline.jsonl result.json', 0, judged],
      ['wolfi-repro report --baseline baseline.jsonl result.json', 0],
      [
        'wolfi-repro policy add --policy wolfi-policy.yaml id=fonts package=ttf-* verdict=not-reproduced cause=timestamp owner=ann@example.org "reason=dates in fonts"',
        0,
      ],
      ['wolfi-repro policy check --policy wolfi-policy.yaml', 0, onlyThorough],
      ['wolfi-repro policy explain --policy wolfi-policy.yaml result.json', 0, onlyThorough],
      ['wolfi-repro config show', 0, onlyThorough],
      ['wolfi-repro config check', 0],
    ]);
  });

  it('for researchers has a site and a dataset', (test) => {
    const sides = (folder: string) => {
      for (const name of ['published.apk', 'rebuilt.apk'])
        copyFileSync(join(folder, 'nr-wallclock-1.0.0-r0.apk'), join(folder, name));
    };
    const folder = follow(test, 'guides/researcher.md', [
      ['wolfi-repro index --signing-key lab.rsa ./packages/x86_64', 0],
      ['wolfi-repro sweep plan ./study --key lab.rsa.pub --repository ./packages', 0],
      ['wolfi-repro sweep run ./study --key lab.rsa.pub --repository ./environment', 0, onlyThorough],
      ['wolfi-repro status show ./study', 0],
      ['wolfi-repro status next ./study', 0, onlyThorough],
      ['wolfi-repro status site ./study ./site', 0],
      ['wolfi-repro export ./study -o dataset --author "A. Researcher"', 0],
      ['wolfi-repro diff --format html published.apk rebuilt.apk > difference.html', 0, sides],
      ['wolfi-repro diff --format json published.apk rebuilt.apk', 0, onlyThorough],
    ]);
    for (const file of ['site/index.html', 'dataset/verdicts.csv', 'dataset/CITATION.cff', 'difference.html'])
      assert.ok(existsSync(join(folder, file)), file);
  });
});
