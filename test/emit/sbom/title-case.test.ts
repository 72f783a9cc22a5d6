import assert from 'node:assert/strict';
import { test } from 'node:test';
import { titleCase } from '../../../src/emit/sbom/title-case.ts';

/** Recorded from golang.org/x/text v0.40.0, `cases.Title(language.English)`. */
const recorded: Readonly<Record<string, string>> = {
  wolfi: 'Wolfi',
  'wolfi-dev': 'Wolfi-Dev',
  'x/y': 'X/Y',
  '~u': '~U',
  '1st-run': '1St-Run',
  NetworkManager: 'Networkmanager',
  'UPPER lower': 'Upper Lower',
  "a.b:c'd": "A.b:c'd",
  'a.:b': 'A.:B',
  a_b: 'A_b',
  "o''neil": "O''Neil",
  ß: 'Ss',
  élan: 'Élan',
  ǆ: 'ǅ',
  日本x: '日本X',
  '': '',
};

test('suppliers are in title case as x/text makes it', () => {
  for (const [text, expected] of Object.entries(recorded)) assert.equal(titleCase(text), expected);
});
