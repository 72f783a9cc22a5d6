/** GNU objdump as the judge of what is called an instruction, in the sandbox in which it is run. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { machines, type NamedCode, programOf } from '../support/elf-builder.ts';
import { temporaryFolder } from '../support/folder.ts';
import { program, skipUnless } from '../support/lab.ts';
import { cannotSandbox } from '../support/sandboxes.ts';

const objdump = '/usr/bin/objdump';
const lacks =
  cannotSandbox({ title: 'as oneself', uid: 0, ids: 'range', skip: false, prefix: [] }) ||
  skipUnless(existsSync(objdump), 'no objdump at hand (binutils)');

/** `mov eax, N; ret`, and a jump over it. */
const set = (value: number): NamedCode => ({
  name: 'answer',
  code: [0xeb, 0x05, 0xb8, value, 0, 0, 0, 0xc3],
});

function compared(
  test: TestContext,
  tool: string,
  sides: readonly Buffer[] = [41, 42].map((value) => programOf([set(value)])),
) {
  const folder = temporaryFolder(test);
  const paths = sides.map((bytes, at) => {
    const path = join(folder, String(at));
    writeFileSync(path, bytes);
    return path;
  });
  const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') };
  const argv = [program, 'diff', ...paths, '--objdump', tool];
  const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8', env });
  // What takes over a second says how far it is.
  const noted = stderr.replace(/^two files [^\n]*\n/gm, '');
  return { status, stdout, noted, left: () => readdirSync(join(folder, 'cache/wolfi-repro/runs')) };
}

describe('--objdump', { skip: lacks }, () => {
  it('shows the instruction that differs, in its function, and leaves nothing behind', (test) => {
    const { status, stdout, noted, left } = compared(test, objdump);
    assert.deepEqual([status, noted], [1, '']);
    assert.match(
      stdout,
      /function answer \(instructions; .*\)\n.*lines\n.*@@ -1,3 \+1,3 @@\n {24}jmp +0x7\n/,
    );
    assert.match(stdout, /- mov +\$0x29,%eax\n.*\+ mov +\$0x2a,%eax\n.*ret/);
    assert.deepEqual(left(), []);
  });

  it('reads code for aarch64 where the program does, and says so where it does not', (test) => {
    // `mov w0, #N; ret`, little endian.
    const code = (value: number) => [value << 5, 0, 0x80, 0x52, 0xc0, 0x03, 0x5f, 0xd6];
    const sides = [1, 2].map((value) =>
      programOf([{ name: 'answer', code: code(value) }], { machine: machines.aarch64 }),
    );
    const knows = spawnSync(objdump, ['-i'], { encoding: 'utf8' }).stdout.includes('aarch64');
    assert.match(
      compared(test, objdump, sides).stdout,
      knows ? /- mov\s+w0, #0x1\b/ : /function answer \(not disassembled: the program gives no instructions/,
    );
  });

  for (const [what, script] of [
    ['fails', 'exit 1'],
    ['prints something else', 'yes | head -c 1000000'],
    ['reads what is not its own', 'cat /etc/hostname /root/.profile /home/*/.profile && exit 1'],
  ] as const)
    it(`shows the bytes, and says that nothing was disassembled, where the program ${what}`, (test) => {
      const path = join(temporaryFolder(test), 'objdump');
      writeFileSync(path, `#!/bin/sh\n${script}\n`);
      chmodSync(path, 0o755);
      const { status, stdout } = compared(test, path);
      assert.equal(status, 1);
      assert.match(
        stdout,
        /function answer \(not disassembled: the program gives no instructions for this processor\)/,
      );
      assert.match(stdout, /29 00 00 00/);
    });

  it('refuses a program that is not there before anything is read', (test) => {
    const { status, noted } = compared(test, '/nowhere/objdump');
    assert.equal(status, 2);
    assert.match(noted, /\/nowhere\/objdump/);
  });
});
