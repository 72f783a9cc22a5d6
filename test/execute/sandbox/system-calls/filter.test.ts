/** The filter of system calls as bytes; what it does is judged by the kernel (test/conformance/system-calls.test.ts). */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { systemCallFilter } from '../../../../src/execute/sandbox/system-calls/filter.ts';
import {
  callNumbers,
  type FilteredArchitecture,
  type FilteredCall,
} from '../../../../src/execute/sandbox/system-calls/numbers.ts';

const architectures: readonly FilteredArchitecture[] = ['x86_64', 'aarch64'];
const instructionBytes = 8;
const giveBack = 0x06;

describe('the filter of system calls', () => {
  for (const architecture of architectures) {
    const filter = Buffer.from(systemCallFilter(architecture));
    const count = filter.length / instructionBytes;

    it(`gives a decision on every way through it on ${architecture}`, () => {
      assert.ok(Number.isInteger(count) && count < 4096, `${count} instructions`);
      for (let index = 0; index < count; index++) {
        const code = filter.readUInt16LE(index * instructionBytes);
        const isJump = (code & 0x07) === 0x05;
        const furthest = Math.max(
          filter[index * instructionBytes + 2]!,
          filter[index * instructionBytes + 3]!,
        );
        if (isJump) assert.ok(index + 1 + furthest < count, `instruction ${index} leads out`);
        else assert.equal(furthest, 0);
      }
      assert.equal(filter.readUInt16LE((count - 1) * instructionBytes), giveBack);
    });
  }

  it('has different numbers for a different architecture', () => {
    assert.notDeepEqual(systemCallFilter('x86_64'), systemCallFilter('aarch64'));
  });
});

/** Headers of the kernel that name the numbers, and how a name begins in them. */
const headers = {
  x86_64: { path: '/usr/include/x86_64-linux-gnu/asm/unistd_64.h', name: /^#define __NR_(\w+)\s+(\d+)$/gm },
  aarch64: { path: '/usr/include/asm-generic/unistd.h', name: /^#define __NR(?:3264)?_(\w+)\s+(\d+)$/gm },
} as const;

for (const architecture of architectures) {
  const { path, name } = headers[architecture];
  const skip = existsSync(path) ? false : `the kernel’s headers are not installed: ${path}`;

  it(`numbers of system calls are those of the kernel on ${architecture}`, { skip }, () => {
    const known = new Map(
      [...readFileSync(path, 'latin1').matchAll(name)].map(([, call, number]) => [call, number]),
    );
    for (const [call, numbers] of Object.entries(callNumbers) as [FilteredCall, Record<string, number>][]) {
      const expected = known.get(call);
      // Headers may be older than the call; one that the architecture does not have is in none.
      if (expected === undefined)
        assert.ok(numbers[architecture] === undefined || call === 'open_tree_attr', call);
      else assert.equal(String(numbers[architecture]), expected, call);
    }
  });
}
