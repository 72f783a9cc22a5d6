/** Inspections as tables, for formats that have them. */
import type { InspectedPackage, InspectedSection, Inspection } from '../inspect.ts';
import {
  chainFacts,
  claimFacts,
  entryTexts,
  failureFacts,
  fileFacts,
  findingFacts,
  type InspectedFact,
  pkginfoRows,
  sbomFacts,
  sectionTexts,
  signatureFacts,
  takenFacts,
} from './inspection-facts.ts';
import type { Tone } from './summary-view.ts';

export interface InspectionTable {
  /** What the program calls it. */
  readonly title: string;
  readonly heads: readonly string[];
  readonly rows: readonly InspectionRow[];
}

export interface InspectionRow {
  /** As many as there are heads. Text out of the package, printable and bounded. */
  readonly cells: readonly string[];
  /** How the second cell is to be taken; undefined where nothing is judged. */
  readonly tone: Tone | undefined;
}

/** The tables that have rows, what is wrong with the package first. @param withEntries with a table of the entries of each section */
export function inspectionTables(inspection: Inspection, withEntries: boolean): InspectionTable[] {
  const { package: read, claim, sbom } = inspection;
  const tables = [
    judgedTable('Failure', ['code', 'why'], failureFacts(inspection)),
    judgedTable('Checks', ['check', 'state', 'detail'], chainFacts(inspection)),
    factTable('Findings', findingFacts(inspection)),
    factTable('Package', [
      ...takenFacts(inspection),
      ...(read === undefined ? [] : [...fileFacts(read), ...signatureFacts(read)]),
    ]),
    factTable('Built from', claim === undefined ? [] : claimFacts(claim)),
    factTable('SBOM', sbom === undefined ? [] : sbomFacts(sbom)),
    ...(read === undefined ? [] : packageTables(read, withEntries)),
  ];
  return tables.filter(({ rows }) => rows.length > 0);
}

function factTable(title: string, facts: readonly InspectedFact[]): InspectionTable {
  return { title, heads: ['what', 'value'], rows: facts.map(({ label, value }) => plainRow([label, value])) };
}

function judgedTable(
  title: string,
  heads: readonly string[],
  facts: readonly InspectedFact[],
): InspectionTable {
  const rows = facts.map(({ label, value, judged }) => ({
    cells: [label, judged?.words ?? '', value].slice(0, heads.length),
    tone: judged?.tone,
  }));
  return { title, heads, rows };
}

function plainRow(cells: readonly string[]): InspectionRow {
  return { cells, tone: undefined };
}

function packageTables(read: InspectedPackage, withEntries: boolean): InspectionTable[] {
  const lines = pkginfoRows(read).map(([field, value = '']) => plainRow([field, value]));
  return [
    { title: '.PKGINFO', heads: ['field', 'value'], rows: lines },
    {
      title: 'Sections',
      heads: ['section', 'place', 'digest', 'gzip', 'archive', 'entries', 'end'],
      rows: read.sections.map((section) => plainRow([section.name, ...Object.values(sectionTexts(section))])),
    },
    ...(withEntries ? read.sections.map(entryTable) : []),
  ];
}

function entryTable({ name, entries }: InspectedSection): InspectionTable {
  const rows = entries.map((entry) => {
    const { type, mode, owner, size, path, link = '', device = '', attributes } = entryTexts(entry);
    return plainRow([path, type, mode, owner, size, link, device, attributes.join(' ')]);
  });
  const heads = ['path', 'type', 'mode', 'owner', 'size', 'link', 'device', 'attributes'];
  return { title: `Entries: ${name}`, heads, rows };
}
