import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import type { Ajv } from 'ajv';
import AjvDraft04 from 'ajv-draft-04';
import { renderDiffSarif, renderSarif } from '../../src/report/sarif-report.ts';
import type { RunResult } from '../../src/verdict/result.ts';
import { runResult } from '../../src/verdict/result.ts';
import { manyFiles, packages, same, worst } from '../support/diff-results.ts';
import { sarifSchema } from '../support/packages.ts';
import { cause, difference, inconclusive, notJudged, notReproduced, reproduced } from '../support/results.ts';
import { everything, hostile, hostileStrings, manyDifferences, unlikeDifferences } from '../support/runs.ts';

interface SarifResult {
  readonly ruleId: string;
  readonly occurrenceCount?: number;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly partialFingerprints: Readonly<Record<string, string>>;
  readonly locations: readonly {
    readonly physicalLocation: {
      readonly artifactLocation: { readonly uri: string; readonly index: number };
    };
    readonly logicalLocations?: readonly { readonly fullyQualifiedName: string }[];
  }[];
}

type SarifText = Readonly<Record<'text', string>>;

interface SarifRule {
  readonly id: string;
  readonly shortDescription: SarifText;
  readonly fullDescription: SarifText;
  readonly help: SarifText;
}

interface SarifRun {
  readonly tool: { readonly driver: { readonly rules: readonly SarifRule[] } };
  readonly artifacts: readonly { readonly location: { readonly uri: string } }[];
  readonly invocations: readonly {
    readonly executionSuccessful: boolean;
    readonly exitCode: number;
    readonly toolExecutionNotifications: readonly { readonly level: string }[];
  }[];
  readonly results: readonly SarifResult[];
}

function runOf(result: RunResult): SarifRun {
  return (JSON.parse(renderSarif(result)) as { runs: SarifRun[] }).runs[0]!;
}

describe('results as SARIF', () => {
  let judge: { validate: (value: unknown) => boolean; errors: () => string };
  before(() => {
    // The schema of the standard has a pattern that is none with the flag `u`, and formats that ajv does not bring along.
    const options = { strict: false, unicodeRegExp: false, validateFormats: false, logger: false } as const;
    const ajv = new (AjvDraft04 as unknown as typeof Ajv)(options);
    const validate = ajv.compile(sarifSchema());
    judge = { validate: (value) => validate(value) === true, errors: () => JSON.stringify(validate.errors) };
  });

  const results = {
    everything,
    hostile,
    'ten thousand differences': () => manyDifferences(10_000),
    'the same file twice': () => runResult([reproduced(), reproduced()]),
    nothing: () => runResult([]),
  };
  for (const [name, make] of Object.entries(results)) {
    it(`fit the schema of the standard: ${name}`, () => {
      assert.ok(judge.validate(JSON.parse(renderSarif(make()))), judge.errors());
    });
  }

  for (const [name, make] of Object.entries({ same, packages, worst, manyFiles })) {
    it(`fit the schema for two sides by themselves: ${name}`, () => {
      assert.ok(judge.validate(JSON.parse(renderDiffSarif([make()]))), judge.errors());
    });
  }

  it('do not fit it when a level is not one of the standard', () => {
    const value = JSON.parse(renderSarif(everything())) as { runs: { results: { level: string }[] }[] };
    value.runs[0]!.results[0]!.level = 'fatal';
    assert.ok(!judge.validate(value));
  });

  it('refer to rules and artifacts that exist', () => {
    for (const result of [everything(), hostile()]) {
      const { tool, artifacts, results: found } = runOf(result);
      for (const { ruleId, ruleIndex, locations } of found) {
        assert.equal(tool.driver.rules[ruleIndex]?.id, ruleId);
        const { uri, index } = locations[0]!.physicalLocation.artifactLocation;
        assert.equal(artifacts[index]?.location.uri, uri);
      }
    }
  });

  it('describe every rule as GitHub wants it', () => {
    for (const rule of runOf(everything()).tool.driver.rules) {
      for (const member of ['shortDescription', 'fullDescription', 'help'] as const) {
        assert.ok(rule[member].text.length > 10, `${rule.id} ${member}`);
      }
    }
  });

  it('report a defect of the program as a notification, not as a result', () => {
    const run = runOf(runResult([reproduced(), notJudged()]));
    assert.deepEqual(run.results, []);
    const [invocation] = run.invocations;
    assert.deepEqual([invocation!.executionSuccessful, invocation!.exitCode], [false, 70]);
    assert.deepEqual(
      invocation!.toolExecutionNotifications.map(({ level }) => level),
      ['error'],
    );
  });

  it('have no result for a reproduced package', () => {
    assert.deepEqual(runOf(runResult([reproduced()])).results, []);
  });

  it('identify the same difference alike in a different folder, and a different one differently', () => {
    const prints = (folder: string, path: string) =>
      runOf(runResult([notReproduced([difference('mode', path)], `${folder}/a.apk`)])).results.map(
        ({ partialFingerprints }) => partialFingerprints['wolfiRepro/v2'],
      );
    assert.deepEqual(prints('one', 'x'), prints('two', 'x'));
    assert.notEqual(prints('one', 'x')[1], prints('one', 'y')[1]);
  });

  it('give addresses that are well-formed whatever a file is called', () => {
    for (const { location } of runOf(hostile()).artifacts) {
      assert.match(location.uri, /^[A-Za-z0-9\-._~!*'()%/]*$/);
      decodeURI(location.uri);
    }
    assert.equal(
      runOf(runResult([reproduced('/a b/c:d.apk')])).artifacts[0]?.location.uri,
      'file:///a%20b/c%3Ad.apk',
    );
  });

  it('have no links and no placeholders in messages', () => {
    const { results: found } = runOf(
      runResult([notReproduced([difference('mode', hostileStrings['sarif']!)])]),
    );
    const text = found.at(-1)!.message.text;
    assert.doesNotMatch(text, /(^|[^\\])\[/);
    assert.doesNotMatch(text.replaceAll(/\{\{\d+\}\}/g, ''), /\{\d+\}/);
  });

  it('say how many differences are not listed', () => {
    const { results: found, invocations } = runOf(unlikeDifferences(10_000));
    assert.equal(found.length, 2001);
    assert.equal(invocations[0]!.toolExecutionNotifications.length, 1);
  });

  it('are at most 5,000, the worst first, and the rest is counted', () => {
    const paths = Array.from({ length: 400 }, (_, at) =>
      difference('mode', `d${at}`, { published: `${at}` }),
    );
    const files = Array.from({ length: 14 }, (_, at) => notReproduced(paths, `${at}.apk`));
    const run = runOf(runResult([inconclusive(), ...files]));
    assert.equal(run.results.length, 5000);
    const order = ['error', 'warning', 'note'];
    const levels = run.results.map(({ level }) => order.indexOf(level));
    assert.deepEqual(
      levels,
      [...levels].sort((a, b) => a - b),
    );
    const notes = JSON.stringify(run.invocations[0]!.toolExecutionNotifications);
    assert.match(notes, /600 more differences/);
    assert.match(notes, /\d+ more results/);
  });

  it('have the version of the program and the addresses of its pages where they are known', () => {
    const context = { version: '1.2.3', docsUrl: 'https://a.example/blob/v1' };
    const text = renderSarif(everything(), context);
    assert.ok(judge.validate(JSON.parse(text)), judge.errors());
    const { driver } = (
      JSON.parse(text) as {
        runs: { tool: { driver: { semanticVersion: string; rules: { helpUri: string }[] } } }[];
      }
    ).runs[0]!.tool;
    assert.equal(driver.semanticVersion, '1.2.3');
    for (const { helpUri } of driver.rules)
      assert.match(helpUri, /^https:\/\/a\.example\/blob\/v1\/docs\/\w+\.md(#[\w-]+)?$/);
  });

  it('know a row of several differences by what it is, not by the path that comes first', () => {
    const rows = (...paths: readonly string[]) => {
      const named = { causes: [cause('timestamp')] };
      const all = paths.map((path) => difference('content', path, named));
      return runOf(runResult([notReproduced(all, 'a.apk')])).results.map(
        ({ partialFingerprints: each }) => each,
      );
    };
    assert.deepEqual(rows('a', 'b', 'c'), rows('b', 'c'));
    assert.notDeepEqual(rows('a'), rows('b'));
    const prints = runOf(everything()).results.map((each) => each.partialFingerprints['wolfiRepro/v2']);
    assert.equal(new Set(prints).size, prints.length);
    for (const each of rows('a', 'b')) assert.match(each['primaryLocationLineHash']!, /^[0-9a-f]{16}:1$/);
  });

  it('count differences of one shape, and no consequence', () => {
    const { results: found } = runOf(manyDifferences(10_000));
    const counts = found.slice(1).map(({ occurrenceCount = 1 }) => occurrenceCount);
    assert.deepEqual(
      counts.reduce((sum, count) => sum + count, 0),
      10_000,
    );
    assert.ok(found.length < 10);
    const all = runOf(everything()).results.filter(({ ruleId }) => ruleId.startsWith('difference/field'));
    assert.doesNotMatch(JSON.stringify(all), /datahash/);
  });
});
