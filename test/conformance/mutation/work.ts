/** The part of `npm run mutants` that judges: told what to do by its arguments, it writes what came out as JSON. */
import { sharedLab } from '../../support/lab.ts';
import { cannotRebuild } from '../lab-run.ts';
import { type CampaignPackage, dueOf, everyPackage, judgeMutants } from './campaign.ts';

/** A package and how many mutants of it. */
interface Task extends CampaignPackage {
  readonly due: number;
}

const [order, ...values] = process.argv.slice(2);
if (order === 'tasks') {
  const count = Number(values[0]);
  const packages = everyPackage();
  const due = dueOf(packages, count);
  const tasks: Task[] = packages.map((each, index) => ({ ...each, due: due[index]! }));
  process.stdout.write(JSON.stringify({ cannotRebuild, complete: sharedLab !== undefined, tasks }));
} else if (order === 'judge') {
  const [task, seed, stepSeconds] = values.map((value) => JSON.parse(value)) as [Task, number, number];
  process.stdout.write(JSON.stringify(await judgeMutants(task, task.due, seed, stepSeconds)));
} else {
  throw new Error('tell either tasks COUNT or judge TASK SEED STEP-SECONDS');
}
