/** production's record of a package: made of the recipe, before there is a `.PKGINFO` with sizes and digests. */
import { fullVersion, type Recipe } from '../../../claim/recipe/recipe.ts';
import { formOf, type RecordVariant, recordVariants } from '../../../claim/traits/record-variant.ts';
import type { SbomFormat } from '../../../melange/format.ts';
import { packagePart } from '../../emit-pkginfo.ts';
import { licenseExpression } from '../licenses.ts';
import { guessCpes, printCpe } from './cpe.ts';
import { type HashGeneration, hashDigits } from './hash.ts';
import { declaredLicense } from './license.ts';
import { originCpe } from './origin-cpe.ts';
import type { SyftRecord } from './syft-record.ts';
import { joinFiles, type TreePaths } from './tree-paths.ts';

/** The package that a record is about. */
export interface RecordSubject {
  readonly format: SbomFormat;
  readonly recipe: Recipe;
  /** The origin or one of its subpackages. */
  readonly name: string;
  /** apk's name of it: `x86_64`. */
  readonly architecture: string;
}

export function syftRecord(subject: RecordSubject, paths: TreePaths, variant: RecordVariant): SyftRecord {
  return recordMaker(subject, paths)(variant);
}

/** Makes the records of all variants; texts are looked into once. */
export function recordMaker(
  subject: RecordSubject,
  paths: TreePaths,
): (variant: RecordVariant) => SyftRecord {
  const { recipe, name, architecture } = subject;
  const part = packagePart(recipe, name)!;
  const { runtime, provides } = part.dependencies;
  const licenses = {
    joined: declaredLicense(licenseText(subject, 'joined')),
    identified: declaredLicense(licenseText(subject, 'identified')),
    last: declaredLicense(licenseText(subject, 'last')),
  };
  const descriptions = { verbatim: part.description, trimmed: withoutFinalNewlines(part.description) };
  return (variant) => ({
    name,
    version: fullVersion(recipe),
    architecture,
    origin: recipe.package.name,
    maintainer: '',
    url: variant.url === 'declared' ? part.url : '',
    description: descriptions[variant.description],
    commit: part.commit,
    license: licenses[variant.license],
    dependencies: variant.dependencies === 'declared' ? runtime : [],
    provides: variant.provides === 'declared' ? provides : [],
    size: 0,
    installedSize: 0,
    checksum: '',
    location: '/.PKGINFO',
    files: joinFiles(paths, variant.emptyTree),
  });
}

function withoutFinalNewlines(text: string): string {
  let end = text.length;
  while (text[end - 1] === '\n') end -= 1;
  return text.slice(0, end);
}

/** One record, hashed as the forms of its variants do. */
export interface VariantRecord {
  readonly record: SyftRecord;
  readonly generation: HashGeneration;
  /** All variants that give this record, in the order of the list. */
  readonly variants: readonly RecordVariant[];
}

/** Every record that the variants give of one package; equal records are one. */
export function distinctRecords(
  subject: RecordSubject,
  paths: TreePaths,
  variants: readonly RecordVariant[] = recordVariants,
): VariantRecord[] {
  const records = new Map<string, VariantRecord & { readonly variants: RecordVariant[] }>();
  const make = recordMaker(subject, paths);
  for (const variant of variants) {
    const record = make(variant);
    const generation = formOf(variant).hashGeneration;
    const key = recordKey(record, generation);
    const known = records.get(key);
    if (known === undefined) records.set(key, { record, generation, variants: [variant] });
    else known.variants.push(variant);
  }
  return [...records.values()];
}

/** A key of what variants of one package's record differ in: whether each list and text is present, shortened or absent. */
function recordKey(record: SyftRecord, generation: HashGeneration): string {
  const { dependencies, provides, url, description, license, files } = record;
  const lengths = [dependencies, provides, url, description].map(({ length }) => length);
  return JSON.stringify([...lengths, license?.expression, license?.value, hashDigits(files), generation]);
}

function licenseText({ recipe, format }: RecordSubject, answer: RecordVariant['license']): string {
  const licenses = recipe.package.copyright.map(({ license }) => license);
  switch (answer) {
    case 'joined':
      return licenses.join(' AND ');
    case 'identified':
      return licenseExpression(recipe, format);
    case 'last':
      return licenses.at(-1) ?? '';
  }
}

/** The CPEs in the record's element: the recipe's, the origin's, or syft's guesses where the form has any. */
export function recordCpes({ recipe }: RecordSubject, record: SyftRecord, variant: RecordVariant): string[] {
  const { cpe } = recipe.package;
  if (variant.cpe === 'declared' && cpe.vendor !== '' && cpe.product !== '') {
    const { part, vendor, product, edition, language, other } = cpe;
    const { swEdition: softwareEdition, targetSw: targetSoftware, targetHw: targetHardware } = cpe;
    const named = { vendor, product, version: record.version, edition, language, softwareEdition };
    return [printCpe({ part: part === '' ? 'a' : part, ...named, targetSoftware, targetHardware, other })];
  }
  const byOrigin = variant.originTable === 'used' ? originCpe(record.origin, record.version) : undefined;
  if (byOrigin !== undefined) return [printCpe(byOrigin)];
  return formOf(variant).guessesCpes ? guessCpes(record.name, record.version, record.url) : [];
}
