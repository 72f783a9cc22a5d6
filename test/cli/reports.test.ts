import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { requireOutputs, writeReport } from '../../src/cli/reports.ts';
import { reportFormatNames } from '../../src/report/format-names.ts';
import { reportFormats } from '../../src/report/formats.ts';
import { failure } from '../support/failures.ts';
import { temporaryFolder } from '../support/folder.ts';

describe('reports in files', () => {
  it('have the format of their ending', (test) => {
    const folder = temporaryFolder(test);
    const paths = reportFormatNames.map((format) => join(folder, `result${reportFormats[format].ending}`));
    assert.deepEqual(
      requireOutputs(paths).map(({ format }) => format),
      reportFormatNames,
    );
  });

  it('are refused before anything is built where they could not be written', (test) => {
    const folder = temporaryFolder(test);
    mkdirSync(join(folder, 'folder.json'));
    for (const name of ['result', 'result.doc', 'result.JSON', 'folder.json', 'missing/result.json']) {
      assert.throws(() => requireOutputs([join(folder, name)]), failure('usage'), name);
    }
  });

  it('replace what was there', (test) => {
    const path = join(temporaryFolder(test), 'result.txt');
    writeReport(path, 'a longer one\n');
    writeReport(path, 'short\n');
    assert.equal(readFileSync(path, 'utf8'), 'short\n');
  });

  it('are a usage failure where the folder went away meanwhile', (test) => {
    assert.throws(() => writeReport(join(temporaryFolder(test), 'gone/result.txt'), ''), failure('usage'));
  });
});
