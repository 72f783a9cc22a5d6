/** The authority of a gateway must not be in what a build made: each build has a new one, which was in no other. */
import { X509Certificate } from 'node:crypto';
import { Failure } from '../failure.ts';
import { findBytes } from '../formats/find-bytes.ts';
import type { Tree } from './tree.ts';

/** Characters of base64 that no other certificate has in this place: they are of the key. */
const [keyTextAt, keyTextLength] = [400, 40];
const mostNamed = 10;

/**
 * Fails with `gateway-in-output` where a file holds the certificate of the authority, as it is or as PEM. What compresses it or encodes it
 * otherwise is not found: the bytes differ all the same.
 */
export function requireNoAuthority(trees: readonly { readonly tree: Tree }[], certificate: string): void {
  const der = new X509Certificate(certificate).raw;
  const text = certificate.replaceAll('\n', '');
  const wanted = [der, ...pemTexts(certificate, text)];
  const holding = trees.flatMap(({ tree }) =>
    tree.entries.filter(({ content }) => wanted.some((bytes) => findBytes(content, bytes) !== undefined)),
  );
  if (holding.length === 0) return;
  const named = holding.slice(0, mostNamed).map(({ path }) => path);
  const more = holding.length - named.length;
  throw new Failure('gateway-in-output', 'what was built holds the authority of the gateway', {
    got: [...named, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
  });
}

/** In lines as PEM has them, and without. */
function pemTexts(lines: string, line: string): Buffer[] {
  const piece = line.slice(keyTextAt, keyTextAt + keyTextLength);
  const firstOfLines = lines.split('\n').find((each) => each.length === 64 && line.indexOf(each) > keyTextAt);
  return [piece, ...(firstOfLines === undefined ? [] : [firstOfLines])].map((text) => Buffer.from(text));
}
