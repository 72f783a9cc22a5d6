/**
 * Scans of the packages of one build: by each syft that was given, and those that were made elsewhere and kept. A digest of what
 * production's scan found in a package decides which of them is believed for it.
 */

import { type FormName, formOf, sampleVariant } from '../claim/traits/record-variant.ts';
import type { Sha256 } from '../digest.ts';
import type { Scan } from '../emit/sbom/production/found-packages.ts';
import { type KeptScan, scannedDigest } from '../emit/sbom/production/kept-scan.ts';
import { catalogue, listsAllThatIsRead, ownScans } from '../emit/sbom/production/language/catalogue.ts';
import { unscannedPaths } from '../emit/sbom/production/scannable.ts';
import type { SyftListing } from '../emit/sbom/production/syft-output.ts';
import { chooseRendering, type Rendering, renderScan } from '../emit/sbom/production/syft-scan.ts';
import type { Tree, TreeEntry } from '../execute/tree.ts';
import { Failure } from '../failure.ts';
import type { Plan } from '../plan/plan.ts';

/** How the scans of one package went, in the order in which they were tried: programs first, kept scans behind them. */
export interface ScanOutcome {
  readonly tried: readonly TriedScan[];
  /**
   * The one whose elements are in the SBOM: the first program that fits the package, else the first kept scan that does and is needed, else
   * the first program that did not fail; null where there is no program and no kept scan was used.
   */
  readonly chosen: number | null;
}

export interface TriedScan {
  /** Of the program; of a kept scan, the one that is said to have made it. */
  readonly sha256: Sha256;
  /** The version that the program prints of itself, or is said to print; empty where it prints none. */
  readonly version: string;
  /** Of the file of a scan that was not made here; null where the program ran here. */
  readonly kept: Sha256 | null;
  /**
   * Whether it finds what production's scan found. A kept scan can also be of a different tree than the one that was built, or leave out
   * what the files of the tree show themselves.
   */
  readonly outcome: 'fits' | 'differs' | 'failed' | 'other-tree' | 'incomplete';
}

export interface Scans {
  /**
   * What the chosen scan lists of a package, or of a tree that differs from what was built; undefined where none is chosen. A kept scan
   * says nothing of a different tree.
   */
  find(plan: Plan, payload: Tree): Promise<Scan | undefined>;
  /** Undefined where the package is not scanned. */
  outcome(plan: Plan): Promise<ScanOutcome | undefined>;
}

/** Lists what one program of the plan, given by its place, finds in a tree. Fails as the program does. */
export type ScanTree = (plan: Plan, tree: Tree, program: number) => Promise<SyftListing>;

/** What scans rest on. */
export interface ScanSources {
  readonly builtTree: (plan: Plan) => Tree | undefined;
  readonly scanTree: ScanTree;
  /** By the digest of their files; those that a plan names are among them. */
  readonly kept: ReadonlyMap<Sha256, KeptScan>;
}

/** Opens the scans of a build. Nothing is scanned before it is asked for, and nothing twice. */
export function openScans({ builtTree, scanTree, kept }: ScanSources): Scans {
  const known = new Map<string, Promise<readonly (SyftListing | Failure)[]>>();
  const tries = new WeakMap<Plan, Promise<Choice>>();
  const tryAll = async (plan: Plan, tree: Tree): Promise<Choice> => {
    // What is found depends on what was built, not on the rules of a version.
    const { name } = plan.package;
    const listings = known.get(name) ?? scanWithAll(plan, tree, scanTree);
    known.set(name, listings);
    const made = (await listings).map((listing, place) => tryProgram(plan, tree, listing, place));
    const scans = plan.builder.scan!.kept.map(({ sha256 }) => kept.get(sha256)!);
    const scanned = scans.length === 0 ? undefined : { tree, digest: scannedDigest(tree) };
    const planned = scanned === undefined ? [] : scans.map((scan) => tryKept(plan, scanned, scan));
    const tried = [...made, ...planned];
    return { tried, place: chosenScan(plan, tree, tried) };
  };
  const choiceFor = (plan: Plan, tree: Tree): Promise<Choice> => {
    const choice = tries.get(plan) ?? tryAll(plan, tree);
    tries.set(plan, choice);
    return choice;
  };
  return {
    async find(plan, payload) {
      const built = builtTree(plan);
      if (built === undefined) return undefined;
      const { tried, place } = await choiceFor(plan, built);
      if (place === null) return undefined;
      const chosen = tried[place]!;
      const isKnown = sameContents(built, payload);
      if (!isKnown && chosen.shown.kept !== null) return undefined;
      const listing = isKnown ? chosen.listing : await scanTree(plan, payload, place);
      if (listing instanceof Failure) throw listing;
      // The way in which production's generator writes does not depend on what else is in a tree.
      const rendering = chosen.rendering ?? renderingFor(plan, payload, listing).rendering;
      const form = formOfPlan(plan);
      return renderScan(listing, { form, own: ownScans(payload, form), rendering });
    },
    async outcome(plan) {
      const tree = builtTree(plan);
      if (plan.builder.scan === null || tree === undefined) return undefined;
      const { tried, place } = await choiceFor(plan, tree);
      return { tried: tried.map(({ shown }) => shown), chosen: place };
    },
  };
}

/** All scans of one package, and the place of the one that is believed; null where none is. */
interface Choice {
  readonly tried: readonly Tried[];
  readonly place: number | null;
}

/** What one scan lists, and how that is rendered for one package. */
interface Tried {
  readonly listing: SyftListing | Failure;
  /** Undefined where the program failed. */
  readonly rendering: Rendering | undefined;
  readonly shown: TriedScan;
}

function tryProgram(plan: Plan, tree: Tree, listing: SyftListing | Failure, place: number): Tried {
  const program = { sha256: plan.builder.scan!.programs[place]!, kept: null };
  if (listing instanceof Failure)
    return { listing, rendering: undefined, shown: { ...program, version: '', outcome: 'failed' } };
  const { rendering, fits } = renderingFor(plan, tree, listing);
  const outcome = fits ? 'fits' : 'differs';
  return { listing, rendering, shown: { ...program, version: listing.version, outcome } };
}

function tryKept(plan: Plan, { tree, digest }: ScannedTree, scan: KeptScan): Tried {
  const { sha256, program, listing } = scan;
  const shown = { sha256: program, version: listing.version, kept: sha256 };
  // A scan of a different tree is not looked into.
  if (scan.tree !== digest)
    return { listing, rendering: undefined, shown: { ...shown, outcome: 'other-tree' } };
  const { rendering, fits } = renderingFor(plan, tree, listing);
  const outcome = !fits ? 'differs' : isWhole(plan, tree, listing, rendering) ? 'fits' : 'incomplete';
  return { listing, rendering, shown: { ...shown, outcome } };
}

/** A tree with what kept scans name it by. */
interface ScannedTree {
  readonly tree: Tree;
  readonly digest: Sha256;
}

/** Whoever keeps a scan can leave out or change what they do not want in an SBOM: what the files show themselves must be in it. */
function isWhole(plan: Plan, tree: Tree, listing: SyftListing, rendering: Rendering): boolean {
  const form = formOfPlan(plan);
  const { found } = renderScan(listing, { form, own: ownScans(tree, form), rendering });
  const { hashGeneration: generation, guessesCpes } = formOf({ form });
  const root = rendering.slashes === 'kept' ? '/' : '';
  return listsAllThatIsRead(tree, { generation, guessesCpes, root }, found);
}

function renderingFor(plan: Plan, tree: Tree, listing: SyftListing) {
  const form = formOfPlan(plan);
  return chooseRendering(listing, { form, own: ownScans(tree, form), found: plan.builder.scan!.found });
}

function formOfPlan({ builder }: Plan): FormName {
  return builder.sbomRecord?.variant.form ?? sampleVariant.form;
}

async function scanWithAll(
  plan: Plan,
  tree: Tree,
  scanTree: ScanTree,
): Promise<readonly (SyftListing | Failure)[]> {
  const scans: (SyftListing | Failure)[] = [];
  for (const program of plan.builder.scan!.programs.keys()) {
    scans.push(await scanTree(plan, tree, program).catch(inconclusive));
  }
  return scans;
}

/** The failure of a program as a value. That the run was cancelled, or a defect, is not a value but thrown. */
function inconclusive(failure: unknown): Failure {
  if (failure instanceof Failure && failure.class === 'inconclusive' && failure.code !== 'cancelled')
    return failure;
  throw failure;
}

function chosenScan(plan: Plan, tree: Tree, tried: readonly Tried[]): number | null {
  const first = (isWanted: (shown: TriedScan) => boolean) => {
    const place = tried.findIndex(({ shown }) => isWanted(shown));
    return place === -1 ? undefined : place;
  };
  const hasPrograms = plan.builder.scan!.programs.length > 0;
  const made = first(({ kept, outcome }) => kept === null && outcome === 'fits');
  const isNeeded = made === undefined && (hasPrograms || !isReadWhole(plan, tree));
  const kept = isNeeded ? first(({ outcome }) => outcome === 'fits') : undefined;
  const usual = first(({ outcome, kept: file }) => file === null && outcome !== 'failed') ?? 0;
  return made ?? kept ?? (hasPrograms ? usual : null);
}

/** Whether the files show all that production's scan can have found: then nobody's word is needed. */
function isReadWhole(plan: Plan, tree: Tree): boolean {
  const read = catalogue(tree, formOfPlan(plan), plan.builder.scan!.found)?.read;
  return read !== undefined && unscannedPaths(tree, false, read).length === 0;
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
