import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import {
  architectureOfMachine,
  probeProgram,
  programHeader,
  rebuiltArchitecture,
  rebuiltArchitectures,
} from '../../../src/execute/processor/architectures.ts';

describe('an architecture', () => {
  it('is rebuilt if it is one of two', () => {
    assert.deepEqual(['x86_64', 'aarch64'].map(rebuiltArchitecture), ['x86_64', 'aarch64']);
    const others = ['riscv64', 'armv7', 'armhf', 'ppc64le', 's390x', 'x86', '386', 'loongarch64', 'noarch'];
    assert.deepEqual(new Set(others.map(rebuiltArchitecture)), new Set([undefined]));
  });

  it('is that of the machine by Node’s name for it', () => {
    assert.deepEqual(['x64', 'arm64', 'ia32', 'riscv64'].map(architectureOfMachine), [
      'x86_64',
      'aarch64',
      undefined,
      undefined,
    ]);
  });
});

for (const architecture of rebuiltArchitectures) {
  it(`the header of a program for ${architecture} matches executables of both types and no others`, () => {
    const { magic, mask } = programHeader(architecture);
    const matches = (bytes: Uint8Array) =>
      magic.every((byte, at) => (bytes[at]! & mask[at]!) === (byte & mask[at]!));
    const changed = (at: number, value: number) => {
      const bytes = probeProgram(architecture);
      bytes[at] = value;
      return bytes;
    };
    assert.ok(matches(probeProgram(architecture)));
    assert.ok(matches(changed(16, 3)), 'one that can be moved');
    assert.ok(matches(changed(7, 3)), 'one with GNU’s name of the interface');
    for (const [at, value] of [
      [0, 0],
      [4, 1],
      [5, 2],
      [16, 1],
      [16, 4],
      [18, 0xf3],
      [19, 1],
    ] as const)
      assert.ok(!matches(changed(at, value)), `byte ${at} of value ${value}`);
  });
}

describe('the program that is tried', () => {
  it('is one that the machine’s own kernel runs, and it ends with the first character of its name', {
    skip:
      architectureOfMachine(process.arch) === undefined || process.platform !== 'linux'
        ? 'no program of this machine’s architecture is made'
        : false,
  }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-probe-'));
    const path = join(folder, 'probe');
    writeFileSync(path, probeProgram(architectureOfMachine(process.arch)!));
    chmodSync(path, 0o755);
    assert.equal(spawnSync(path, { argv0: 'w' }).status, 'w'.charCodeAt(0));
    assert.equal(spawnSync(path, { argv0: '/x' }).status, '/'.charCodeAt(0));
    rmSync(folder, { recursive: true });
  });
});
