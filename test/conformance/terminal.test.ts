/** A recipe that tries to control the terminal of the report's reader: the output of its step is shown, and controls nothing. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { steeringCharacters } from '../../src/bytes.ts';
import { reportFormatNames } from '../../src/report/format-names.ts';
import { lab, program } from '../support/lab.ts';
import { changeControl, repack, textOf, withText } from '../support/parts.ts';
import { cannotSandbox } from '../support/sandboxes.ts';
import { identities } from '../support/users.ts';

const golden = join(lab, 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk');
/** Sets the title, clears the screen, goes back to the start of the line, and turns the direction of writing. */
const steering = `printf '\\033]0;owned\\007\\033[2J\\302\\2332Jhello\\rreproduced\\n\\342\\200\\256x\\n'; exit 3`;

describe('what a hostile step says', {
  skip: cannotSandbox({ ...identities[0]!, prefix: [], skip: false }),
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-terminal-'));
  const file = join(folder, 'hello-shell-1.4.2-r3.apk');
  before(async () => {
    const bytes = await repack(golden, (parts) =>
      changeControl(parts, '.melange.yaml', (entry) =>
        withText(
          entry,
          textOf(entry).replace(/runs: \|-?\n( +)/, (runs, indent) => `${runs}${steering}\n${indent}`),
        ),
      ),
    );
    writeFileSync(file, bytes);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const format of reportFormatNames) {
    it(`controls no terminal as ${format}`, () => {
      const argv = ['verify', '--format', format, '--allow-unsigned', '--environment', 'host'];
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        [program, ...argv, '--cache', join(folder, 'cache'), file],
        { cwd: folder, encoding: 'utf8' },
      );
      assert.equal(status, 3, stdout + stderr);
      assert.match(stdout, /hello/);
      const found = `${stdout}${stderr}`.replaceAll('\n', '').match(steeringCharacters) ?? [];
      assert.deepEqual(found, []);
    });
  }
});
