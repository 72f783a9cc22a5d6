/**
 * Compares the real program with `transcripts/*.md`: standard output, standard error and exit code.
 * UPDATE_TRANSCRIPTS=1 writes them again; read the difference before you commit it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { cannotRebuildFrom } from '../conformance/lab-run.ts';
import { program, root } from '../support/lab.ts';
import { labEnvironment, lacksEnvironment } from '../support/lab-environment.ts';

const folder = join(root, 'test/cli/transcripts');
/** As a reader of the transcripts has it. */
const usualEnvironment = '.cache/lab/environment';
const updating = (process.env['UPDATE_TRANSCRIPTS'] ?? '') !== '';
/** A command and its result; `rebuild` marks those that run steps. */
const block = /```console( rebuild)?\n\$ wolfi-repro ?([^\n]*)\n(.*?)```/gs;

for (const name of readdirSync(folder)) {
  describe(`the transcript ${name}`, { concurrency: false }, () => {
    const text = readFileSync(join(folder, name), 'utf8');
    const outcomes = new Map<string, string>();
    for (const [whole, rebuilds, line, recorded] of text.matchAll(block)) {
      const skip = lacksWhatItNames(line!, rebuilds !== undefined);
      it(`is what happens: wolfi-repro ${line}`, { skip }, () => {
        const got = outcomeOf(line!);
        outcomes.set(
          whole,
          whole.replace(/\n.*```$/s, () => `\n${firstLine(whole)}\n${got}\`\`\``),
        );
        if (!updating) assert.equal(got, recorded);
      });
    }
    if (updating) {
      after(() => {
        const updated = [...outcomes].reduce((all, [old, now]) => all.replace(old, () => now), text);
        writeFileSync(join(folder, name), updated);
      });
    }
  });
}

/** `false`, or why a command cannot be tried: its packages are built, or only locked, in the lab's environment. */
function lacksWhatItNames(line: string, rebuilds: boolean): string | false {
  if (!rebuilds && !line.includes(usualEnvironment)) return false;
  const files = line.split(' ').filter((word) => word.endsWith('.apk'));
  const paths = files.map((file) => join(root, file));
  return rebuilds ? cannotRebuildFrom(...paths) : lacksEnvironment(...paths);
}

function firstLine(whole: string): string {
  return whole.split('\n')[1]!;
}

function outcomeOf(line: string): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      program,
      ...line
        .split(' ')
        .filter((word) => word !== '')
        .map(placed),
    ],
    {
      cwd: root,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: root, XDG_CACHE_HOME: join(root, '.cache') },
    },
  );
  const said = stderr.split('\n').filter((each) => each !== '' && !isProgress(each));
  const notes = said.length === 0 ? '' : `--- standard error\n${said.join('\n')}\n`;
  const output = `${stdout}${stdout === '' || stdout.endsWith('\n') ? '' : '\n'}${notes}--- exit code ${status}\n`;
  return labEnvironment === undefined ? output : output.replaceAll(labEnvironment, usualEnvironment);
}

/** Where the environment lies elsewhere, commands find it there. */
function placed(word: string): string {
  if (word !== usualEnvironment || labEnvironment === undefined) return word;
  return labEnvironment === join(root, usualEnvironment) ? word : labEnvironment;
}

/** Shown only of what takes long, which no transcript can know. */
function isProgress(line: string): boolean {
  return /^(\[\d+\/\d+\] )?\S+ (\d+:\d\d )?(build \d|step \d|waiting|reading|pinning inputs|rebuilding|comparing|looking for|unpacking|fetching)/.test(
    line,
  );
}

it('doctor says what it found for each thing that it looked at, in the same form everywhere', () => {
  const argv = [program, 'doctor', '--format', 'json', '--cache', join(root, '.cache/wolfi-repro')];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { cwd: root, encoding: 'utf8' });
  const { schema, found } = JSON.parse(stdout) as { schema: string; found: Record<string, unknown>[] };
  assert.equal(stderr, '');
  assert.equal(schema, 'wolfi-repro/doctor/1');
  assert.ok(found.length > 0);
  for (const { what, state, detail, remedy, ...others } of found) {
    assert.equal(typeof what, 'string');
    assert.ok(['fine', 'lesser', 'missing'].includes(state as string));
    assert.equal(typeof detail, 'string');
    assert.equal(typeof remedy, state === 'fine' ? 'undefined' : 'string');
    assert.deepEqual(others, {});
  }
  assert.equal(status, found.some(({ state }) => state === 'missing') ? 4 : 0);
});
