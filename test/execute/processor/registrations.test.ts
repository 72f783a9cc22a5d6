import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { probeProgram } from '../../../src/execute/processor/architectures.ts';
import {
  handsOver,
  isRegistrable,
  parseRegistration,
  readRegistrations,
  registrationLine,
} from '../../../src/execute/processor/registrations.ts';

/** As Linux 6.18 shows one (fs/binfmt_misc.c, `entry_status`). */
const shown = `enabled
interpreter /usr/bin/qemu-aarch64-static
flags: PF
offset 0
magic 7f454c460201010000000000000000000200b700
mask ffffffffffffff00fffffffffffffffffeffffff
`;

describe('a registration', () => {
  it('is read from what the kernel shows', () => {
    const found = parseRegistration('qemu-aarch64', shown);
    assert.equal(found?.interpreter, '/usr/bin/qemu-aarch64-static');
    assert.equal(found?.flags, 'PF');
    assert.ok(handsOver(found!, probeProgram('aarch64')));
    assert.ok(!handsOver(found!, probeProgram('x86_64')));
  });

  it('counts only while it is switched on', () => {
    assert.equal(parseRegistration('x', shown.replace('enabled', 'disabled')), undefined);
  });

  it('by the end of a name hands no program over', () => {
    const found = parseRegistration('x', 'enabled\ninterpreter /bin/true\nflags: \nextension .exe\n');
    assert.equal(found?.match, undefined);
    assert.ok(!handsOver(found!, probeProgram('aarch64')));
  });

  it('without a mask is about every bit, at its offset', () => {
    const text = 'enabled\ninterpreter /bin/true\nflags: F\noffset 18\nmagic b700\n';
    const found = parseRegistration('x', text)!;
    assert.ok(handsOver(found, probeProgram('aarch64')));
    assert.ok(!handsOver(found, probeProgram('x86_64')));
    assert.ok(!handsOver(found, probeProgram('aarch64').subarray(0, 18)), 'a program that ends before it');
  });

  it('of any text is read without an exception', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (head, tail) => {
        const found = parseRegistration('x', `enabled\n${head}\nmagic ${tail}`);
        if (found !== undefined) handsOver(found, probeProgram('aarch64'));
      }),
    );
  });
});

describe('the registrations of a machine', () => {
  it('are those that are switched on, in a folder that is switched on', () => {
    const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-registrations-'));
    writeFileSync(join(folder, 'register'), '');
    writeFileSync(join(folder, 'qemu-aarch64'), shown);
    writeFileSync(join(folder, 'off'), shown.replace('enabled', 'disabled'));
    const names = () => readRegistrations(folder).map(({ name }) => name);
    assert.deepEqual(names(), [], 'without a status');
    writeFileSync(join(folder, 'status'), 'enabled\n');
    assert.deepEqual(names(), ['qemu-aarch64']);
    writeFileSync(join(folder, 'status'), 'disabled\n');
    assert.deepEqual(names(), []);
    rmSync(folder, { recursive: true });
  });

  it('are none where nothing is mounted', () => {
    const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-registrations-'));
    assert.deepEqual(readRegistrations(folder), []);
    mkdirSync(join(folder, 'status'));
    assert.deepEqual(readRegistrations(folder), []);
    assert.deepEqual(readRegistrations(join(folder, 'missing')), []);
    rmSync(folder, { recursive: true });
  });
});

describe('the line that registers an emulator', () => {
  it('names the format, the emulator and the flags', () => {
    const line = registrationLine('aarch64', '/usr/bin/qemu-aarch64-static');
    const fields = line.split(':');
    assert.deepEqual(
      [fields.slice(0, 4), fields.slice(6)],
      [
        ['', 'aarch64', 'M', '0'],
        ['/usr/bin/qemu-aarch64-static', 'PF'],
      ],
    );
    assert.match(fields[4]!, /^(\\x[0-9a-f]{2}){20}$/);
    assert.match(fields[5]!, /^(\\x[0-9a-f]{2}){20}$/);
  });

  it('takes no path that would end it early', () => {
    const refused = ['qemu', '/a:b', '/a\nb', '/a\\x00', `/${'a'.repeat(1100)}`];
    assert.deepEqual(
      refused.map(isRegistrable),
      refused.map(() => false),
    );
    assert.ok(isRegistrable('/usr/bin/qemu-aarch64-static'));
  });
});
