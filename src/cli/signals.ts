/** Ctrl-C ends what runs and leaves nothing behind; a second one does not wait. */
import { printNote } from './output.ts';

const interrupted = 130;

/** Runs work that can be cancelled; an interrupted run has an exit code of its own. */
export async function cancellable(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) process.exit(interrupted);
    printNote('cancelling; once more to end at once');
    controller.abort(new Error('interrupted'));
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, onSignal);
  try {
    const exitCode = await work(controller.signal);
    return controller.signal.aborted ? interrupted : exitCode;
  } catch (failure) {
    if (controller.signal.aborted) return interrupted;
    throw failure;
  } finally {
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(name, onSignal);
  }
}
