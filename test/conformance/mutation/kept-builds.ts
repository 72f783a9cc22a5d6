/**
 * An engine that builds once and keeps what the steps left: thousands of changed packages are then judged in seconds. It
 * emits nothing for explanations, which come after the verdict.
 */

import { canonicalJson } from '../../../src/canonical.ts';
import { type OpenBuild, openBuild } from '../../../src/engine/builtin.ts';
import type { Engine, RebuildRequest, Rebuilt, RebuiltPackage } from '../../../src/engine/engine.ts';
import { Failure } from '../../../src/failure.ts';
import type { Plan } from '../../../src/plan/plan.ts';

export interface KeptBuilds {
  readonly engine: Engine;
  /** What is built from now on is thrown away again; what was built until now stays. */
  seal(): void;
  close(): Promise<void>;
}

export function keepBuilds(): KeptBuilds {
  const kept = new Map<string, Promise<OpenBuild>>();
  let sealed = false;
  return {
    engine: {
      name: 'builtin',
      async rebuild(request): Promise<Rebuilt> {
        const key = buildKey(request);
        const known = kept.get(key);
        const opening = known ?? openBuild(request);
        if (known === undefined && !sealed) kept.set(key, opening);
        const opened = await opening;
        const stays = kept.has(key);
        const packages: RebuiltPackage[] = [];
        for (const plan of request.plans) packages.push(await emittedOf(opened, plan));
        return { packages, dispose: () => (stays ? Promise.resolve() : opened.dispose()) };
      },
    },
    seal() {
      sealed = true;
    },
    async close() {
      for (const opening of kept.values()) {
        const opened = await opening.catch((failure: unknown) => {
          if (failure instanceof Failure) return undefined;
          throw failure;
        });
        await opened?.dispose();
      }
      kept.clear();
    },
  };
}

async function emittedOf(opened: OpenBuild, plan: Plan): Promise<RebuiltPackage> {
  const { caveats, facts } = opened;
  const outcome = await opened.emit(plan);
  return { plan, outcome, scan: undefined, caveats, facts, reemit: undefined, otherwise: undefined };
}

/** All that decides what the steps leave; a plan that differs in nothing else can be emitted from the same build. */
function buildKey({ plans }: RebuildRequest): string {
  const { recipe, builder, environment, sources, recipeFiles, steps, package: own } = plans[0]!;
  const { clock, namespace, melange } = builder;
  const { architecture, version } = own;
  return canonicalJson([
    recipe,
    clock,
    namespace,
    melange,
    architecture,
    version,
    environment,
    sources,
    recipeFiles,
    steps,
  ]);
}
