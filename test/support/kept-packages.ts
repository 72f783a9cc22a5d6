/**
 * An engine that builds nothing: what "was built" are the sections of the lab's own packages, by the version of melange that the plan
 * names. So whole runs are judged in milliseconds, and what a package is told depends on its plan and on nothing else.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readApk } from '../../src/apk/read-apk.ts';
import { sha256 } from '../../src/digest.ts';
import type { EmittedPackage } from '../../src/emit/package.ts';
import type { Engine, RebuildRequest, Rebuilt, RebuiltPackage } from '../../src/engine/engine.ts';
import { Failure } from '../../src/failure.ts';
import { fileSource } from '../../src/inputs/store/files.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { lab } from './lab.ts';

export interface KeptPackages {
  readonly engine: Engine;
  /** The plans of each build, in the order of the builds. */
  readonly builds: readonly (readonly Plan[])[];
}

/** @param folder for the data sections; holds `<version>-<name>-<version of the package>.apk` of builders that print no release */
export function keptPackages(folder: string): KeptPackages {
  const builds: (readonly Plan[])[] = [];
  const emitted = new Map<string, Promise<EmittedPackage | Failure>>();
  const emit = (plan: Plan, varied = false): Promise<EmittedPackage | Failure> => {
    const version = varied && plan.package.name === 'flint-dev' ? 'v0.17.7' : plan.builder.melange;
    const key = `${plan.builder.melangeBasis === 'release'} ${version} ${plan.package.name}-${plan.package.version}`;
    const known =
      emitted.get(key) ?? emitKept(plan, version, folder, join(folder, `${sha256(Buffer.from(key))}.data`));
    emitted.set(key, known);
    return known;
  };
  const rebuild = async (request: RebuildRequest): Promise<Rebuilt> => {
    builds.push(request.plans);
    const { plans, recipe, variation } = request;
    const steps = recipe.pipeline.map(({ runs }) => runs).join();
    // Nobody foresees everything.
    if (recipe.package.name === 'modes') throw new TypeError('it is not a function');
    if (variation?.umask !== undefined && recipe.package.name === 'scripted')
      throw new Failure('step-failed', 'step 1 failed with exit status 1');
    if (steps.includes('exit 3')) throw new Failure('step-failed', 'step 1 failed with exit status 3');
    const packages = await Promise.all(plans.map((plan) => rebuilt(plan, variation?.hostname !== undefined)));
    return { packages, dispose: async () => undefined };
  };
  const rebuilt = async (plan: Plan, varied = false): Promise<RebuiltPackage> => ({
    plan,
    outcome: await emit(plan, varied),
    scan: undefined,
    caveats: [],
    facts: undefined,
    reemit: undefined,
    otherwise: {
      async digests(other) {
        const each = await emit(other);
        if (each instanceof Failure) return each;
        return {
          archive: async () => sha256(gunzipSync(readFileSync(each.data.path))),
          data: async () => each.data.sha256,
          control: async () => each.control,
        };
      },
      emit: (other) => rebuilt(other),
    },
  });
  return { engine: { name: 'builtin', rebuild }, builds };
}

/** By versions that the search comes to. */
const keptUnder: ReadonlyMap<string, string> = new Map([
  ['v0.41.0', 'v0.40.4'],
  ['v0.24.0', 'v0.23.16'],
]);

async function emitKept(
  plan: Plan,
  version: string,
  folder: string,
  path: string,
): Promise<EmittedPackage | Failure> {
  const { name, version: own } = plan.package;
  const released = plan.builder.melangeBasis === 'release';
  const file = released
    ? join(lab, 'repository', version, 'x86_64', `${name}-${own}.apk`)
    : join(folder, `${keptUnder.get(version)}-${name}-${own}.apk`);
  if (!existsSync(file)) return new Failure('output-missing', `nothing was built of ${name}`);
  const { control, data } = await readApk(fileSource(file));
  const bytes = readFileSync(file).subarray(data.start, data.end);
  // One package's section is lost on the way, which nobody foresaw.
  if (name !== 'meta-only') writeFileSync(path, bytes);
  return {
    name,
    version: own,
    control: control.bytes,
    data: { path, sha256: data.sha256, size: bytes.length },
    skipped: [],
    unscanned: [],
  };
}
