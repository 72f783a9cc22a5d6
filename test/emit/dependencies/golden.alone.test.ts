import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { analyseDependencies, emittedDependencies } from '../../../src/emit/dependencies/dependencies.ts';
import { fullestLab } from '../../support/lab.ts';
import { goldensOf } from './lab.ts';

const versions = ['v0.17.7', 'v0.23.16', 'v0.31.9', 'v0.40.4', 'v0.45.3', 'v0.59.1'];

describe('the lists of packages that melange built', () => {
  const repository = join(fullestLab, 'repository');
  for (const version of versions) {
    it(`are generated again, as by ${version}`, async () => {
      const goldens = await goldensOf(repository, version);
      assert.ok(goldens.length > 0);
      for (const { declared, file, input, written } of goldens) {
        const generated = analyseDependencies(input);
        assert.ok(
          generated.skipped.every(({ reason }) => reason === 'host-link'),
          file,
        );
        assert.deepEqual(emittedDependencies(declared, generated), written, file);
      }
    });
  }
});
