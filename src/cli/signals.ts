/** Ctrl-C ends what is running and leaves nothing behind; a second one ends the program at once. */
import { attend } from '../busy.ts';
import { printNote } from './output.ts';

const interrupted = 130;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

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
