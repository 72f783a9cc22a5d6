/** The commands about baselines and policies, of the tree in `program.ts`. */
import type { Command } from './commander.ts';
import { rawOptions } from './given-options.ts';

type Finish = (exitCode: number) => void;

const resultArgument = 'result.json or result.jsonl of verify, or - for standard input';

export function addBaseline(program: Command, finish: Finish): void {
  const baseline = program
    .command('baseline')
    .summary('keep what is known of packages, so that only what gets worse fails');
  const write = baseline
    .command('write')
    .summary('write what is known of the packages of saved results')
    .description(
      'Writes a line for each package of saved results: its name and architecture, its verdict and the causes of what differs. What only a policy accepts, and what is rejected, is left out.',
    )
    .argument('<result...>', resultArgument)
    .option('-o, --out <file>', 'where to write')
    .addHelpText('after', '\nExample:\n  wolfi-repro baseline write -o baseline.jsonl result.json')
    .action(async (files: string[]) => {
      const { baselineWriteCommand } = await import('./commands/baseline-command.ts');
      finish(await baselineWriteCommand(files, await rawOptions(write)));
    });
  baseline
    .command('diff')
    .summary('say what is worse, better or new in saved results')
    .description(
      'Holds saved results against a baseline. Exits as `verify --baseline` does: with the code of the worst package that is worse than in the baseline, or is new and not reproduced.',
    )
    .argument('<baseline>', 'what `baseline write` wrote')
    .argument('<result...>', resultArgument)
    .action(async (known: string, files: string[]) => {
      const { baselineDiffCommand } = await import('./commands/baseline-command.ts');
      finish(await baselineDiffCommand(known, files));
    });
}
