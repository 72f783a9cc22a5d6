/** What the real program says of a sweep. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { sha256 } from '../../src/digest.ts';
import { findProgram } from '../../src/process.ts';
import { openJournal } from '../../src/sweep/journal/journal-store.ts';
import { filesBelow, makeFolder } from '../support/folder.ts';
import { keepSweep } from '../support/kept-sweep.ts';
import { program, skipUnless } from '../support/lab.ts';
import { schemaValidator } from '../support/schemas.ts';
import { sampleOffer, sampleOutcome } from '../support/sweep-jobs.ts';
import { makeJob, makeRepository } from '../support/sweep-records.ts';

const folder = makeFolder();
after(() => rmSync(folder, { recursive: true, force: true }));

function run(...argv: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'status', ...argv], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

describe('wolfi-repro status', () => {
  before(() => keepSweep(folder, makeRepository(120)));

  it('says of what share packages reproduce, and why others were not judged', () => {
    const { status, stdout, stderr } = run(folder);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(
      stdout,
      /^sweep running: \d+ queued, 0 running, \d+ settled, 0 given up\n\d+ of \d+ judged packages reproduce/,
    );
    assert.match(stdout, /\nnot judged\n {2}\d+ +inconclusive \(environment-unavailable\)/);
    assert.deepEqual(run('show', folder).stdout, stdout);
  });

  it('prints JSON that fits its schema, as a whole and in parts', () => {
    const validate = schemaValidator('status-1');
    for (const what of ['show', 'regressions', 'flaky', 'next']) {
      const { status, stdout, stderr } = run(what, '--format', 'json', folder);
      assert.equal(status, 0, stderr);
      const value: object = JSON.parse(stdout);
      assert.ok(validate(value), JSON.stringify(validate.errors?.slice(0, 3)));
      if (what !== 'show') assert.deepEqual(Object.keys(value), [what, 'schema'].sort());
    }
  });

  it('watches until a sweep is over, one line for each change where there is no terminal', async (test) => {
    const other = makeFolder();
    test.after(() => rmSync(other, { recursive: true, force: true }));
    const { jobs, verdicts } = makeRepository(10);
    const judged = new Set(verdicts.map(({ job }) => job));
    await keepSweep(other, { jobs: jobs.filter(({ key }) => judged.has(key)), attempts: [], verdicts });
    const { status, stdout } = run('show', '--watch', other);
    assert.equal(status, 0);
    assert.match(stdout, /^sweep running: 0 queued, 0 running, \d+ settled, 0 given up\n$/);
  });

  it('draws on a terminal what it watches, again with each change, until nothing is left', {
    skip: skipUnless(findProgram('script'), 'script is not installed'),
  }, async (test) => {
    const other = makeFolder();
    test.after(() => rmSync(other, { recursive: true, force: true }));
    await keepSweep(other, {
      jobs: [makeJob({ origin: 'last', version: '1-r0' })],
      attempts: [],
      verdicts: [],
    });
    const line = [process.execPath, program, 'status', 'show', '--watch', other].join(' ');
    const env = { PATH: process.env['PATH'], TERM: 'xterm' };
    const child = spawn('script', ['-qec', `stty rows 12; exec ${line}`, '/dev/null'], { env });
    let said = '';
    let settled = false;
    child.stdout.on('data', (bytes: Buffer) => {
      said += bytes.toString();
      if (settled || !/1 queued/.test(said)) return;
      settled = true;
      const journal = openJournal(other, Date.now);
      void journal
        .take(sampleOffer())
        .then((lease) => journal.settle(lease!, sampleOutcome(lease!)))
        .finally(() => journal.close());
    });
    const status = await new Promise((resolve) => child.once('close', resolve));
    assert.equal(status, 0, said);
    const screens = said.split('\x1b[H\x1b[J').slice(1);
    assert.match(screens[0]!, /^sweep running: 1 queued/);
    assert.match(screens.at(-1)!, /^sweep running: 0 queued, 0 running, 1 settled/);
    for (const screen of screens) assert.ok(screen.trimEnd().split('\n').length < 12, screen);
  });

  it('writes a site, and removes what an earlier one had', () => {
    const site = join(folder, 'site');
    const before = run('site', folder, site);
    assert.equal(before.status, 0, before.stderr);
    const pages = filesBelow(site);
    assert.ok(pages.includes('index.html') && pages.includes('feed.xml'));
    writeFileSync(join(site, 'p/zz.html'), 'mine');
    const name = pages.find((each) => each.startsWith('p/'))!;
    const old = ['00', '01', '02', '03', '04', '05', '06', '07', '08', '09'].map((each) => `p/${each}.html`);
    const stale = old.find((each) => !pages.includes(each))!;
    writeFileSync(join(site, stale), 'old');
    assert.equal(run('site', folder, site, '--site-url', 'https://status.example/wolfi').status, 0);
    assert.deepEqual(filesBelow(site).sort(), [...pages, 'p/zz.html'].sort());
    assert.match(readFileSync(join(site, 'feed.xml'), 'utf8'), /href="https:\/\/status\.example\/wolfi\/p\//);
    assert.match(readFileSync(join(site, name), 'utf8'), /^<!doctype html>/);
    assert.equal(run('site', folder, site, '--site-url', 'ftp://a').status, 2);
  });

  it('exports what is asked for, each file with its digest', () => {
    const out = join(folder, 'out');
    const exported = spawnSync(process.execPath, [program, 'export', folder, '-o', out], {
      encoding: 'utf8',
    });
    assert.equal(exported.status, 0, exported.stderr);
    const described = JSON.parse(readFileSync(join(out, 'datapackage.json'), 'utf8'));
    const files = ['verdicts.jsonl', 'verdicts.csv', 'verdicts.parquet'];
    assert.deepEqual(
      filesBelow(out).sort(),
      [...files, 'CITATION.cff', 'datapackage.json', 'mirror-list.jsonl'].sort(),
    );
    for (const { path, bytes, hash } of described.resources) {
      const content = readFileSync(join(out, path));
      assert.deepEqual([content.length, `sha256:${sha256(content)}`], [bytes, hash], path);
    }
  });

  it('refuses a folder without a sweep, and JSON that would be watched', () => {
    assert.equal(run('/proc').status, 2);
    assert.equal(run(`${folder}/none`).status, 2);
    assert.equal(run('show', '--watch', '--format', 'json', folder).status, 2);
  });
});
