/** Which engine a run uses. */

import { bothEngines } from './both.ts';
import { builtinEngine } from './builtin.ts';
import type { Engine } from './engine.ts';
import { melangeEngine } from './melange/engine.ts';

export type EngineName = 'builtin' | 'melange' | 'both';

export interface EngineChoice {
  readonly engine: EngineName;
  /** Path of a melange, for `melange` and `both`. */
  readonly melange: string;
}

export function chosenEngine({ engine, melange }: EngineChoice): Engine {
  switch (engine) {
    case 'builtin':
      return builtinEngine;
    case 'melange':
      return melangeEngine(melange);
    case 'both':
      return bothEngines(builtinEngine, melangeEngine(melange));
  }
}
