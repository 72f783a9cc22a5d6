import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Apk } from '../../src/apk/apk.ts';
import { pgzip } from '../../src/emit/deflate/encoders.ts';
import { encoderInference } from '../../src/inference/deflate-trait.ts';
import { type DeflateEncoder, deflateEncoders } from '../../src/melange/deflate-encoder.ts';
import { type Architecture, parseArchitecture } from '../../src/names.ts';
import { inputOf } from '../emit/deflate/inputs.ts';
import { inputNear, nearDecisions } from '../emit/deflate/near-decisions.ts';
import { collect } from '../emit/deflate/support.ts';

const x86 = parseArchitecture('x86_64')!;
const arm = parseArchitecture('aarch64')!;
const near = inputNear(nearDecisions[0]!);

function section(head: Apk['data']['head'], inflated: Uint8Array, compressed: Uint8Array): Apk['data'] {
  return { head, start: 0, end: compressed.length, tar: { size: inflated.length } } as Apk['data'];
}

/** The inference for a data section of which the first bytes are known. */
async function inference(
  inflated: Uint8Array,
  by: DeflateEncoder,
  architecture: Architecture,
  known?: number,
) {
  const compressed = await collect(pgzip([inflated], { encoder: by }));
  const head = {
    inflated: inflated.subarray(0, known),
    compressed: compressed.subarray(0, known),
  };
  return encoderInference({ data: section(head, inflated, compressed) }, architecture);
}

describe('the encoder of a package', () => {
  const rows: readonly (readonly [string, Uint8Array, DeflateEncoder, Architecture, number?])[] = [
    ['is that of amd64 for x86_64 where several fit', inputOf('text', 300_000), 'v1.18.2', x86],
    ['is that of arm64 for aarch64 where several fit', inputOf('text', 300_000), 'v1.18.2-arm64', arm],
    ['is that of amd64 for aarch64 where the data shows it', near, 'v1.18.2', arm],
    ['is that of arm64 for aarch64 where the data shows it', near, 'v1.18.2-arm64', arm],
    ['is that of amd64 for x86_64 where the data shows it', near, 'v1.18.2', x86],
    ['is that of arm64 for x86_64 where the data shows it', near, 'v1.18.2-arm64', x86],
    ['is an older one where the data shows it', inputOf('text', 300_000), 'v1.15.10', x86],
    [
      'is known where only the compressed form was read to its end',
      inputOf('text', 300_000),
      'v1.15.10',
      x86,
      200_000,
    ],
    ['is an older one of arm64 where the data shows it', inputOf('text', 300_000), 'v1.15.10-arm64', arm],
  ];
  for (const [name, inflated, by, architecture, known] of rows) {
    it(name, async () => {
      assert.equal((await inference(inflated, by, architecture, known)).likeliest('v1.18.2'), by);
    });
  }

  it('is the expected one for data of one window, and any other can have written it', async () => {
    for (const [architecture, expected] of [[x86, 'v1.18.1'] as const, [arm, 'v1.18.1-arm64'] as const]) {
      const short = await inference(inputOf('text', 65_535), 'v1.15.10', architecture);
      assert.equal(short.likeliest('v1.18.1'), expected);
      assert.deepEqual(
        new Set(short.others('v1.18.1', expected)),
        new Set(deflateEncoders.filter((each) => each !== expected)),
      );
    }
  });

  it('leaves those that write the same as far as the data is known, the likeliest first', async () => {
    const begun = await inference(near, 'v1.18.2', arm, 131_000);
    assert.equal(begun.likeliest('v1.18.2'), 'v1.18.2-arm64');
    assert.deepEqual(begun.others('v1.18.2', 'v1.18.2-arm64'), [
      'v1.18.2',
      'v1.15.10-arm64',
      'v1.18.1-arm64',
      'v1.15.10',
      'v1.18.1',
    ]);
    const whole = await inference(near, 'v1.18.2', arm);
    assert.deepEqual(whole.others('v1.18.2', 'v1.18.2'), ['v1.15.10', 'v1.18.1']);
  });

  it('is the expected one where a different program compressed, and nothing else is left', async () => {
    const inflated = inputOf('text', 300_000);
    const compressed = gzipSync(inflated);
    const foreign = await encoderInference(
      { data: section({ inflated, compressed }, inflated, compressed) },
      arm,
    );
    assert.equal(foreign.likeliest('v1.18.2'), 'v1.18.2-arm64');
    assert.deepEqual(foreign.others('v1.18.2', 'v1.18.2-arm64'), []);
  });
});
