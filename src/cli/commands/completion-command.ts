/** `wolfi-repro completion`. */
import { Failure } from '../../failure.ts';
import type { Command } from '../commander.ts';
import { type CompletedShell, completedShells, completionScript } from '../help/completion.ts';
import { printData } from '../output.ts';

export function completionCommand(program: Command, shell: string): number {
  const known = completedShells.find((each): each is CompletedShell => each === shell);
  if (known === undefined)
    throw new Failure('usage', 'there is no completion for this shell', {
      expected: completedShells.join(', '),
      got: shell,
    });
  printData(completionScript(program, known));
  return 0;
}
