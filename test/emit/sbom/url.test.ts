import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeBytes } from '../../../src/bytes.ts';
import { parseRepositoryUrl } from '../../../src/emit/sbom/url.ts';
import { anyText } from '../../support/text.ts';

/** Recorded from Go's `url.Parse`: scheme, host and path. */
const recorded: Readonly<Record<string, readonly [string, string, string] | undefined>> = {
  'https://github.com/o/r.git': ['https', 'github.com', '/o/r.git'],
  'ssh://git@github.com/o/r': ['ssh', 'github.com', '/o/r'],
  'https://u@v:p@h': ['https', 'h', ''],
  'https://github.com:443/o/r': ['https', 'github.com:443', '/o/r'],
  'HTTPS://H/%41%ff?q#f': ['https', 'H', decodeBytes(Uint8Array.of(0x2f, 0x41, 0xff))],
  '//h/p': ['', 'h', '/p'],
  '///h/p': ['', '', '///h/p'],
  'h/p': ['', '', 'h/p'],
  'git:o/r': ['git', '', ''],
  '': ['', '', ''],
  'git@github.com:o/r': undefined,
  'https://h/%zz': undefined,
  'https://h/a\tb': undefined,
  ':x': undefined,
};

test('the URL of a repository is split as Go splits it', () => {
  for (const [text, expected] of Object.entries(recorded)) {
    const url = parseRepositoryUrl(text);
    assert.deepEqual(url && [url.scheme, url.host, url.path], expected, text);
  }
});

test('no text makes the splitting fail', () => {
  fc.assert(fc.property(anyText(), (text) => void parseRepositoryUrl(text)));
});
