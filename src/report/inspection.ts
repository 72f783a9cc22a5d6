/** Inspections as text and JSON. */

import { counted } from '../bytes.ts';
import { claimFindingTitles } from '../claim/findings.ts';
import type { Failure } from '../failure.ts';
import { pathChangeText } from '../inference/production/record-findings.ts';
import type { PathWitness } from '../inference/production/witness.ts';
import type {
  InspectedClaim,
  InspectedEntry,
  InspectedPackage,
  InspectedSbom,
  InspectedSection,
  Inspection,
} from '../inspect.ts';
import { addAll } from '../lists.ts';
import { boundedValue, show } from './bounds.ts';
import { renderValue, toolValue } from './json-report.ts';
import type { ReportContext } from './report-context.ts';
import { sbomDifferenceLines } from './sbom-lines.ts';
import { plainStyle, type Style } from './style.ts';
import { takenText } from './words.ts';

export function renderInspectionJson(
  inspections: readonly Inspection[],
  context: ReportContext = {},
): string {
  return renderValue({
    schema: 'wolfi-repro/inspection/1',
    tool: toolValue(context),
    packages: inspections.map(({ failure, ...rest }) =>
      boundedValue({ ...rest, ...(failure === undefined ? {} : { failure: failureValue(failure) }) }),
    ),
  });
}

function failureValue({ code, message, expected, got }: Failure) {
  return { code, message, expected, got };
}

/** @param withEntries lists every entry instead of counting them */
export function renderInspectionText(
  inspections: readonly Inspection[],
  style: Style = plainStyle,
  withEntries = false,
): string {
  return `${inspections.map((each) => renderOne(each, style, withEntries)).join('\n\n')}\n`;
}

function renderOne(
  { file, taken, package: read, chain, claim, sbom, findings, failure }: Inspection,
  style: Style,
  withEntries: boolean,
): string {
  const lines = [style.strong(shown(file))];
  if (taken !== undefined) lines.push(row('taken', takenText(taken)));
  if (read !== undefined) addAll(lines, packageLines(read, withEntries));
  for (const { link, state, detail } of chain) {
    const colour = state === 'verified' ? style.good : state === 'broken' ? style.bad : style.warn;
    lines.push(row(link, `${colour(state)}: ${shown(detail)}`));
  }
  if (claim !== undefined) addAll(lines, claimLines(claim));
  if (sbom !== undefined) addAll(lines, sbomLines(sbom));
  for (const { kind, detail } of findings)
    lines.push(row('finding', `${claimFindingTitles[kind]}: ${shown(detail)}`));
  if (failure !== undefined) lines.push(row(failure.code, style.bad(shown(failure.message))));
  return lines.join('\n');
}

/** Limits of lines of `.PKGINFO`, findings, characters of a value and attributes of an entry: more than a package for people has. */
const most = { rows: 1000, characters: 2000, attributes: 100 };

function boundedRows(label: string, values: readonly string[]): string[] {
  const rows = values.slice(0, most.rows).map((value) => row(label, shown(value)));
  const more = values.length - rows.length;
  return more > 0 ? [...rows, row(label, `… and ${more} more`)] : rows;
}

function shown(text: string): string {
  return show(text, most.characters);
}

function row(label: string, value: string): string {
  return `  ${label.padEnd(17)} ${value}`;
}

function packageLines(read: InspectedPackage, withEntries: boolean): string[] {
  const lines = [
    row('file', `${read.size} bytes, sha256 ${read.sha256}`),
    row('index checksum', read.checksum),
    ...read.sections.flatMap((section) => sectionLines(section, withEntries)),
  ];
  const signature = read.signatures.map(
    ({ algorithm, keyName, bytes }) => `${algorithm}, ${bytes} bytes, ${shown(keyName)}`,
  );
  if (signature.length > 0) lines.push(row('signature', signature.join('; ')));
  const pkginfo = read.pkginfo.map((line) =>
    line.kind === 'field' ? `${line.key} = ${line.value}` : line.text,
  );
  addAll(lines, boundedRows('.PKGINFO', pkginfo));
  return lines;
}

function sectionLines(section: InspectedSection, withEntries: boolean): string[] {
  const { name, start, end, gzip, entries, tarBytes, zeroBlocks, sha256 } = section;
  const framing = `gzip mtime ${gzip.mtime}, os ${gzip.os}`;
  const head = row(
    name,
    `bytes ${start} to ${end}, sha256 ${sha256}, ${framing}, tar of ${tarBytes} bytes, ${counted(entries.length, 'entry', 'entries')}, ${counted(zeroBlocks, 'zero block')} at the end`,
  );
  return withEntries ? [head, ...entries.map((entry) => `    ${entryText(entry)}`)] : [head];
}

function entryText(entry: InspectedEntry): string {
  const { type, mode, owner, ownerNames, size, path, link, device, xattrs } = entry;
  const target = link === undefined ? '' : ` -> ${shown(link)}`;
  const more = xattrs.length - most.attributes;
  const attributes = xattrs
    .slice(0, most.attributes)
    .map(({ name, value }) => ` ${shown(name)}=${shown(value)}`)
    .concat(more > 0 ? ` … and ${more} more` : [])
    .join('');
  const numbers = device === undefined ? '' : ` device ${device}`;
  return `${type} ${mode} ${owner} (${shown(ownerNames)}) ${String(size).padStart(9)} ${shown(path)}${target}${numbers}${attributes}`;
}

function claimLines(claim: InspectedClaim): string[] {
  const { recipeFile, subpackages, environment } = claim;
  return [
    row('origin', shown([claim.origin, ...subpackages].join(', '))),
    row(
      'recipe',
      `sha256 ${claim.recipeSha256}, ${counted(claim.steps, 'step')}, ${counted(environment.length, 'package')} in its environment`,
    ),
    row('recipe file', shown(`${recipeFile.repository} ${recipeFile.path} at ${recipeFile.commit}`)),
    row(
      'builder',
      `melange ${shown(claim.melange)}, SBOM by ${claim.sbomGenerator}, file system ${claim.directorySize}, owner ${claim.owner}`,
    ),
    row('clock', claim.clock === undefined ? 'none' : String(claim.clock)),
    row('namespace', shown(claim.namespace)),
  ];
}

function sbomLines({ paths, regenerated }: InspectedSbom): string[] {
  const lines = regenerated.state === 'different' ? sbomDifferenceLines(regenerated.differences) : [];
  return [
    ...(paths.state === 'no-record' ? [] : [row('paths in SBOM', pathsText(paths))]),
    row('SBOM regenerated', regeneratedText(regenerated)),
    ...boundedRows('', lines),
  ];
}

function regeneratedText(regenerated: InspectedSbom['regenerated']): string {
  const { state } = regenerated;
  if (state === 'not-possible') return `${state}: ${shown(regenerated.why)}`;
  if (state === 'different' || regenerated.under === undefined) return state;
  return `${state}, by the rules of melange ${regenerated.under}`;
}

function pathsText(witness: Exclude<PathWitness, { state: 'no-record' }>): string {
  const { state, id } = witness;
  if (state === 'paths-match') return `verified: ${witness.paths} paths give the id ${id}`;
  if (state === 'unknown')
    return `no statement: the id ${id} was made by a generator or record that this version does not know`;
  return `broken: ${shown(pathChangeText(witness))} gives the id ${id}`;
}
