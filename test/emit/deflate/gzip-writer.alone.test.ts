import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { gzipGo, gzipKlauspost } from '../../../src/emit/deflate/encoders.ts';
import { inputOf, kinds } from './inputs.ts';
import { generations } from './support.ts';

const encoders: Readonly<Record<string, (input: Uint8Array) => Uint8Array>> = {
  go: gzipGo,
  ...Object.fromEntries(
    generations.map((generation) => [generation, (input: Uint8Array) => gzipKlauspost(input, generation)]),
  ),
};

function assertInflates(input: Uint8Array): void {
  for (const [name, encode] of Object.entries(encoders)) {
    assert.ok(gunzipSync(encode(input)).equals(input), `${name}, ${input.length} bytes`);
  }
}

describe('gzip members', () => {
  it('inflate to their input', () => {
    const piece = fc.record({
      kind: fc.constantFrom(...kinds),
      size: fc.oneof(fc.nat(300), fc.nat(50_000)),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 4 }), (pieces) => {
        assertInflates(Buffer.concat(pieces.map(({ kind, size, seed }) => inputOf(kind, size, seed))));
      }),
      { numRuns: 20 },
    );
  });

  it('inflate to their input for any small input', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), assertInflates), { numRuns: 100 });
  });

  it('inflate to their input at the edges of windows', () => {
    for (const kind of kinds) {
      for (const size of [65_534, 65_535, 65_536, 65_568]) assertInflates(inputOf(kind, size));
    }
  });

  it('say what the Go programs say in their headers', () => {
    const input = Buffer.from('x');
    const header = (member: Uint8Array) => Buffer.from(member.subarray(0, 10)).toString('hex');
    assert.equal(header(gzipGo(input)), '1f8b08000000000000ff');
    assert.equal(header(gzipKlauspost(input, 'v1.18.2')), '1f8b080000096e8800ff');
  });

  it('do not depend on where the input lies in memory', () => {
    const input = inputOf('text', 5000);
    const shifted = new Uint8Array(5003);
    shifted.set(input, 3);
    for (const encode of Object.values(encoders))
      assert.deepEqual(encode(shifted.subarray(3)), encode(input));
  });
});
