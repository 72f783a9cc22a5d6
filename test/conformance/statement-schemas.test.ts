/**
 * What is stated, parsed strictly by the messages that the in-toto project publishes for a Statement v1 and for SLSA provenance v1 (Python's in-toto-attestation, 0.9.3).
 * WOLFI_REPRO_IN_TOTO names an `in-toto-verify` whose own Python may have it.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { it } from 'node:test';
import { emitBundle } from '../../src/attest/envelopes/write-documents.ts';
import { provenanceStatement } from '../../src/attest/statements/provenance.ts';
import { statementSubject } from '../../src/attest/statements/statement-subject.ts';
import { usualBuilderId } from '../../src/attest/statements/uris.ts';
import { verdictStatement } from '../../src/attest/statements/verdict-statement.ts';
import type { StatedPackage } from '../../src/verdict/stated.ts';
import { made, rebuilder, sameBytes } from '../support/attestations.ts';
import { skipUnless } from '../support/lab.ts';
import { everything, hostile } from '../support/runs.ts';

/** Reads statements, one a line, and says of each whether every member of it is one of the messages. */
const judge = `
import json, sys
from google.protobuf.json_format import ParseDict
from in_toto_attestation.predicates.provenance.v1.provenance_pb2 import Provenance
from in_toto_attestation.v1.statement_pb2 import Statement
for line in sys.stdin:
    data = json.loads(line)
    try:
        ParseDict(data, Statement())
        if data['predicateType'].startswith('https://slsa.dev/provenance/'):
            ParseDict(data['predicate'], Provenance())
        print('fits')
    except Exception as failure:
        print(str(failure).replace('\\n', ' '))
`;

const inToto = process.env['WOLFI_REPRO_IN_TOTO'] ?? '';
const python = join(dirname(inToto), 'python');
const lacksMessages = (): string | false =>
  skipUnless(
    spawnSync(python, ['-c', 'import in_toto_attestation'], { stdio: 'ignore' }).status === 0,
    'the Python of WOLFI_REPRO_IN_TOTO lacks in-toto-attestation',
  );
const skip = skipUnless(inToto, 'no in-toto-verify at hand (WOLFI_REPRO_IN_TOTO=FILE)') || lacksMessages();

function judged(statements: readonly unknown[]): string[] {
  const input = statements.map((each) => `${JSON.stringify(each)}\n`).join('');
  const { stdout, stderr } = spawnSync(python, ['-c', judge], { input, encoding: 'utf8' });
  assert.equal(stderr, '');
  return stdout.trimEnd().split('\n');
}

function payloadOf(bundle: string): unknown {
  return JSON.parse(Buffer.from(JSON.parse(bundle).dsseEnvelope.payload, 'base64').toString());
}

const provenanceOf = (result: StatedPackage) =>
  provenanceStatement(result, statementSubject(result)!, made, usualBuilderId);

it('every statement is one of the published messages, whatever a package says', { skip }, async () => {
  const results = [...everything().packages, ...hostile().packages].filter(
    ({ subject }) => subject !== undefined,
  );
  const verdicts = results.map((each) => verdictStatement(each, statementSubject(each)!, made));
  const provenances = results.map(provenanceOf).filter((each) => each !== undefined);
  assert.ok(verdicts.length > 20 && provenances.length > 2);
  const { signer } = rebuilder('one');
  const bundles = await Promise.all([...verdicts, ...provenances].map((each) => emitBundle(each, signer)));
  const said = judged(bundles.map(payloadOf));
  assert.deepEqual(new Set(said), new Set(['fits']));
});

it('a statement with a member that the messages do not have is refused by them', { skip }, () => {
  const whole = provenanceOf(sameBytes())!;
  const { predicate } = whole;
  const odd = { odd: 1 };
  const wrong = [
    { ...whole, ...odd },
    { ...whole, subject: [{ ...whole.subject[0], ...odd }] },
    { ...whole, predicate: { ...predicate, ...odd } },
    { ...whole, predicate: { ...predicate, buildDefinition: { ...predicate.buildDefinition, ...odd } } },
    { ...whole, predicate: { ...predicate, runDetails: { ...predicate.runDetails, ...odd } } },
    { ...whole, predicate: { ...predicate, runDetails: { builder: { id: 3 } } } },
  ];
  const said = judged([whole, ...wrong]);
  assert.equal(said.shift(), 'fits');
  assert.ok(!said.includes('fits'), said.join('\n'));
});
