/** Whether programs of an architecture run here, determined by running one. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hostPath, startProcess } from '../../process.ts';
import { makeRunDirectory, removeTree } from '../run-directory.ts';
import type { IdMap } from '../sandbox/id-map.ts';
import { startInNamespaces } from '../sandbox/namespace.ts';
import { lend, makeReach } from '../sandbox/reach.ts';
import { probeProgram, type RebuiltArchitecture } from './architectures.ts';
import { makeFormatsFolder, mountFormats, registerFormat } from './own-formats.ts';
import type { SelfTest } from './processor.ts';
import { registrationLine } from './registrations.ts';

/** Where the test runs: a folder for its files, and the ids of the sandbox. */
export interface TestPlace {
  readonly runs: () => string;
  readonly ids: IdMap;
}

const probeFolder = 'probe';
/** One letter with which no path begins. */
const probeName = 'w';
const statuses: ReadonlyMap<number | undefined, SelfTest> = new Map([
  [probeName.charCodeAt(0), 'runs'],
  ['/'.charCodeAt(0), 'name-lost'],
  ['.'.charCodeAt(0), 'name-lost'],
  [200, 'not-mounted'],
  [201, 'not-registered'],
] as const);

/** A shell finds the program by its search path, and so calls it by its bare name. */
const runProbe = `PATH=./${probeFolder}\n${probeName}`;

/** Runs a program with an emulator that the sandbox registers by itself. */
export async function testOwnFormats(
  architecture: RebuiltArchitecture,
  emulator: string,
  place: TestPlace,
): Promise<SelfTest> {
  const script = `${mountFormats} || exit 200\n{ ${registerFormat}; } || exit 201\n${runProbe}`;
  return inFolder(architecture, place, async (directory) => {
    makeFormatsFolder(directory);
    const reach = makeReach(place.ids, directory, [emulator]);
    await lend(place.ids, [directory]);
    const line = registrationLine(architecture, reach.inside(emulator));
    const child = await startInNamespaces(script, [line], place.ids, { cwd: directory, reach });
    return (await child.ended).exitCode;
  });
}

/** Runs a program with what the machine has registered. */
export async function testMachine(architecture: RebuiltArchitecture, place: TestPlace): Promise<SelfTest> {
  return inFolder(architecture, place, async (directory) => {
    const env = { PATH: hostPath, LC_ALL: 'C' };
    const child = await startProcess('/bin/sh', ['-c', runProbe], { cwd: directory, env });
    child.gate.end();
    return (await child.ended).exitCode;
  });
}

async function inFolder(
  architecture: RebuiltArchitecture,
  { runs, ids }: TestPlace,
  exitCode: (directory: string) => Promise<number | undefined>,
): Promise<SelfTest> {
  const directory = await makeRunDirectory(runs());
  try {
    const folder = join(directory, probeFolder);
    mkdirSync(folder);
    const program = join(folder, probeName);
    writeFileSync(program, probeProgram(architecture));
    chmodSync(program, 0o755);
    return statuses.get(await exitCode(directory)) ?? 'fails';
  } finally {
    await removeTree(directory, ids);
  }
}

/** Whether a sandbox gets a separate binfmt_misc. */
export async function mountsOwnFormats({ runs, ids }: TestPlace): Promise<boolean> {
  const directory = await makeRunDirectory(runs());
  try {
    makeFormatsFolder(directory);
    const reach = makeReach(ids, directory, []);
    await lend(ids, [directory]);
    const child = await startInNamespaces(mountFormats, [], ids, { cwd: directory, reach });
    return (await child.ended).exitCode === 0;
  } finally {
    await removeTree(directory, ids);
  }
}
