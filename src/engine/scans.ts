/**
 * Scans of the packages of one build by each syft that was given. A digest of what production's scan found in a package decides
 * which of them is believed for it.
 */

import { type FormName, sampleVariant } from '../claim/traits/record-variant.ts';
import type { Sha256 } from '../digest.ts';
import { ownScan } from '../emit/sbom/production/language/catalogue.ts';
import type { Scan } from '../emit/sbom/production/syft.ts';
import type { SyftListing } from '../emit/sbom/production/syft-output.ts';
import { chooseRendering, type Rendering, renderScan } from '../emit/sbom/production/syft-scan.ts';
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
  /** The version that the program prints of itself; empty where it prints none. */
  readonly version: string;
  /** Whether it finds what production's scan found. */
  readonly outcome: 'fits' | 'differs' | 'failed';
}

export interface Scans {
  /** Finds with the chosen program in a package, or in a tree that differs from what was built. */
  find(plan: Plan, payload: Tree): Promise<Scan>;
  /** Undefined where the package is not scanned. */
  outcome(plan: Plan): Promise<ScanOutcome | undefined>;
}

/** Lists what one program of the plan, given by its place, finds in a tree. Fails as the program does. */
export type ScanTree = (plan: Plan, tree: Tree, program: number) => Promise<SyftListing>;

/** Opens the scans of a build. Nothing is scanned before it is asked for, and nothing twice. */
export function openScans(builtTree: (plan: Plan) => Tree | undefined, scanTree: ScanTree): Scans {
  const known = new Map<string, Promise<readonly (SyftListing | Failure)[]>>();
  const tries = new WeakMap<Plan, Promise<readonly Tried[]>>();
  const tryAll = async (plan: Plan): Promise<readonly Tried[]> => {
    // What is found depends on what was built, not on the rules of a version.
    const { name } = plan.package;
    const tree = builtTree(plan);
    const listings = known.get(name) ?? scanWithAll(plan, tree, scanTree);
    known.set(name, listings);
    return tree === undefined ? [] : (await listings).map((listing) => tryFor(plan, tree, listing));
  };
  const triedFor = (plan: Plan): Promise<readonly Tried[]> => {
    const tried = tries.get(plan) ?? tryAll(plan);
    tries.set(plan, tried);
    return tried;
  };
  return {
    async find(plan, payload) {
      const built = builtTree(plan);
      const tried = await triedFor(plan);
      const place = chosenProgram(programsOf(plan, tried));
      const chosen = tried[place];
      const isKnown = built !== undefined && chosen !== undefined && sameContents(built, payload);
      const listing = isKnown ? chosen.listing : await scanTree(plan, payload, place);
      if (listing instanceof Failure) throw listing;
      // The way in which production's generator writes does not depend on what else is in a tree.
      const rendering = chosen?.rendering ?? tryFor(plan, payload, listing).rendering!;
      const form = formOfPlan(plan);
      return renderScan(listing, { form, own: ownScan(payload, form), rendering });
    },
    async outcome(plan) {
      if (plan.builder.scan === null || builtTree(plan) === undefined) return undefined;
      const programs = programsOf(plan, await triedFor(plan));
      return { programs, chosen: chosenProgram(programs) };
    },
  };
}

/** What one program listed, and how that is rendered for one package. */
interface Tried {
  readonly listing: SyftListing | Failure;
  /** Undefined where the program failed. */
  readonly rendering: Rendering | undefined;
  readonly fits: boolean;
}

function tryFor(plan: Plan, tree: Tree, listing: SyftListing | Failure): Tried {
  if (listing instanceof Failure) return { listing, rendering: undefined, fits: false };
  const form = formOfPlan(plan);
  const given = { form, own: ownScan(tree, form), found: plan.builder.scan!.found };
  return { listing, ...chooseRendering(listing, given) };
}

function formOfPlan({ builder }: Plan): FormName {
  return builder.sbomRecord?.variant.form ?? sampleVariant.form;
}

async function scanWithAll(
  plan: Plan,
  tree: Tree | undefined,
  scanTree: ScanTree,
): Promise<readonly (SyftListing | Failure)[]> {
  const scans: (SyftListing | Failure)[] = [];
  for (const program of tree === undefined ? [] : plan.builder.scan!.programs.keys()) {
    scans.push(await scanTree(plan, tree!, program).catch(inconclusive));
  }
  return scans;
}

/** The failure of a program as a value. That the run was cancelled, or a defect, is not a value but thrown. */
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

function programsOf(plan: Plan, tried: readonly Tried[]): TriedProgram[] {
  const { programs } = plan.builder.scan!;
  return tried.map(({ listing, fits }, place) => {
    const sha256 = programs[place]!;
    if (listing instanceof Failure) return { sha256, version: '', outcome: 'failed' };
    return { sha256, version: listing.version, outcome: fits ? 'fits' : 'differs' };
  });
}

/** Whether a scan cannot see a difference: entries into which no other values were put hold the same content. */
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
