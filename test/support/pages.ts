/** Pages as their readers follow them: a folder that has what the pages name, and their commands, run by a shell as they stand there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from '../conformance/lab-run.ts';
import { lab, program, root } from './lab.ts';
import { labEnvironment } from './lab-environment.ts';
import { isThorough } from './thorough.ts';

/** The commands of a page below docs/, each on a line of its own, and the first file of settings that it shows. */
export function pageOf(name: string): { readonly commands: readonly string[]; readonly yaml: string } {
  const text = readFileSync(join(root, 'docs', name), 'utf8');
  return {
    commands: [...text.matchAll(/^ {4}((?:wolfi-repro|openssl|echo) .*)$/gm)].map(([, command]) => command!),
    yaml: /```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? '',
  };
}

/** A folder with the program on the search path, and settings as a user of the lab has them. */
export function prepared(folder: string): void {
  mkdirSync(join(folder, 'bin'));
  const script = `#!/bin/sh\nexec ${process.execPath} ${program} "$@"\n`;
  writeFileSync(join(folder, 'bin/wolfi-repro'), script, { mode: 0o755 });
  mkdirSync(join(folder, 'packages/x86_64'), { recursive: true });
  const settings = { cache, repository: [labEnvironment], 'allow-unsigned': true };
  writeFileSync(join(folder, 'wolfi-repro.yaml'), JSON.stringify(settings));
  for (const name of ['wolfi-signing.rsa.pub', 'local-melange.rsa.pub'])
    cpSync(join(lab, 'lab.rsa.pub'), join(folder, name));
  symlinkSync(labEnvironment!, join(folder, 'environment'));
}

/** Runs what a page shows; what is asked for is also that there are no other examples. */
export function runPage(folder: string, commands: readonly string[], steps: readonly Step[]): void {
  assert.deepEqual(
    commands,
    steps.map(([command]) => command),
  );
  for (const [command, code, before] of steps) {
    if (before === onlyUnderstood || (before === onlyThorough && !isThorough)) continue;
    before?.(folder);
    const { status, stdout, stderr } = spawnSync('bash', ['-c', command], {
      cwd: folder,
      encoding: 'utf8',
      env: {
        ...process.env,
        PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
        WOLFI_REPRO_CONFIG: 'wolfi-repro.yaml',
      },
    });
    assert.equal(status, code, `${command}\n${stdout}${stderr}`);
  }
}

/** Of a command that does what those before it, or a different test, do. */
export const onlyThorough = () => {};

/** Of a command that contacts somebody: that it is one of the program is what shown-commands.test.ts shows. */
export const onlyUnderstood = () => {};

export type Step = readonly [command: string, code: number, before?: (folder: string) => void];
