/** production's record of a package: made of the recipe, before there is a `.PKGINFO` with sizes and digests. */
import { type Recipe, fullVersion } from '../../../claim/recipe/recipe.ts';
import type { Format } from '../../../melange/format.ts';
import { packagePart } from '../../pkginfo.ts';
import { licenseExpression } from '../licenses.ts';
import { guessCpes, printCpe } from './cpe.ts';
import { declaredLicense } from './license.ts';
import { originCpe } from './origin-cpe.ts';
import { hashFiles, type TreePaths } from './paths.ts';
import type { SyftRecord } from './record.ts';
import type { RecordVariant } from './variant.ts';

/** The package that a record is about. */
export interface RecordSubject {
  readonly format: Format;
  readonly recipe: Recipe;
  /** The origin or one of its subpackages. */
  readonly name: string;
  /** apk's name of it: `x86_64`. */
  readonly architecture: string;
}

export function syftRecord(subject: RecordSubject, paths: TreePaths, variant: RecordVariant): SyftRecord {
  const { recipe, name, architecture } = subject;
  const part = packagePart(recipe, name)!;
  const { runtime, provides } = part.dependencies;
  return {
    name,
    version: fullVersion(recipe),
    architecture,
    origin: recipe.package.name,
    maintainer: '',
    url: variant.url === 'declared' ? part.url : '',
    description: variant.description === 'verbatim' ? part.description : part.description.replace(/\n+$/, ''),
    commit: part.commit,
    license: declaredLicense(licenseText(subject, variant)),
    dependencies: variant.dependencies === 'declared' ? runtime : [],
    provides: variant.provides === 'declared' ? provides : [],
    size: 0,
    installedSize: 0,
    checksum: '',
    location: '/.PKGINFO',
    files: hashFiles(paths, variant.emptyTree),
  };
}

function licenseText({ recipe, format }: RecordSubject, variant: RecordVariant): string {
  const licenses = recipe.package.copyright.map(({ license }) => license);
  switch (variant.license) {
    case 'joined':
      return licenses.join(' AND ');
    case 'identified':
      return licenseExpression(recipe, format);
    case 'last':
      return licenses.at(-1) ?? '';
  }
}

/** The CPEs in the record's element: the recipe's, the origin's, or syft's guesses. */
export function recordCpes({ recipe }: RecordSubject, record: SyftRecord, variant: RecordVariant): string[] {
  const { cpe } = recipe.package;
  if (variant.cpe === 'declared' && cpe.vendor !== '' && cpe.product !== '') {
    const { part, vendor, product, edition, language, other } = cpe;
    const { swEdition: softwareEdition, targetSw: targetSoftware, targetHw: targetHardware } = cpe;
    const named = { vendor, product, version: record.version, edition, language, softwareEdition };
    return [printCpe({ part: part === '' ? 'a' : part, ...named, targetSoftware, targetHardware, other })];
  }
  const byOrigin = variant.originTable === 'used' ? originCpe(record.origin, record.version) : undefined;
  return byOrigin === undefined ? guessCpes(record.name, record.version, record.url) : [printCpe(byOrigin)];
}
