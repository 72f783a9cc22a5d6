/** melange as an engine: its packages in the shape of ours. */
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { EmittedPackage } from '../../emit/package.ts';
import { type BuildFacts, factsOfBuild, secondsNow } from '../../execute/facts.ts';
import { Failure } from '../../failure.ts';
import { hashFile } from '../../inputs/store/files.ts';
import { paired } from '../../lists.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Engine, RebuildRequest, Rebuilt, RebuiltPackage } from '../engine.ts';
import { buildWithMelange, type MelangePackage } from './melange-build.ts';

/** @param program path of a melange; its version is looked at in what it writes */
export function melangeEngine(program: string): Engine {
  return { name: 'melange', rebuild: (request) => rebuild(program, request) };
}

async function rebuild(program: string, request: RebuildRequest): Promise<Rebuilt> {
  if (request.network.kind !== 'none')
    throw new Failure('unsupported', 'melange builds without a network here', {
      hint: 'use --engine builtin for a recipe that fetches while it builds',
    });
  const began = secondsNow();
  const built = await buildWithMelange(program, request);
  try {
    const facts = factsOfBuild(began, request.machine.sandbox, request.processor);
    const packages: RebuiltPackage[] = [];
    for (const [made, plan] of paired(built.packages, request.plans))
      packages.push(await rebuiltPackage(made, plan, facts));
    return { packages, dispose: built.dispose };
  } catch (failure) {
    await built.dispose();
    throw failure;
  }
}

async function rebuiltPackage(
  built: MelangePackage | Failure,
  plan: Plan,
  facts: BuildFacts,
): Promise<RebuiltPackage> {
  return {
    plan,
    outcome: built instanceof Failure ? built : await asEmitted(built, plan),
    scan: undefined,
    caveats: versionCaveats(built, plan),
    facts,
    reemit: async () =>
      new Failure('unsupported', 'melange cannot emit a package again with different values in it'),
    otherwise: undefined,
  };
}

/** The data section in a file of its own. */
async function asEmitted({ control, path, data }: MelangePackage, plan: Plan): Promise<EmittedPackage> {
  const file = join(`${path}.data`);
  await pipeline(
    createReadStream(path, { start: data.start, end: data.end - 1 }),
    createWriteStream(file, { flags: 'wx' }),
  );
  const { name, version } = plan.package;
  const size = data.end - data.start;
  return {
    name,
    version,
    control,
    data: { path: file, sha256: await hashFile(file), size },
    skipped: [],
    unscanned: [],
  };
}

function versionCaveats(built: MelangePackage | Failure, { builder }: Plan): string[] {
  if (built instanceof Failure || built.printedVersion === builder.printedVersion) return [];
  const own = built.printedVersion ?? 'of an unknown version';
  return [`the melange at hand is ${own}, the package was built by ${builder.printedVersion}`];
}
