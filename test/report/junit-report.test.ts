import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { renderDiffJunit, renderJunit } from '../../src/report/junit-report.ts';
import type { PackageResult, RunResult } from '../../src/verdict/result.ts';
import { runResult } from '../../src/verdict/result.ts';
import { manyFiles, packages, same, worst } from '../support/diff-results.ts';
import { junitSchemas } from '../support/packages.ts';
import { everything, hostile, hostileStrings, manyDifferences } from '../support/runs.ts';

/** Fails unless every dialect accepts it. */
function judge(report: string): void {
  const document = XmlDocument.fromString(report);
  try {
    for (const text of junitSchemas()) {
      const schema = XmlDocument.fromString(text);
      const validator = XsdValidator.fromDoc(schema);
      try {
        validator.validate(document);
      } finally {
        validator.dispose();
        schema.dispose();
      }
    }
  } finally {
    document.dispose();
  }
}

function attributesOf(text: string, path: string): string[] {
  const document = XmlDocument.fromString(text);
  try {
    return document.find(path).map((node) => node.content);
  } finally {
    document.dispose();
  }
}

describe('results as JUnit XML', () => {
  const results: Readonly<Record<string, () => RunResult>> = {
    everything,
    hostile,
    'ten thousand differences': () => manyDifferences(10_000),
    nothing: () => runResult([]),
  };
  for (const [name, make] of Object.entries({ same, packages, worst, manyFiles })) {
    it(`fit the schemas for two sides by themselves: ${name}`, () => {
      const report = renderDiffJunit([make()]);
      judge(report);
      assert.deepEqual(attributesOf(report, '//testsuite/@failures'), [name === 'same' ? '0' : '1']);
    });
  }
  for (const [name, make] of Object.entries(results)) {
    it(`fit the schemas of Ant and of Jenkins: ${name}`, () => {
      judge(renderJunit(make()));
    });
  }

  it('do not fit them with an attribute that one of them forbids', () => {
    const text = renderJunit(everything()).replace('<testsuites>', '<testsuites tests="5">');
    assert.throws(() => judge(text));
  });

  it('count a package that differs as a failure and one without a statement as an error', () => {
    const text = renderJunit(everything());
    const count = (name: string) => attributesOf(text, `/testsuites/testsuite/@${name}`)[0];
    assert.deepEqual(['tests', 'failures', 'errors'].map(count), ['9', '3', '3']);
    assert.deepEqual(attributesOf(text, '//failure/@type'), [
      'not-reproduced/content',
      'rejected/datahash-mismatch',
      'not-reproduced/content',
    ]);
    assert.deepEqual(attributesOf(text, '//error/@type'), [
      'build-failed/step-failed',
      'inconclusive/environment-substituted',
      'internal/internal',
    ]);
  });

  it('say behind the cases which package, version and origin each is that is reproduced', () => {
    const run = everything();
    const isReproduced = ({ verdict }: PackageResult) => verdict.kind === 'reproduced';
    const [byName] = run.packages.filter(isReproduced);
    const { taken: _taken, ...asFile } = byName!;
    const text = renderJunit({ ...run, packages: [...run.packages, { ...asFile, file: 'a.apk' }] });
    judge(text);
    assert.deepEqual(attributesOf(text, '//system-out')[0]!.trimEnd().split('\n'), [
      'packages/hello-1.0-r0.apk: reproduced: hello 1.0-r0, origin hello-all, for x86_64, from ./repository',
      'a.apk: reproduced: nr-wallclock 1.0.0-r0, origin nr-wallclock, for x86_64',
    ]);
    const others = run.packages.filter((each) => !isReproduced(each));
    assert.deepEqual(attributesOf(renderJunit({ ...run, packages: others }), '//system-out'), ['']);
  });

  it('say behind the cases which pass without being reproduced, and why', () => {
    const [said] = attributesOf(renderJunit(everything()), '//system-err');
    assert.match(
      said!,
      /not reproduced but accepted \(content\) {2}packages\/accepted-1\.0-r0\.apk\n {2}package .*\n {2}accepted +by/,
    );
    assert.match(
      said!,
      /not reproduced as known \(content\) {2}packages\/known-1\.0-r0\.apk\n {2}package .*\n {2}baseline +as in/,
    );
  });

  it('keep the names of files', () => {
    const names = attributesOf(renderJunit(hostile()), '//testcase/@name');
    assert.ok(names.includes(hostileStrings['script']!));
    assert.ok(names.includes(hostileStrings['entity']!));
  });
});
