/** Licences of a package in its SBOM (melange pkg/config/config.go `LicenseExpression`, `LicensingInfos`). */

import { encodeBytes } from '../../bytes.ts';
import type { Copyright, Recipe } from '../../claim/recipe/recipe.ts';
import { sha256 } from '../../digest.ts';
import type { LicenseValidator, SbomFormat } from '../../melange/format.ts';
import type { SpdxExtractedLicense } from './document.ts';
import type { DocumentInput } from './input.ts';
import { LicenceFileMissing } from './licence-file-missing.ts';
import { isLicenseExpression } from './license-expression.ts';

/** The declared licence: all entries of `copyright`, joined without brackets. Empty where there are none. */
export function licenseExpression(recipe: Recipe, format: SbomFormat): string {
  return recipe.package.copyright.reduce((joined, { license }) => {
    const id = licenseId(license, format.sbom.licenses);
    return joined === '' ? id : joined + format.sbom.licenseJoin + id;
  }, '');
}

/**
 * A licence as it is printed. From v0.37.4 on, what the validator of that version does not accept as a whole
 * becomes one `LicenseRef-`, so `MIT AND Foo` is `LicenseRef-MIT-AND-Foo`.
 */
export function licenseId(license: string, validator: LicenseValidator): string {
  if (validator === 'none' || license === '' || isLicenseExpression(license, validator)) return license;
  const kept = license.replace(/[ _]/g, '-').replace(/[^A-Za-z0-9.-]/g, '');
  return `LicenseRef-${kept === '' ? sha256(encodeBytes(license)).slice(0, 16) : kept}`;
}

/**
 * Texts of licences that SPDX has no text for, in the published order; ids that the published order does not list follow in the
 * recipe's order. Undefined where there are none. Fails with `output-missing` where the workspace lacks a `license-path`.
 */
export function extractedLicenses(input: DocumentInput): readonly SpdxExtractedLicense[] | undefined {
  const texts = new Map<string, string>();
  for (const entry of input.recipe.package.copyright) {
    const id = licenseId(entry.license, input.format.sbom.licenses);
    const text = extractedText(id, entry, input);
    if (text !== undefined) texts.set(id, text);
  }
  if (texts.size === 0) return undefined;
  const order = [...new Set([...input.extractedOrder.filter((id) => texts.has(id)), ...texts.keys()])];
  return order.map((id) => ({ licenseId: id, extractedText: texts.get(id)! }));
}

/** The ids of the extracted licences alone, in the recipe's order. */
export function extractedIds(recipe: Recipe, format: SbomFormat): string[] {
  const { licenses } = format.sbom;
  const ids = recipe.package.copyright.flatMap(({ license, licensePath }) => {
    const id = licenseId(license, licenses);
    return licensePath !== '' || isExtractedId(id, licenses) ? [id] : [];
  });
  return [...new Set(ids)];
}

function isExtractedId(id: string, validator: LicenseValidator): boolean {
  return validator !== 'none' && id.startsWith('LicenseRef-');
}

function extractedText(id: string, entry: Copyright, input: DocumentInput): string | undefined {
  if (entry.licensePath !== '') {
    const text = input.licenseTexts.get(entry.licensePath);
    if (text === undefined) {
      throw new LicenceFileMissing(entry.licensePath);
    }
    return text;
  }
  if (!isExtractedId(id, input.format.sbom.licenses)) return undefined;
  return `Non-SPDX License: ${entry.license}`;
}
