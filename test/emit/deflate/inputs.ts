/** Inputs that are the same everywhere, made from a kind, a size and a seed. */

export const kinds = [
  'zeros',
  'random',
  'text',
  'letters',
  'skewed',
  'copies',
  'drifting',
  'mixed',
  'distant',
] as const;
export type Kind = (typeof kinds)[number];

export type Random = (below: number) => number;

/** xorshift32. */
export function randomOf(seed: number): Random {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** `size` bytes of a kind. */
export function inputOf(kind: Kind, size: number, seed = size): Uint8Array {
  const bytes = new Uint8Array(size);
  fill[kind](bytes, randomOf(seed));
  return bytes;
}

const words = 'the quick brown fox jumps over a lazy dog; package licence #include <lib.h> return 0x00 = {\n}'
  .split(' ')
  .map((word) => Buffer.from(`${word} `));

const fill: Readonly<Record<Kind, (bytes: Uint8Array, random: Random) => void>> = {
  zeros() {},
  random(bytes, random) {
    for (let at = 0; at < bytes.length; at++) bytes[at] = random(256);
  },
  text(bytes, random) {
    for (let at = 0; at < bytes.length; ) {
      const word = words[random(words.length)]!.subarray(0, bytes.length - at);
      bytes.set(word, at);
      at += word.length;
    }
  },
  letters(bytes, random) {
    for (let at = 0; at < bytes.length; at++) bytes[at] = 97 + random(4);
  },
  /** Hardly a match, but few common bytes. */
  skewed(bytes, random) {
    for (let at = 0; at < bytes.length; at++)
      bytes[at] = 3 * Math.clz32(random(2 ** 32)) + random(1 + random(16));
  },
  /** Random bytes and repetitions of what was before, near and far, short and long. */
  copies(bytes, random) {
    for (let at = 0; at < bytes.length; ) {
      const copies = at > 16 && random(3) > 0;
      const distance = 1 + random(Math.min(at, random(5) > 0 ? 3000 : 40_000) || 1);
      const end = Math.min(bytes.length, at + 3 + random(random(20) > 0 ? 40 : 2000));
      for (; at < end; at++) bytes[at] = copies ? bytes[at - distance]! : random(256);
    }
  },
  /** Repetitions and bytes that change from evenly spread to skewed: codes stay nearly good enough. */
  drifting(bytes, random) {
    for (let at = 0; at < bytes.length; ) {
      const copies = at > 3000 && random(2) > 0;
      const distance = 1 + random(3000);
      const end = Math.min(bytes.length, at + 4 + random(12));
      for (; at < end; at++) {
        const literal = random(bytes.length) < at ? random(1 + random(64)) : random(64);
        bytes[at] = copies ? bytes[at - distance]! : literal;
      }
    }
  },
  /** All those before, in pieces of up to 90,000 bytes. */
  mixed(bytes, random) {
    for (let at = 0; at < bytes.length; ) {
      const piece = bytes.subarray(at, at + 1 + random(90_000));
      fill[kinds[random(kinds.indexOf('mixed'))]!](piece, random);
      at += piece.length;
    }
  },
  /** Few letters, repeated from as far away as level 5 looks, and from further. */
  distant(bytes, random) {
    for (let at = 0; at < bytes.length; ) {
      const distance = 32_765 + random(5);
      const copies = at > distance && random(3) > 0;
      const end = Math.min(bytes.length, at + 4 + random(90));
      for (; at < end; at++) bytes[at] = copies ? bytes[at - distance]! : 97 + random(20);
    }
  },
};
