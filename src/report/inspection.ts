/** Inspections as text and JSON. */

import type { Failure } from '../failure.ts';
import type { InspectedEntry, InspectedPackage, InspectedSection, Inspection } from '../inspect.ts';
import { boundedValue } from './bounds.ts';
import {
  chainFacts,
  claimFacts,
  entryTexts,
  failureFacts,
  fileFacts,
  findingFacts,
  type InspectedFact,
  inspectedName,
  pkginfoRows,
  sbomFacts,
  sectionTexts,
  signatureFacts,
  takenFacts,
} from './inspection-facts.ts';
import { renderValue, toolValue } from './json-report.ts';
import type { ReportContext } from './report-context.ts';
import { plainStyle, type Style } from './style.ts';

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

function renderOne(inspection: Inspection, style: Style, withEntries: boolean): string {
  const { package: read, claim, sbom } = inspection;
  const facts = (list: readonly InspectedFact[]) => list.map((fact) => factLine(fact, style));
  return [
    style.strong(inspectedName(inspection)),
    ...facts(takenFacts(inspection)),
    ...(read === undefined ? [] : packageLines(read, withEntries, facts)),
    ...facts(chainFacts(inspection)),
    ...facts(claim === undefined ? [] : claimFacts(claim)),
    ...facts(sbom === undefined ? [] : sbomFacts(sbom)),
    ...facts(findingFacts(inspection)),
    ...facts(failureFacts(inspection)),
  ].join('\n');
}

function factLine({ label, value, judged }: InspectedFact, style: Style): string {
  if (judged === undefined) return row(label, value);
  const words = style[judged.tone](judged.words);
  return row(label, value === '' ? words : `${words}: ${value}`);
}

function row(label: string, value: string): string {
  return `  ${label.padEnd(17)} ${value}`;
}

function packageLines(
  read: InspectedPackage,
  withEntries: boolean,
  facts: (list: readonly InspectedFact[]) => string[],
): string[] {
  return [
    ...facts(fileFacts(read)),
    ...read.sections.flatMap((section) => sectionLines(section, withEntries)),
    ...facts(signatureFacts(read)),
    ...pkginfoRows(read).map((line) => row('.PKGINFO', line.join(' = '))),
  ];
}

function sectionLines(section: InspectedSection, withEntries: boolean): string[] {
  const head = row(section.name, Object.values(sectionTexts(section)).join(', '));
  return withEntries ? [head, ...section.entries.map((entry) => `    ${entryText(entry)}`)] : [head];
}

function entryText(entry: InspectedEntry): string {
  const { type, mode, owner, size, path, link, device, attributes } = entryTexts(entry);
  const target = link === undefined ? '' : ` -> ${link}`;
  const numbers = device === undefined ? '' : ` device ${device}`;
  return `${type} ${mode} ${owner} ${size.padStart(9)} ${path}${target}${numbers}${attributes.map((each) => ` ${each}`).join('')}`;
}
