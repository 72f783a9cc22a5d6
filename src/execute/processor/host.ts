/** This machine, as the rule sees it. */
import { Failure } from '../../failure.ts';
import { installCommand } from '../package-managers.ts';
import type { IdMap } from '../sandbox/id-map.ts';
import type { SandboxKind } from '../sandbox/sandbox.ts';
import { architectureOfMachine, probeProgram } from './architectures.ts';
import { findEmulator, identifyEmulator } from './emulator.ts';
import { type Processor, type ProcessorHost, processorFor } from './processor.ts';
import { readRegistrations } from './registrations.ts';
import { mountsOwnFormats, testMachine, testOwnFormats } from './self-test.ts';

/** How programs of an architecture, given by apk's name for it, run here, or why they do not. Each answer is found once. */
export type Processors = (architecture: string) => Promise<Processor | Failure>;

/** @param runs gives a folder for trials; called only where something is tried */
export function processorHost(runs: () => string, ids: IdMap): ProcessorHost {
  const place = { runs, ids };
  return {
    architecture: architectureOfMachine(process.arch),
    registrations: readRegistrations,
    findEmulator,
    identify: identifyEmulator,
    probe: probeProgram,
    testOwnFormats: (architecture, emulator) => testOwnFormats(architecture, emulator, place),
    testMachine: (architecture) => testMachine(architecture, place),
    mountsOwnFormats: () => mountsOwnFormats(place),
    installCommand,
  };
}

/** Where nothing can be tried, nothing runs: the failure that says what is missing is the answer. */
function refused(thrown: unknown): Failure {
  if (thrown instanceof Failure) return thrown;
  throw thrown;
}

export function processorsOf(sandbox: SandboxKind, host: ProcessorHost): Processors {
  const known = new Map<string, Promise<Processor | Failure>>();
  return (architecture) => {
    const found = known.get(architecture) ?? processorFor(architecture, sandbox, host).catch(refused);
    known.set(architecture, found);
    return found;
  };
}
