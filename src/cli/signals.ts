/** Ctrl-C ends what is running and leaves nothing behind; a second one ends the program at once. */
import { attend } from '../busy.ts';
import { printNote } from './output.ts';

const interrupted = 130;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Runs work that is first asked to come to its end and take nothing more, then to end at once; a third interruption ends the program. */
export async function drainable(
  work: (drain: AbortSignal, end: AbortSignal) => Promise<number>,
  drainedExitCode: number = interrupted,
): Promise<number> {
  const [drain, end] = [new AbortController(), new AbortController()];
  const onSignal = () => {
    if (end.signal.aborted) process.exit(interrupted);
    if (drain.signal.aborted) {
      printNote('ending what runs, which is judged again later; interrupt again to end at once');
      return end.abort(new Error('interrupted'));
    }
    printNote('what runs comes to its end, nothing else is begun; interrupt again to end it as well');
    drain.abort(new Error('interrupted'));
  };
  for (const name of signals) process.on(name, onSignal);
  try {
    const exitCode = await work(drain.signal, end.signal);
    return drain.signal.aborted ? drainedExitCode : exitCode;
  } finally {
    for (const name of signals) process.off(name, onSignal);
  }
}

/** Runs work that can be cancelled; an interrupted run has an exit code of its own. */
export async function cancellable(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(interrupted);
    printNote('cancelling; interrupt again to end at once');
    controller.abort(new Error('interrupted'));
  };
  const listen = () => {
    for (const name of signals) process.on(name, onSignal);
  };
  const leave = () => {
    for (const name of signals) process.off(name, onSignal);
  };
  listen();
  // Without a handler a signal ends the program; the next run removes what it then leaves on disk.
  attend({ leave, back: listen });
  try {
    const exitCode = await work(controller.signal);
    return controller.signal.aborted ? interrupted : exitCode;
  } catch (failure) {
    if (controller.signal.aborted) return interrupted;
    throw failure;
  } finally {
    attend(undefined);
    leave();
  }
}
