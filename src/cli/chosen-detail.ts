/** How much the user asks to be told. */
import { Failure } from '../failure.ts';
import type { Detail } from '../report/detail.ts';
import type { RawOptions } from './raw-options.ts';

/** Fails with `usage` where both less and more is asked for. */
export function chosenDetail({ quiet = false, verbose = false }: RawOptions): Detail {
  if (quiet && verbose)
    throw new Failure('usage', '--quiet and --verbose exclude each other', {
      hint: 'leave one out; --no-quiet and --no-verbose take back what a file of settings says',
    });
  if (quiet) return 'quiet';
  return verbose ? 'verbose' : 'usual';
}
