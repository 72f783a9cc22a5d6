/**
 * A licence as syft reads it and as its SPDX document prints it (syft v1.38.0 syft/license/license.go,
 * internal/spdxlicense, syft/format/common/spdxhelpers/license.go). Licences given by URL are not looked up.
 */

import { noAssertion } from '../document.ts';
import { isLicenseExpression } from '../license-expression.ts';
import { licenseIds } from '../license-ids.ts';
import type { LibraryExtractedLicense } from './production-document.ts';

export interface DeclaredLicense {
  /** An SPDX expression; empty where the text is not one. */
  readonly expression: string;
  /** The text itself. */
  readonly value: string;
}

/** Ids that the SPDX list has replaced, and by what; checked one by one against syft v1.38.0. */
const replacedIds: Readonly<Record<string, string>> = {
  'AGPL-1.0': 'AGPL-1.0-only',
  'AGPL-3.0': 'AGPL-3.0-only',
  'BSD-2-Clause-FreeBSD': 'BSD-2-Clause-Views',
  'BSD-2-Clause-NetBSD': 'BSD-2-Clause',
  'bzip2-1.0.5': 'bzip2-1.0.6',
  'GFDL-1.1': 'GFDL-1.1-only',
  'GFDL-1.2': 'GFDL-1.2-only',
  'GFDL-1.3': 'GFDL-1.3-only',
  'GPL-1.0': 'GPL-1.0-only',
  'GPL-1.0+': 'GPL-1.0-or-later',
  'GPL-2.0': 'GPL-2.0-only',
  'GPL-2.0+': 'GPL-2.0-or-later',
  'GPL-3.0': 'GPL-3.0-only',
  'GPL-3.0+': 'GPL-3.0-or-later',
  'LGPL-2.0': 'LGPL-2.0-only',
  'LGPL-2.0+': 'LGPL-2.0-or-later',
  'LGPL-2.1': 'LGPL-2.1-only',
  'LGPL-2.1+': 'LGPL-2.1-or-later',
  'LGPL-3.0': 'LGPL-3.0-only',
  'LGPL-3.0+': 'LGPL-3.0-or-later',
  'StandardML-NJ': 'SMLNJ',
};

/** The validator that stands for syft's: v1.38.0 has go-spdx v2.3.4. */
const validator = '2.3.5';

/** A licence as syft reads it; undefined where there is none. */
export function declaredLicense(text: string): DeclaredLicense | undefined {
  const value = text.trim();
  if (value === '') return undefined;
  const expression = knownIds().get(idKey(text)) ?? (isLicenseExpression(text, validator) ? text : '');
  return { expression, value };
}

/** `licenseDeclared` of an element. */
export function printedLicense(license: DeclaredLicense | undefined): string {
  if (license === undefined) return noAssertion;
  const { expression, value } = license;
  if (expression === '') {
    const id = value.startsWith('LicenseRef-') ? value : `LicenseRef-${value}`;
    return id.replace(/[^A-Za-z0-9.-]/gu, '-');
  }
  const compound = [' AND ', ' OR ', ' WITH '].some((operator) => expression.includes(operator));
  const bracketed = expression.startsWith('(') || expression.endsWith(')');
  return compound && !bracketed ? `(${expression})` : expression;
}

/** What syft's document says of a licence that SPDX does not know: its name, since production leaves texts out. */
export function extractedLicense(license: DeclaredLicense | undefined): LibraryExtractedLicense | undefined {
  if (license === undefined || license.expression !== '') return undefined;
  return { licenseId: printedLicense(license), extractedText: noAssertion, name: license.value };
}

let known: ReadonlyMap<string, string> | undefined;

/** The ids by `idKey`; the zeros that end a version may be left out (`AFL-2` is `AFL-2.0`). */
function knownIds(): ReadonlyMap<string, string> {
  known ??= new Map(
    licenseIds(validator)
      .map((id): [string, string] => [id, replacedIds[id] ?? id])
      .flatMap(([id, canonical]) => spellings(id).map((text): [string, string] => [idKey(text), canonical]))
      .reverse(),
  );
  return known;
}

function idKey(text: string): string {
  return text.toLowerCase().trim().replaceAll('-', '');
}

function spellings(id: string): string[] {
  const [, before = '', version = '', after = ''] = /^(\D.*?)(\d+(?:\.\d+)+)(.*)$/.exec(id) ?? [];
  const found = [id];
  for (let short = version; short.endsWith('.0'); ) {
    short = short.slice(0, -2);
    found.push(before + short + after);
  }
  return found;
}
