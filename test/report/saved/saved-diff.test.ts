import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { diffFormats } from '../../../src/report/diff-formats.ts';
import { reportFormatNames } from '../../../src/report/format-names.ts';
import { renderJson } from '../../../src/report/json-report.ts';
import { mergeSavedDiffs, parseSaved } from '../../../src/report/saved/saved-diff.ts';
import { parseSavedRun } from '../../../src/report/saved/saved-run.ts';
import { diffExitCode, type StatedDiff } from '../../../src/report/stated-diff.ts';
import { manyFiles, packages, same, trees, worst } from '../../support/diff-results.ts';
import { failure } from '../../support/failures.ts';
import { pathsIn, replaced } from '../../support/json-paths.ts';
import { randomOf } from '../../support/mutate.ts';
import { cause, difference } from '../../support/results.ts';
import { everything } from '../../support/runs.ts';
import { schemaValidator } from '../../support/schemas.ts';

const read = (text: string): readonly StatedDiff[] => {
  const saved = parseSaved(Buffer.from(text));
  assert.equal(saved.kind, 'diffs');
  return saved.kind === 'diffs' ? saved.diffs : [];
};
const refused = (text: string) => assert.throws(() => parseSaved(Buffer.from(text)), failure('usage'));
const folders = () =>
  trees([
    difference('content', 'usr/share/a', { section: 'files', causes: [cause('timestamp')] }),
    difference('mode', 'usr/bin/b', { section: 'files' }),
  ]);
const cases: Readonly<Record<string, () => StatedDiff>> = {
  'packages that differ': packages,
  'packages that do not': same,
  'folders that differ': folders,
  'folders that do not': () => trees([]),
  'hostile texts': worst,
  'five thousand files': manyFiles,
  'more differences than are listed': () => {
    const { published, rebuilt } = folders();
    const comparison = { section: 'files', likeness: 'different', unlisted: 7 } as const;
    const differences = [difference('mode', 'bin/a', { section: 'files' })];
    return { published, rebuilt, kind: 'trees', comparison: { ...comparison, differences } };
  },
};

describe('a saved comparison', () => {
  for (const [what, make] of Object.entries(cases)) {
    it(`is shown in every format as it was shown before it was saved: ${what}`, () => {
      for (const saved of [diffFormats.json(make()), diffFormats.jsonl(make())])
        for (const format of reportFormatNames)
          assert.equal(diffFormats[format](read(saved)), diffFormats[format](make()), format);
    });
  }

  it('of a version that did not name the sides is shown with the words for them', () => {
    const { names: _names, ...old } = JSON.parse(diffFormats.json(packages()));
    const [found] = read(JSON.stringify(old));
    assert.deepEqual([found?.published, found?.rebuilt], ['published', 'rebuilt']);
  });

  it('is refused where it says both that the sides differ and that they do not, and where it is of something else', () => {
    const of = (make: () => StatedDiff, members: object) =>
      refused(JSON.stringify({ ...JSON.parse(diffFormats.json(make())), ...members }));
    of(() => trees([]), { equal: false });
    of(folders, { equal: true });
    of(folders, { differences: [], differencesCount: 0 });
    of(packages, { equal: true });
    of(same, { equal: false });
    const digest = 'a'.repeat(64);
    of(packages, { published: { sha256: digest, size: 1 }, rebuilt: { sha256: digest, size: 1 } });
    of(packages, { schema: 'wolfi-repro/comparison/2' });
    of(packages, { names: { published: 1, rebuilt: 'b' } });
    refused('{"schema":"wolfi-repro/comparisons/1","comparisons":[{}]}');
    refused(`${diffFormats.jsonl(packages())}${JSON.stringify({ schema: 'wolfi-repro/package/1' })}\n`);
    refused(`${diffFormats.jsonl(packages())}{"schema":\n`);
  });

  it('is refused or shown in every format, whatever value of it is replaced', () => {
    const value = JSON.parse(diffFormats.json(packages())) as unknown;
    const paths = [...pathsIn(value)];
    const random = randomOf(2);
    let shown = 0;
    for (let round = 0; round < 150; round += 1) {
      const by = ['x', 7, [], null, -1, {}, [null], 1e300][random(8)];
      const text = JSON.stringify(replaced(value, paths[random(paths.length)]!, by));
      try {
        const format = reportFormatNames[round % reportFormatNames.length]!;
        assert.doesNotMatch(diffFormats[format](read(text)), /[\x1b\u202e]/);
        shown += 1;
      } catch (cause) {
        assert.ok(failure('usage')(cause));
      }
    }
    assert.ok(shown > 10, 'texts and counts can be replaced');
  });

  it('is not a result of verify', () => {
    assert.throws(() => parseSavedRun(Buffer.from(diffFormats.json(packages()))), failure('usage'));
    assert.equal(parseSaved(Buffer.from(renderJson(everything()))).kind, 'run');
  });
});

describe('several comparisons in one report', () => {
  const named = (name: string, make: () => StatedDiff): StatedDiff => ({
    ...make(),
    published: `old/${name}`,
    rebuilt: `new/${name}`,
  });
  const several = () => [named('one.apk', packages), named('two', folders), named('three.apk', same)];

  it('keep the order, and hold what two files state alike once', () => {
    const files = [several().slice(0, 2), several().slice(1)].map((each) => read(diffFormats.jsonl(each)));
    assert.deepEqual(
      mergeSavedDiffs(files).map(({ rebuilt }) => rebuilt),
      ['new/one.apk', 'new/two', 'new/three.apk'],
    );
    assert.equal(diffFormats.json(mergeSavedDiffs(files)), diffFormats.json(several()));
  });

  it('are a list that fits its schema and gives the same reports again', () => {
    const json = diffFormats.json(several());
    const validate = schemaValidator('comparisons-1');
    assert.ok(validate(JSON.parse(json)), JSON.stringify(validate.errors?.slice(0, 3)));
    for (const format of reportFormatNames)
      assert.equal(diffFormats[format](read(json)), diffFormats[format](several()), format);
  });

  it('are named with their sides in every format, and fail where any two differ', () => {
    for (const format of reportFormatNames) {
      const text = diffFormats[format](several());
      for (const name of ['new/one.apk', 'new/two']) assert.ok(text.includes(name), `${format} ${name}`);
    }
    assert.equal(diffExitCode(several()), 1);
    assert.equal(diffExitCode([same(), trees([])]), 0);
    assert.match(diffFormats.text([same(), trees([])]), /^identical/);
  });

  it('stay within the limits of each format, however many there are', () => {
    const many = Array.from({ length: 400 }, (_, at) => named(`p${at}`, folders));
    const bytes = (format: 'markdown' | 'summary' | 'html') => Buffer.byteLength(diffFormats[format](many));
    assert.ok(bytes('markdown') <= 60_000, String(bytes('markdown')));
    assert.ok(bytes('summary') <= 900_000, String(bytes('summary')));
    assert.ok(bytes('html') <= 2_000_000, String(bytes('html')));
    const prints = JSON.parse(diffFormats.codequality(many)).map(
      (each: { fingerprint: string }) => each.fingerprint,
    );
    assert.equal(new Set(prints).size, prints.length);
    assert.equal(diffFormats.github(many).match(/^::error/gm)?.length, 10);
    const same = [
      named('x', folders),
      named('x', () => trees([difference('mode', 'usr/bin/b', { section: 'files' })])),
    ];
    const found = JSON.parse(diffFormats.codequality(same)) as { fingerprint: string }[];
    assert.equal(new Set(found.map((each) => each.fingerprint)).size, 3);
  });
});
