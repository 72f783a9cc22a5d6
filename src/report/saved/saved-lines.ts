/** Results that were saved as JSON lines: after a first line that says who judged come packages, and then a last line, unless the run was killed. */
import { isJsonObject } from '../../formats/bounded-json.ts';
import { addAll } from '../../lists.ts';
import type { RunRecord } from '../../verdict/run-record.ts';
import type { StatedPackage } from '../../verdict/stated.ts';
import type { BegunRun } from '../jsonl-report.ts';
import { endSchema, packageSchema, runsSchema } from '../result-schemas.ts';
import { count, refuse } from './decoder.ts';
import { savedPackage } from './saved-package.ts';
import { begunRuns, type SavedRun } from './saved-runs.ts';

/** Results between a first and a last line. */
interface Part {
  /** Undefined for packages before which no line says who judged them. */
  readonly begun: readonly (RunRecord | BegunRun)[] | undefined;
  readonly packages: StatedPackage[];
  /** The number in the last line. */
  end: number | undefined;
}

/** Several files behind each other are as many results. */
export function savedLines(values: readonly unknown[]): SavedRun {
  const parts: Part[] = [];
  for (const [at, value] of values.entries()) addLine(parts, value, `line ${at + 1}`);
  const packages: StatedPackage[] = [];
  for (const part of parts) addAll(packages, part.packages);
  return { packages, runs: parts.flatMap(runsOf) };
}

function addLine(parts: Part[], value: unknown, place: string): void {
  const schema = isJsonObject(value) ? value['schema'] : undefined;
  const last = parts.at(-1);
  const isOpen = last !== undefined && last.end === undefined;
  if (isJsonObject(value) && schema === runsSchema) {
    parts.push({ begun: begunRuns(value['runs'], `${place}.runs`), packages: [], end: undefined });
  } else if (isJsonObject(value) && schema === endSchema) {
    if (!isOpen || last.begun === undefined) refuse(place, 'a last line behind a first one');
    last.end = count(value['judged'], `${place}.judged`);
  } else if (schema === packageSchema) {
    const part: Part = isOpen ? last : { begun: undefined, packages: [], end: undefined };
    if (!isOpen) parts.push(part);
    part.packages.push(savedPackage(value, place));
  } else refuse(`${place}.schema`, `${runsSchema}, ${packageSchema} or ${endSchema}`);
}

/** A result without its last line, or with fewer packages than that counts, was cut short. */
function runsOf({ begun, packages, end }: Part): readonly RunRecord[] {
  if (begun === undefined) return [{ judged: packages.length }];
  const ended = end !== undefined && end <= packages.length;
  return begun.map((run) => {
    if (!('judged' in run)) return { ...run, judged: packages.length, ended };
    return ended || !('tool' in run) ? run : { ...run, ended };
  });
}
