/** The keys of the program itself. */

import { type OptionKey, optionKeys } from '../../src/cli/option-keys.ts';
import { commandTree } from '../../src/cli/program.ts';

export const program = commandTree(() => undefined);
export const keys: readonly OptionKey[] = optionKeys(program);

export function keyNamed(name: string): OptionKey {
  return keys.find((key) => key.name === name)!;
}
