/** Which engine a run uses. */

import type { Engine } from './engine.ts';
import type { EngineName } from './engine-names.ts';

export interface EngineChoice {
  readonly engine: EngineName;
  /** Path of a melange, for `melange` and `both`. */
  readonly melange: string;
}

export function chosenEngine({ engine, melange }: EngineChoice): Engine {
  return { name: engine, rebuild: async (request) => (await load(engine, melange)).rebuild(request) };
}

/** The engine that rebuilds where none was chosen. */
export const usualEngine: Engine = chosenEngine({ engine: 'builtin', melange: '' });

/** An engine is loaded when it first rebuilds: it is most of the program, and many commands rebuild nothing. */
async function load(engine: EngineName, melange: string): Promise<Engine> {
  switch (engine) {
    case 'builtin':
      return (await import('./builtin.ts')).builtinEngine;
    case 'melange':
      return (await import('./melange/melange-engine.ts')).melangeEngine(melange);
    case 'both': {
      const { bothEngines } = await import('./both.ts');
      return bothEngines(await load('builtin', melange), await load('melange', melange));
    }
  }
}
