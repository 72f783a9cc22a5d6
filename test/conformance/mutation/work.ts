/** The part of `npm run mutants` that judges: told what to do by its arguments, it writes what came out as JSON. */
import { join } from 'node:path';
import { sharedLab } from '../../support/lab.ts';
import { cannotRebuildFrom } from '../lab-run.ts';
import { type CampaignPackage, dueOf, everyPackage, judgeMutants, type Tally } from './campaign.ts';
import { NotRebuilt } from './subject.ts';

/** A package and how many mutants of it. */
interface Task extends CampaignPackage {
  readonly due: number;
}

const [order, ...values] = process.argv.slice(2);
if (order === 'tasks') {
  const [count, only = ''] = [Number(values[0]), values[1]];
  const all = everyPackage().filter(({ file }) => file.includes(only));
  const reasons = all.map(({ file, folder }) => cannotRebuildFrom(join(folder, file)));
  const packages = all.filter((_, index) => reasons[index] === false);
  const due = dueOf(packages, count);
  const left = all.flatMap(({ file }, index) =>
    reasons[index] === false ? [] : [`${file}: ${reasons[index]}`],
  );
  const complete = sharedLab !== undefined && left.length === 0 && only === '';
  const tasks: Task[] = packages.map((each, index) => ({ ...each, due: differs(each) ? 0 : due[index]! }));
  process.stdout.write(JSON.stringify({ cannotRebuild: cannotRebuildFrom(), left, complete, tasks }));
} else if (order === 'judge') {
  const [task, seed, stepSeconds] = values.map((value) => JSON.parse(value)) as [Task, number, number];
  process.stdout.write(JSON.stringify(await judgedOrLeft(task, seed, stepSeconds)));
} else {
  throw new Error('tell either tasks COUNT [ONLY] or judge TASK SEED STEP-SECONDS');
}

/** Packages of the lab that must not be reproduced as they are; what becomes of a change to one shows nothing. */
function differs({ file }: CampaignPackage): boolean {
  return file.includes('/production-D-wrong/');
}

/** The tally, or why the package itself cannot be rebuilt here. */
function judgedOrLeft(
  task: Task,
  seed: number,
  stepSeconds: number,
): Promise<Tally | { readonly left: string }> {
  return judgeMutants(task, task.due, seed, stepSeconds).catch((failure: unknown) => {
    if (failure instanceof NotRebuilt) return { left: failure.message };
    throw failure;
  });
}
