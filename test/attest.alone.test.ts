import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { attest } from '../src/attest.ts';
import { Failure } from '../src/failure.ts';
import type { StatedPackage } from '../src/verdict/stated.ts';
import { made, otherBytes, published, rebuilder, sameBytes } from './support/attestations.ts';
import { temporaryFolder } from './support/folder.ts';
import { about, buildFailed, cause, difference, digest, notReproduced } from './support/results.ts';
import { everything, hostile } from './support/runs.ts';
import { schemaValidator } from './support/schemas.ts';

const alpha = rebuilder('alpha');

async function written(test: TestContext, packages: readonly StatedPackage[], details = {}) {
  const directory = temporaryFolder(test);
  const { unattested } = await attest(packages, { ...made, signer: alpha.signer, directory, ...details });
  const names = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return {
    unattested,
    files: names.map((path) => ({
      path: path.slice(directory.length + 1),
      text: readFileSync(path, 'utf8'),
    })),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: the schema is what says what it is
function payloadOf(text: string): any {
  const { dsseEnvelope } = JSON.parse(text) as { dsseEnvelope: { payload: string } };
  return JSON.parse(Buffer.from(dsseEnvelope.payload, 'base64').toString());
}

describe('statements', () => {
  it('are written of every verdict, and fit the schema, whatever a package says', async (test) => {
    const validate = schemaValidator('attestation-1');
    const verdicts = new Set<string>();
    for (const result of [...everything().packages, ...hostile().packages]) {
      const { files, unattested } = await written(test, [result]);
      assert.equal(files.length === 0, result.subject === undefined);
      assert.equal(unattested.length, result.subject === undefined ? 1 : 0);
      for (const { text } of files.filter(({ path }) => path.endsWith('.verdict.json'))) {
        const { kind } = result.verdict;
        assert.ok(validate(payloadOf(text)), JSON.stringify(validate.errors));
        assert.equal(payloadOf(text).predicate.finding.verdict, kind);
        verdicts.add(kind);
      }
      assert.equal(
        files.some(({ path }) => path.endsWith('.link')),
        result.verdict.kind === 'reproduced',
      );
    }
    assert.equal(verdicts.size, 6);
  });

  it('are the same bytes for the same result, key and time, and the finding the same at any time', async (test) => {
    const [first, again] = [await written(test, [otherBytes()]), await written(test, [otherBytes()])];
    assert.deepEqual(first.files, again.files);
    const later = await written(test, [otherBytes()], { time: made.time + 1 });
    const findings = [first, later].map(({ files }) =>
      payloadOf(files.find(({ path }) => path.endsWith('verdict.json'))!.text),
    );
    assert.notEqual(findings[0].predicate.time, findings[1].predicate.time);
    assert.deepEqual(findings[0].predicate.finding, findings[1].predicate.finding);
    assert.doesNotMatch(JSON.stringify(findings[0].predicate.finding), /\d\d:\d\d:\d\d/);
  });

  it('have names that a path can have, with the id of the key, and a folder of their own for different files of one name', async (test) => {
    const one = { ...sameBytes(), file: 'a' };
    const named = (name: string, version: string, architecture: string) => ({
      ...one,
      subject: { ...one.subject!, name, version, architecture },
    });
    const { files } = await written(test, [named('../../x', '1.0-r0', 'x86_64')]);
    const id = /^x86_64\/sha256-[0-9a-f]{64}\.apk\.([0-9a-f]{8})\.provenance\.json$/.exec(
      files.map(({ path }) => path).sort()[1]!,
    )![1];
    assert.deepEqual(
      files.map(({ path }) => path).sort(),
      [
        `x86_64/rebuild sha256-${published}.apk.${id}.link`,
        `x86_64/sha256-${published}.apk.${id}.provenance.json`,
        `x86_64/sha256-${published}.apk.${id}.verdict.json`,
      ].sort(),
    );
    for (const result of [
      named('a'.repeat(120), '1'.repeat(120), 'x86_64'),
      named('a', '1', '../x'),
      named('', '', ''),
    ])
      assert.ok((await written(test, [result])).files.every(({ path }) => !path.includes('..')));
    const both = await written(test, [sameBytes(digest('one')), sameBytes(digest('two'))]);
    assert.equal(both.files.length, 6);
    assert.ok(both.files.every(({ path }) => path.startsWith(`x86_64/sha256-`)));
  });

  it('hold no half of a character, which parsers of others refuse', async (test) => {
    // The cut falls between the halves of a pair.
    const caveats = ['\ud800 \udcff', `${'x'.repeat(999)}\u{1f600}`];
    const { files } = await written(test, [{ ...sameBytes(), caveats }]);
    const text = files.find(({ path }) => path.endsWith('.verdict.json'))!.text;
    assert.deepEqual(payloadOf(text).predicate.finding.caveats, [
      '\\ud800 \\xff',
      `${'x'.repeat(999)}\\ud83d`,
    ]);
  });

  it('are refused where results disagree, or one contradicts itself', async (test) => {
    const other = otherBytes();
    for (const packages of [
      [sameBytes(), other],
      [{ ...other, subject: { ...other.subject!, sha256: digest('else') } }],
    ])
      await assert.rejects(
        written(test, packages),
        (failure) => failure instanceof Failure && failure.code === 'usage',
      );
    assert.equal((await written(test, [sameBytes(), sameBytes()])).files.length, 3);
  });

  it('say what differs by kind, what the rebuild gave, and what weakens it', async (test) => {
    const causes = [
      cause('timestamp', { confidence: 'possible' }),
      cause('timestamp', { confidence: 'certain' }),
      cause('hostname'),
    ];
    const result = notReproduced([difference('content', 'usr/bin/x', { causes })]);
    const { files } = await written(test, [
      {
        ...about(result, { sha256: published }),
        caveats: ['x'.repeat(5000), ...Array<string>(40).fill('y')],
        sandbox: 'chroot',
      },
    ]);
    const { finding } = payloadOf(files.find(({ path }) => path.endsWith('verdict.json'))!.text).predicate;
    assert.deepEqual(finding.causes, [
      { kind: 'hostname', confidence: 'likely' },
      { kind: 'timestamp', confidence: 'certain' },
    ]);
    assert.deepEqual(finding.rebuilt, { sha256: digest('rebuilt'), size: 5129 });
    assert.deepEqual(
      [finding.caveats.length, finding.caveats[0].length, finding.caveatsCount],
      [32, 1000, 41],
    );
    assert.equal(finding.sandbox, 'chroot');
  });
});

describe('the provenance of a rebuild', () => {
  it('is of the file that was rebuilt, lists what went in, and names the builder that was given', async (test) => {
    const { files } = await written(test, [otherBytes()], { builderId: 'https://example.org/builder' });
    const { subject, predicate } = payloadOf(
      files.find(({ path }) => path.endsWith('provenance.json'))!.text,
    );
    assert.deepEqual(subject, [{ name: 'nr-wallclock-1.0.0-r0.apk', digest: { sha256: digest('rebuilt') } }]);
    const { buildDefinition, runDetails } = predicate;
    assert.equal(buildDefinition.externalParameters.published.digest.sha256, published);
    assert.equal(runDetails.builder.id, 'https://example.org/builder');
    const { plan } = otherBytes().plan!;
    assert.ok(plan.environment.kind === 'recorded');
    const names = buildDefinition.resolvedDependencies.map(
      ({ name, uri }: Record<string, string>) => name ?? uri,
    );
    assert.ok(names.includes('recipe'));
    for (const each of plan.environment.packages)
      assert.ok(names.includes(`environment/${each.name}-${each.version}.apk`));
    for (const each of buildDefinition.resolvedDependencies) assert.equal(Object.keys(each.digest).length, 1);
  });

  it('is not written where nothing was rebuilt', async (test) => {
    const { files } = await written(test, [buildFailed()]);
    assert.deepEqual(
      files.map(({ path }) => path.endsWith('verdict.json')),
      [true],
    );
  });
});
