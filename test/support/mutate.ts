/** Contents damaged in the ways in which files are: from a seed, so that a failure can be had again. */

/** Numbers from 0 to below a bound (mulberry32). */
export type Random = (below: number) => number;

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) % below;
  };
}

const interesting = [0, 1, 0x7f, 0x80, 0xff];

/** A few changes: bytes, whole numbers, pieces gone, doubled or moved, the end cut off. */
export function mutated(bytes: Uint8Array, random: Random): Buffer {
  let result: Buffer = Buffer.from(bytes);
  for (let changes = 1 + random(4); changes > 0; changes -= 1) result = changedOnce(result, random);
  return result;
}

function changedOnce(bytes: Buffer, random: Random): Buffer {
  if (bytes.length === 0) return Buffer.from([random(256)]);
  const at = random(bytes.length);
  const length = 1 + random(Math.min(64, bytes.length - at));
  const [before, piece, after] = [
    bytes.subarray(0, at),
    bytes.subarray(at, at + length),
    bytes.subarray(at + length),
  ];
  switch (random(8)) {
    case 0:
      return Buffer.concat([before, after]);
    case 1:
      return Buffer.concat([before, piece, piece, after]);
    case 2:
      return Buffer.from(before);
    case 3:
      return Buffer.concat([before, Buffer.alloc(length, interesting[random(interesting.length)]), after]);
    case 4:
      return Buffer.concat([
        before,
        Buffer.alloc(4, interesting[random(interesting.length)]),
        bytes.subarray(at + 4),
      ]);
    case 5:
      return Buffer.concat([after, before]);
    default: {
      const copy = Buffer.from(bytes);
      copy[at] = random(2) === 0 ? copy[at]! ^ (1 << random(8)) : random(256);
      return copy;
    }
  }
}

/** One of a list by chance; undefined of an empty one. */
export function oneOf<T>(list: readonly T[], random: Random): T | undefined {
  return list[random(list.length)];
}
