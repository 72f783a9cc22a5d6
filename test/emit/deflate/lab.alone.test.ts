import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readGzipMembers } from '../../../src/apk/gzip-reader.ts';
import { agreeingEncoders, gzipGo, gzipKlauspost, pgzip } from '../../../src/emit/deflate/encoders.ts';
import { formatOf } from '../../../src/melange/format.ts';
import { parseRelease } from '../../../src/melange/version.ts';
import { fullestLab } from '../../support/lab.ts';
import { collect } from './support.ts';

const repository = join(fullestLab, 'repository');

interface Member {
  readonly mtime: number;
  readonly compressed: Buffer;
  readonly inflated: Buffer;
}

async function membersOf(file: Buffer): Promise<Member[]> {
  const inflated: Buffer[][] = [];
  const members = await readGzipMembers(
    [file],
    {
      begin: () => {
        inflated.push([]);
        return 1 << 30;
      },
      compressed: () => {},
      inflated: (bytes) => inflated.at(-1)!.push(Buffer.from(bytes)),
      end: () => {},
    },
    { limit: 2000, floor: 1 << 20 },
  );
  return members.map(({ start, end, header }, index) => ({
    mtime: header.mtime,
    compressed: file.subarray(start, end),
    inflated: Buffer.concat(inflated[index]!),
  }));
}

describe('packages of real melange are compressed again to the same bytes', () => {
  const versions = readdirSync(repository);
  for (const version of versions.filter((name) => /^v\d/.test(name))) {
    it(version, async () => {
      const folder = join(repository, version, 'x86_64');
      const generation = formatOf(parseRelease(version)!).deflate;
      for (const file of readdirSync(folder).filter((name) => name.endsWith('.apk'))) {
        const members = await membersOf(readFileSync(join(folder, file)));
        for (const [index, { mtime, inflated, compressed }] of members.entries()) {
          const data = index === members.length - 1;
          const encoded =
            mtime === 0
              ? gzipGo(inflated)
              : data
                ? await collect(pgzip([inflated], { encoder: generation }))
                : gzipKlauspost(inflated, generation);
          assert.ok(compressed.equals(encoded), `${file}, member ${index}`);
          // Smaller members are the same in all generations.
          if (!data || inflated.length < 65_536) continue;
          assert.ok(agreeingEncoders(inflated, compressed, true, 'pgzip').includes(generation), file);
        }
      }
    });
  }
});
