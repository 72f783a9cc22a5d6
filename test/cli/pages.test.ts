/** The examples of docs/policy.md and docs/ci.md, run by a shell as they stand there, one after another. */
import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { dayOf, dayText, laterBy } from '../../src/policy/day.ts';
import { renderJson } from '../../src/report/json-report.ts';
import { type StatedPackage, statedRun } from '../../src/verdict/stated.ts';
import { cannotRebuildFrom, helloShell } from '../conformance/lab-run.ts';
import { temporaryFolder } from '../support/folder.ts';
import { lab } from '../support/lab.ts';
import { onlyThorough, pageOf, prepared, runPage } from '../support/pages.ts';
import { cause, difference, digest, notReproduced, reproduced } from '../support/results.ts';
import { shardRun } from '../support/runs.ts';
import { isThorough } from '../support/thorough.ts';

const wallclock = 'repository/v0.59.1/x86_64/nr-wallclock-1.0.0-r0.apk';

const skip = cannotRebuildFrom(helloShell, wallclock);

it('the examples of docs/policy.md work as they stand there', { skip }, (test) => {
  const folder = temporaryFolder(test);
  prepared(folder);
  cpSync(join(lab, wallclock), join(folder, 'nr-wallclock-1.0.0-r0.apk'));
  cpSync(join(lab, helloShell), join(folder, 'packages/hello-shell-1.4.2-r3.apk'));
  const { commands, yaml } = pageOf('policy.md');
  // The page's rule ends on a fixed day.
  const until = dayText(laterBy(60, dayOf(Date.now() / 1000)));
  writeFileSync(join(folder, 'wolfi-policy.yaml'), yaml.replace(/until: .*/, `until: ${until}`));
  const date = difference('content', 'usr/share/nr/build-date', { causes: [cause('timestamp')] });
  const named = (name: string): StatedPackage => {
    const result = notReproduced([date], `${name}-1.0.0-r0.apk`);
    return { ...result, subject: { ...result.subject!, name } };
  };
  const rule = { rule: 'nr-build-date', reason: 'known', owner: 'ann@example.org', until, differences: 1 };
  const accepted = { ...named('nr-wallclock'), policy: { digest: digest('policy'), accepted: [rule] } };
  const packages = [accepted, named('libpebble'), reproduced()];
  writeFileSync(join(folder, 'result.json'), renderJson(statedRun(packages, { runs: [shardRun(1, 1)] })));
  runPage(folder, commands, [
    [
      'wolfi-repro verify --policy wolfi-policy.yaml --key wolfi-signing.rsa.pub --repository ./environment nr-wallclock-1.0.0-r0.apk',
      0,
    ],
    ['wolfi-repro report --policy wolfi-policy.yaml result.json', 1],
    ['wolfi-repro policy check --policy wolfi-policy.yaml', 0],
    ['wolfi-repro policy explain --policy wolfi-policy.yaml nr-wallclock', 0],
    ['wolfi-repro policy explain --policy wolfi-policy.yaml result.json', 0],
    [
      'wolfi-repro policy add --policy wolfi-policy.yaml --from result.json owner=ann@example.org "reason=the date of the build"',
      0,
    ],
    [
      'wolfi-repro policy add --policy wolfi-policy.yaml id=fonts package=ttf-* verdict=not-reproduced cause=timestamp path=usr/share/fonts/** owner=bob@example.org "reason=dates in fonts"',
      0,
    ],
    ['wolfi-repro policy prune --policy wolfi-policy.yaml result.json', 0],
    ['wolfi-repro baseline write -o baseline.jsonl result.json', 0],
    ['wolfi-repro report --baseline baseline.jsonl result.json', 0],
    ['wolfi-repro baseline diff baseline.jsonl result.json', 0],
    [
      'wolfi-repro verify --baseline baseline.jsonl --tighten --key wolfi-signing.rsa.pub --repository ./environment packages/*.apk',
      0,
      onlyThorough,
    ],
  ]);
  const kept = readFileSync(join(folder, 'baseline.jsonl'), 'utf8');
  if (isThorough) assert.match(kept, /"hello-shell:x86_64","verdict":"reproduced"/);
});

it('the examples of docs/ci.md work as they stand there', { skip }, (test) => {
  const folder = temporaryFolder(test);
  prepared(folder);
  cpSync(join(lab, helloShell), join(folder, 'packages/x86_64/hello-shell-1.4.2-r3.apk'));
  const killed = () => {
    const path = join(folder, 'result.jsonl');
    writeFileSync(path, readFileSync(path, 'utf8').split(/(?<=\n)/)[0]!);
  };
  const shards = () => {
    for (const index of [1, 2]) {
      const run = statedRun([reproduced(`${index}.apk`)], { runs: [shardRun(index, 2)] });
      writeFileSync(join(folder, `shard-${index}.json`), renderJson(run));
    }
  };
  runPage(folder, pageOf('ci.md').commands, [
    ['wolfi-repro verify --key local-melange.rsa.pub ./packages', 0, onlyThorough],
    ['wolfi-repro verify --output result.jsonl ./packages', 0],
    ['wolfi-repro verify --changed-since result.jsonl --output rest.jsonl ./packages', 0, killed],
    ['wolfi-repro report result.jsonl rest.jsonl', 0],
    ['wolfi-repro report --format markdown --output all.json shard-*.json', 0, shards],
    ['wolfi-repro verify --fail-on not-reproduced ./packages', 0, onlyThorough],
  ]);
});
