import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { failureClasses } from '../src/failure.ts';
import { nextSteps, verdictTitles } from '../src/report/words.ts';
import { root } from './support/lab.ts';

describe('the documentation', () => {
  const verdicts = readFileSync(join(root, 'docs/verdicts.md'), 'utf8');
  const headings = [...verdicts.matchAll(/^#{2,3} (\S+)$/gm)].map((match) => match[1]);

  it('has a section for every verdict and every reason, and for nothing else', () => {
    assert.deepEqual(new Set(headings), new Set([...Object.keys(verdictTitles), ...Object.keys(nextSteps)]));
    assert.equal(headings.length, new Set(headings).size);
  });

  it('knows a next step for every failure that is a verdict', () => {
    const codes = Object.entries(failureClasses).filter(
      ([, kind]) => kind !== 'usage' && kind !== 'internal',
    );
    for (const [code] of codes) assert.ok(code in nextSteps, code);
  });

  it('shows in the README what the program prints, as the transcripts hold it', () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const [, command, printed] = /^\$ (wolfi-repro verify [^\n]+)\n\n(reproduced .*?)```/ms.exec(readme)!;
    const transcript = readFileSync(join(root, 'test/cli/transcripts/verify.md'), 'utf8');
    assert.ok(transcript.includes(`$ ${command}\n${printed}--- exit code 0`));
  });

  it('links only to files that are there', () => {
    const pages = [
      'README.md',
      'CONTRIBUTING.md',
      'SECURITY.md',
      ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.md'))
        .map((name) => `docs/${name}`),
    ];
    for (const page of pages) {
      const links = [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)/g)].map(
        (match) => match[1]!,
      );
      for (const link of links)
        assert.ok(existsSync(join(root, page, '..', link)), `${page} links to ${link}`);
    }
  });
});
