/** Time and name of the input in the header of a gzip file (RFC 1952 §2.3). */
import { changeFinding, type Detector, type Finding } from './evidence.ts';

export const gzipHeader: Detector = {
  kind: 'gzip-header',
  detect: ({ changes, ranges, published, rebuilt }) => {
    const named = changes
      .filter(({ about }) => about === 'gzip-input')
      .map((change) =>
        changeFinding(
          change,
          'certain',
          'gzip stores time and name of what it was given, the system that it runs on, and its level',
        ),
      );
    const bare = published !== undefined && rebuilt !== undefined && isGzip(published) && isGzip(rebuilt);
    return named.length > 0 || !bare ? named : [...mtimeOf(published, rebuilt, ranges)];
  },
};

function isGzip(bytes: Uint8Array): boolean {
  return bytes.length > 18 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Findings for contents that were not looked into: the bytes of the time are the only ones that differ in them. */
function* mtimeOf(
  published: Uint8Array,
  rebuilt: Uint8Array,
  ranges: readonly { offset: number; length: number }[],
): Generator<Finding> {
  const time = (bytes: Uint8Array) => String(new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true));
  for (const range of ranges.filter(({ offset, length }) => offset >= 4 && offset + length <= 8)) {
    const why = 'gzip stores the time of what it was given';
    yield {
      confidence: 'certain',
      place: 'mtime',
      published: time(published),
      rebuilt: time(rebuilt),
      why,
      explains: [range],
    };
  }
}
