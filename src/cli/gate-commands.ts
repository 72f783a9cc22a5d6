/** The commands about baselines and policies, of the tree in `program.ts`. */
import { type Command, Option } from './commander.ts';
import { rawOptions } from './given-options.ts';
import { joinOptions, policyOptions } from './option-groups.ts';
import type { Finish } from './upkeep-commands.ts';

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
    .action(async (files: string[]) => {
      const { baselineWriteCommand } = await import('./commands/baseline-command.ts');
      finish(await baselineWriteCommand(files, await rawOptions(write)));
    });
  const diff = joinOptions(baseline.command('diff'))
    .summary('say what is worse, better or new in saved results')
    .description(
      'Holds saved results against a baseline. Exits as `verify --baseline` does: with the code of the worst package that is worse than in the baseline, or is new and not reproduced.',
    )
    .argument('<baseline>', 'what `baseline write` wrote')
    .argument('<result...>', resultArgument)
    .action(async (known: string, files: string[]) => {
      const { baselineDiffCommand } = await import('./commands/baseline-command.ts');
      finish(await baselineDiffCommand(known, files, await rawOptions(diff)));
    });
}

export function addPolicy(program: Command, finish: Finish): void {
  const policy = program
    .command('policy')
    .summary('check, explain, extend and clear up the rules of a policy');
  const check = policyOptions(policy.command('check'))
    .summary('say whether the rules are right and hold')
    .description(
      'Reads the policy as a run would. Exits with 0 where every rule holds, with 6 where one ended, with 2 where the file is wrong.',
    )
    .addOption(new Option('--format <format>', 'what to print').choices(['text', 'json']).default('text'))
    .action(async () => {
      const { policyCheckCommand } = await import('./commands/policy-command.ts');
      finish(await policyCheckCommand(await rawOptions(check)));
    });
  const explain = policyOptions(policy.command('explain'))
    .summary('say which rule accepts what, and why the others do not')
    .description(
      'Says of the packages of saved results which rules accept what, and of a name which rules can be about it.',
    )
    .argument('<package|result...>', 'result.json or result.jsonl of verify, or NAME[=VERSION][:ARCH]')
    .addOption(new Option('--format <format>', 'what to print').choices(['text', 'json']).default('text'))
    .action(async (subjects: string[]) => {
      const { policyExplainCommand } = await import('./commands/policy-command.ts');
      finish(await policyExplainCommand(subjects, await rawOptions(explain)));
    });
  const add = policyOptions(policy.command('add'))
    .summary('add a rule, which holds for 90 days unless it says until when')
    .description(
      'Adds a rule at the end of the file, or begins one. Comments and order stay. A key that is given several times is a list.',
    )
    .argument(
      '<key=value...>',
      'members of the rule: id, reason, owner, until, package, verdict, cause, … (docs/policy.md)',
    )
    .option('--from <file>', 'result.json: fill in what it shows of the package that is not reproduced')
    .action(async (members: string[]) => {
      const { policyAddCommand } = await import('./commands/policy-command.ts');
      finish(await policyAddCommand(members, await rawOptions(add)));
    });
  const prune = policyOptions(policy.command('prune'))
    .summary('remove rules that ended, and those that results show to be unused')
    .description(
      'Removes rules that ended, and rules that accept nothing of the packages that saved results have of them. Everything else of the file stays.',
    )
    .argument('[result...]', resultArgument)
    .option('--dry-run', 'only say what would be removed', false)
    .action(async (files: string[]) => {
      const { policyPruneCommand } = await import('./commands/policy-command.ts');
      finish(await policyPruneCommand(files, await rawOptions(prune)));
    });
}
