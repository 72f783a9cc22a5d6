/** Shards of a run: each origin is in one of them, so that the packages of a recipe are built together. */

import { sha256 } from '../digest.ts';
import { Failure } from '../failure.ts';
import type { Shard } from '../verdict/run-record.ts';

const mostShards = 10_000;

/** Parses `i/n`. Fails with `usage`. */
export function parseShard(text: string): Shard {
  const [index = 0, count = 0] = /^\d{1,5}\/\d{1,5}$/.test(text) ? text.split('/').map(Number) : [];
  if (index >= 1 && index <= count && count <= mostShards) return { index, count };
  throw new Failure('usage', '--shard takes the number of a shard and how many there are', {
    expected: `1/4, up to ${mostShards}`,
    got: text,
  });
}

/** The shard of an origin, from 1: the first 48 bits of its SHA-256, modulo the number of shards. */
export function shardOf(origin: string, count: number): number {
  return (Number.parseInt(sha256(Buffer.from(origin)).slice(0, 12), 16) % count) + 1;
}
