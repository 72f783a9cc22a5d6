import type { DeflateGeneration } from '../../../src/melange/format.ts';

export const generations: readonly DeflateGeneration[] = ['v1.15.10', 'v1.18.1', 'v1.18.2'];

/** All parts of a stream as one buffer. */
export async function collect(parts: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const collected: Uint8Array[] = [];
  for await (const part of parts) collected.push(part);
  return Buffer.concat(collected);
}
