/**
 * Scans of the packages of one build by each syft that was given. Which of them is believed is decided for each package by a digest
 * of what production's scan found in it.
 */

import type { Sha256 } from '../digest.ts';
import { digestFound, type Scan } from '../emit/sbom/production/syft.ts';
import type { Tree, TreeEntry } from '../execute/tree.ts';
import { Failure } from '../failure.ts';
import type { Plan } from '../plan/plan.ts';

/** How the scans of one package went, in the order in which the programs were tried. */
export interface ScanOutcome {
  readonly programs: readonly TriedProgram[];
  /** The one whose elements are in the SBOM: the first that fits the package, else the first that did not fail. */
  readonly chosen: number;
}

export interface TriedProgram {
  readonly sha256: Sha256;
  /** As the program calls itself; empty where it does not say. */
  readonly version: string;
  /** Whether it finds what production's scan found. */
  readonly outcome: 'fits' | 'differs' | 'failed';
}

export interface Scans {
  /** What the chosen program finds in a package, or in a tree that differs from what was built. */
  find(plan: Plan, payload: Tree): Promise<Scan>;
  /** Undefined where the package is not scanned. */
  outcome(plan: Plan): Promise<ScanOutcome | undefined>;
}

/** Scans a tree with one program of the plan, by its place. Fails as the program does. */
export type ScanTree = (plan: Plan, tree: Tree, program: number) => Promise<Scan>;

/** Nothing is scanned before it is asked for, and nothing twice. */
export function openScans(builtTree: (plan: Plan) => Tree | undefined, scanTree: ScanTree): Scans {
  const known = new Map<string, Promise<readonly (Scan | Failure)[]>>();
  const scanBuilt = (plan: Plan): Promise<readonly (Scan | Failure)[]> => {
    // What is found depends on what was built, not on the rules of a version.
    const { name } = plan.package;
    const scans = known.get(name) ?? scanWithAll(plan, builtTree(plan), scanTree);
    known.set(name, scans);
    return scans;
  };
  return {
    async find(plan, payload) {
      const built = builtTree(plan);
      const scans = await scanBuilt(plan);
      const chosen = chosenProgram(triedPrograms(plan, scans));
      if (built === undefined || !sameContents(built, payload)) return scanTree(plan, payload, chosen);
      const scan = scans[chosen]!;
      if (scan instanceof Failure) throw scan;
      return scan;
    },
    async outcome(plan) {
      if (plan.builder.scan === null || builtTree(plan) === undefined) return undefined;
      const programs = triedPrograms(plan, await scanBuilt(plan));
      return { programs, chosen: chosenProgram(programs) };
    },
  };
}

async function scanWithAll(
  plan: Plan,
  tree: Tree | undefined,
  scanTree: ScanTree,
): Promise<readonly (Scan | Failure)[]> {
  const scans: (Scan | Failure)[] = [];
  for (const program of tree === undefined ? [] : plan.builder.scan!.programs.keys()) {
    scans.push(await scanTree(plan, tree!, program).catch(inconclusive));
  }
  return scans;
}

/** What a program makes of a tree is a value; that the run was cancelled, or a defect, is not. */
function inconclusive(failure: unknown): Failure {
  if (failure instanceof Failure && failure.class === 'inconclusive' && failure.code !== 'cancelled')
    return failure;
  throw failure;
}

function chosenProgram(programs: readonly TriedProgram[]): number {
  const fitting = programs.findIndex(({ outcome }) => outcome === 'fits');
  return fitting === -1
    ? Math.max(
        0,
        programs.findIndex(({ outcome }) => outcome !== 'failed'),
      )
    : fitting;
}

function triedPrograms(plan: Plan, scans: readonly (Scan | Failure)[]): TriedProgram[] {
  const { programs, found } = plan.builder.scan!;
  return scans.map((scan, place) => {
    const sha256 = programs[place]!;
    if (scan instanceof Failure) return { sha256, version: '', outcome: 'failed' };
    const fits = digestFound(scan.found.map(({ element }) => element)) === found;
    return { sha256, version: scan.version, outcome: fits ? 'fits' : 'differs' };
  });
}

/** Whether a scan can see no difference: entries that nobody put other values into hold the same content. */
function sameContents(a: Tree, b: Tree): boolean {
  return (
    a.entries.length === b.entries.length && a.entries.every((entry, at) => sameEntry(entry, b.entries[at]!))
  );
}

function sameEntry(a: TreeEntry, b: TreeEntry): boolean {
  return (
    a.path === b.path &&
    a.type === b.type &&
    a.mode === b.mode &&
    a.target === b.target &&
    a.content === b.content
  );
}
