import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { emulationCaveat, emulationOf, failureUnder } from '../../src/execute/processor/processor.ts';
import { Failure } from '../../src/failure.ts';
import { reportFormatNames as formats, type ReportFormat } from '../../src/report/format-names.ts';
import { reportFormats } from '../../src/report/formats.ts';
import { type PackageResult, runResult } from '../../src/verdict/result.ts';
import { verdictOfFailure } from '../../src/verdict/verdict.ts';
import { assertLinear } from '../support/linear.ts';
import {
  cause,
  difference,
  digest,
  notReproduced,
  packageResult,
  part,
  reproduced,
} from '../support/results.ts';
import { everything, hostile, manyDifferences } from '../support/runs.ts';

const mebibyte = 1024 * 1024;

/** Bytes and milliseconds for ten thousand differences; the time is some ten times what an idle machine takes. */
const budgets: Readonly<Record<ReportFormat, number>> = {
  text: 64 * 1024,
  json: 8 * mebibyte,
  jsonl: 4 * mebibyte,
  markdown: 64 * 1024,
  html: 2_000_000,
  sarif: 4 * mebibyte,
  junit: 64 * 1024,
  summary: 900_000,
  github: 16 * 1024,
  codequality: 16 * 1024,
};

/** What no report may hold but line feeds: controls, invisible formats, line separators, halves of pairs. */
const steering = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

function longStrings() {
  const long = `${'<&"\u001b'.repeat(mebibyte / 4)}\ud800`;
  const inside = [
    part('value', long, { published: long, rebuilt: long, note: long }),
    part('text', long, {
      lines: [
        {
          publishedStart: 1,
          rebuiltStart: 1,
          lines: [{ side: 'published', pieces: [{ text: long, changed: true }] }],
        },
      ],
    }),
    part('bytes', long, {
      windows: [
        { publishedOffset: 0, rebuiltOffset: 0, published: 'ff'.repeat(mebibyte), rebuilt: '', length: 1 },
      ],
    }),
  ];
  const details = {
    name: long,
    published: long,
    rebuilt: long,
    parts: inside,
    causes: [cause('unknown', { why: long })],
  };
  return runResult([notReproduced([difference('field', long, details)], long)]);
}

describe('every format', () => {
  it('has an ending of its own', () => {
    assert.equal(new Set(formats.map((format) => reportFormats[format].ending)).size, formats.length);
  });

  for (const format of formats) {
    const { render } = reportFormats[format];

    it(`gives the same bytes for the same result: ${format}`, () => {
      for (const make of [everything, hostile]) assert.equal(render(make()), render(make()));
    });

    it(`leaves nothing that controls a terminal or an editor: ${format}`, () => {
      const text = render(hostile());
      const found = steering.exec(text);
      assert.equal(
        found,
        null,
        found === null ? '' : JSON.stringify(text.slice(found.index - 40, found.index + 9)),
      );
    });

    it(`bounds ten thousand differences in size and time: ${format}`, () => {
      const size = Buffer.byteLength(render(manyDifferences(10_000)));
      assert.ok(size <= budgets[format], `${size} bytes`);
      const [few, many] = [manyDifferences(1250), manyDifferences(10_000)];
      assertLinear(1250, (count) => render(count === 1250 ? few : many));
    });

    it(`bounds what is said line by line: ${format}`, () => {
      const many = <V>(make: (at: number) => V) => Array.from({ length: 30_000 }, (_, at) => make(at));
      const result: PackageResult = {
        ...reproduced(),
        findings: many((at) => ({ kind: 'environment-refused' as const, detail: `finding ${at}` })),
      };
      const text = render(runResult([result]));
      assert.ok(Buffer.byteLength(text) < 5_000_000, `${Buffer.byteLength(text)} bytes`);
      if (text.includes('finding 0')) assert.match(text, /29800 more|"findingsCount":\s*30000/);
    });

    // JSON is the format that has all.
    if (format === 'json' || format === 'jsonl') continue;
    it(`cuts strings of a mebibyte: ${format}`, () => {
      assert.ok(render(longStrings()).length < 300_000);
    });
  }

  it('ends a text format with a newline', () => {
    for (const format of formats)
      assert.ok(reportFormats[format].render(everything()).endsWith('\n'), format);
  });
});

describe('every format', () => {
  const emulator = { program: 'qemu-aarch64-static', version: '7.2.22', sha256: digest('qemu') } as const;
  const processor = {
    kind: 'emulated',
    architecture: 'aarch64',
    registered: 'in-sandbox',
    emulator: { ...emulator, path: '/opt/qemu' },
  } as const;
  const emulation = emulationOf(processor)!;
  const failed = verdictOfFailure(failureUnder(processor, new Failure('step-failed', 'step 1 failed')))!;
  const results = {
    'what differs': { ...notReproduced([], 'x'), emulation, caveats: [emulationCaveat(emulation)] },
    'a step that failed': packageResult('x', failed, { emulation }),
  };
  for (const [what, result] of Object.entries(results)) {
    for (const [name, { render }] of Object.entries(reportFormats)) {
      it(`names the emulator of ${what}, its version and its digest: ${name}`, async () => {
        const text = await render(runResult([result]));
        for (const part of Object.values(emulator)) assert.ok(text.includes(part), part);
        assert.ok(!text.includes('/opt/qemu'));
      });
    }
  }
});
