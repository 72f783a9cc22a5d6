/** A recipe that wants to copy what was published instead of making it: nothing of the file, the store or the plan is in its reach. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { lab, program } from '../support/lab.ts';
import { changeControl, changeData, repack, textOf, withText } from '../support/parts.ts';
import { cannotSandbox, folderOf } from '../support/sandboxes.ts';
import { identities } from '../support/users.ts';

const golden = join(lab, 'repository/v0.59.1/x86_64/hello-shell-1.4.2-r3.apk');

/** In the published data and, in two halves, in the recipe. */
const [first, second] = ['what-is-', 'published'];
const search = [
  `echo SEARCHED; marker=${first}; marker="\${marker}${second}"; test \${#marker} = ${first.length + second.length} && echo MARKED`,
  // grep fails for what it cannot read, whatever else it found.
  'grep -rlsF "$marker" / --devices=skip --exclude-dir=usr --exclude-dir=proc --exclude-dir=sys | grep . && echo FOUND content',
  `find / -xdev '(' -name '*.ap[k]' -o -name 'hello-shel[l]-*' -o -name store -o -name guest.json ')' | grep . && echo FOUND name`,
  `cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ | tr '\\0' '\\n' | grep -e '[.]ap[k]' -e 'hello-shel[l]-1' && echo FOUND process`,
  'true',
];

for (const identity of identities) {
  describe(`a hostile recipe ${identity.title}`, { skip: cannotSandbox(identity) }, () => {
    it('finds nothing of the published file', async () => {
      const folder = folderOf(identity);
      const file = join(folder, 'hello-shell-1.4.2-r3.apk');
      const changed = await repack(golden, (parts) => {
        const at = parts.data.findIndex(({ name }) => name === 'etc/hello/hello.conf');
        const data = changeData(parts, at, (entry) => withText(entry, `${textOf(entry)}${first}${second}\n`));
        return changeControl(data, '.melange.yaml', (entry) =>
          withText(entry, withStep(textOf(entry), search)),
        );
      });
      writeFileSync(file, changed);
      chmodSync(file, 0o644);
      const [cache, logs] = ['cache', 'logs'].map((name) => join(folder, name)) as [string, string];
      for (const path of [cache, logs]) {
        mkdirSync(path);
        chmodSync(path, 0o777);
      }
      const argv = [
        'verify',
        '--allow-unsigned',
        '--environment',
        'host',
        '--cache',
        cache,
        '--log',
        logs,
        file,
      ];
      const line = [...identity.prefix, process.execPath, program, ...argv];
      const { stdout, stderr } = spawnSync(line[0]!, line.slice(1), { cwd: folder, encoding: 'utf8' });
      // The recipe lies beside what its steps said.
      const log = readdirSync(logs)
        .filter((name) => !name.endsWith('.recipe.yaml'))
        .map((name) => readFileSync(join(logs, name), 'latin1'))
        .join('');
      rmSync(folder, { recursive: true, force: true });
      assert.match(log, /SEARCHED\nMARKED/, `${stdout}${stderr}`);
      assert.doesNotMatch(log, /FOUND/, log);
      assert.doesNotMatch(stdout, /^reproduced/);
    });
  });
}

/** The recipe with commands before those of its first step. */
function withStep(recipe: string, commands: readonly string[]): string {
  const [runs, indent] = /runs: \|-?\n( +)/.exec(recipe)!;
  const changed = recipe.replace(
    runs,
    () => `${runs}${commands.map((line) => `{ ${line}; } || true`).join(`\n${indent}`)}\n${indent}`,
  );
  assert.notEqual(changed, recipe);
  return changed;
}
