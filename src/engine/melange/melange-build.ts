/**
 * The engine that drives a real melange: the same plan and the same inputs, but a different program. It needs a melange on the machine,
 * runs it without a network, and gives sections that are compared like our own.
 */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readApk } from '../../apk/read-apk.ts';
import { parseSbom } from '../../claim/sbom/published-sbom.ts';
import { recoverSbomInputs } from '../../claim/sbom/recover.ts';
import { keepSbom, sbomEntryOf } from '../../claim/sbom/sbom-entry.ts';
import { formatLines, makeFormatsFolder } from '../../execute/processor/own-formats.ts';
import { makeRunDirectory, removeTree } from '../../execute/run-directory.ts';
import { withCaller } from '../../execute/sandbox/id-map.ts';
import { startInNamespaces } from '../../execute/sandbox/namespace.ts';
import { Failure, failureOfPackage } from '../../failure.ts';
import { ownFolder } from '../../folders.ts';
import { fileSource } from '../../inputs/store/files.ts';
import { OutputTail } from '../../output-tail.ts';
import { type Plan, sharedPlan } from '../../plan/plan.ts';
import { runProcess } from '../../process.ts';
import type { RebuildRequest } from '../engine.ts';
import { melangeArguments } from './arguments.ts';
import type { Job } from './runner.ts';
import { searchPath } from './search-path.ts';
import { type Route, routesOf } from './served.ts';
import { prepareWorkFolder } from './work-folder.ts';

/** What melange made of one planned package. */
export interface MelangePackage {
  /** The compressed control section. */
  readonly control: Uint8Array;
  /** The file, and where the data section lies in it. */
  readonly path: string;
  readonly data: { readonly start: number; readonly end: number };
  /** The version that melange printed into its SBOM. */
  readonly printedVersion: string | undefined;
}

export interface MelangeBuild {
  /** One for each plan of the request, in its order; one that cannot be read is a failure of its own. */
  readonly packages: readonly (MelangePackage | Failure)[];
  dispose(): Promise<void>;
}

const hostPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const tailBytes = 16 * 1024;

/**
 * Builds with the melange at `program`. Fails with `step-failed` where melange fails, and with `unsupported` where it could not
 * be given the plan's inputs.
 */
export async function buildWithMelange(program: string, request: RebuildRequest): Promise<MelangeBuild> {
  const { machine } = request;
  const directory = await makeRunDirectory(ownFolder(join(machine.cache, 'runs')));
  try {
    const plan = sharedPlan(request.plans);
    const work = prepareWorkFolder(directory, plan, request);
    const packages = await localPackages(request);
    const routes = await routesOf(request.recipe, plan.package.architecture, packages, directory);
    const argv = [program, ...melangeArguments(plan, work)];
    await runMelange(request, directory, { routes, argv, cwd: work.folder });
    return {
      packages: await Promise.all(
        request.plans.map((each) =>
          readBuilt(each, work.out).catch((thrown: unknown) => failureOfPackage(thrown, machine.signal)),
        ),
      ),
      dispose: () => removeTree(directory, machine.ids),
    };
  } catch (failure) {
    await removeTree(directory, machine.ids);
    throw failure;
  }
}

async function localPackages({ guest, machine }: RebuildRequest) {
  if (guest.kind !== 'recorded') {
    throw new Failure('unsupported', 'melange builds in the recorded environment only', {
      hint: 'leave out --environment, or use --engine builtin',
    });
  }
  return Promise.all(
    guest.packages.map(async ({ locked, facts }) => ({
      name: locked.name,
      version: locked.version,
      // melange and the server that answers it run in a different folder.
      path: resolve((await machine.inputs.obtain(facts.path))!),
    })),
  );
}

/** Runs melange in a network namespace of its own, where the recorded names lead to the loopback. */
async function runMelange(
  request: RebuildRequest,
  directory: string,
  work: { readonly routes: readonly Route[]; readonly argv: readonly string[]; readonly cwd: string },
): Promise<void> {
  const hosts = [...new Set(work.routes.map(({ host }) => host))];
  const tls = work.routes.some(({ protocol }) => protocol === 'https:')
    ? await certify(hosts, directory)
    : undefined;
  const names = hosts.filter((host) => !/^[\d.]+$/.test(host));
  writeFileSync(join(directory, 'hosts'), `127.0.0.1 localhost ${names.join(' ')}\n`);
  const env = {
    PATH: searchPath(hostPath, request.sources, directory),
    HOME: directory,
    ...(tls === undefined ? {} : { SSL_CERT_FILE: tls.certificate }),
  };
  const job: Job = { ...work, tls, env };
  const jobFile = join(directory, 'job.json');
  writeFileSync(jobFile, JSON.stringify(job));
  const runner = fileURLToPath(new URL('./runner.js', import.meta.url));
  const bwrap = [
    'bwrap',
    '--unshare-net',
    '--unshare-pid',
    '--die-with-parent',
    '--dev-bind',
    '/',
    '/',
    '--proc',
    '/proc',
  ];
  const argv = [
    ...bwrap,
    '--bind',
    join(directory, 'hosts'),
    '/etc/hosts',
    '--',
    process.execPath,
    runner,
    jobFile,
  ];
  const tail = new OutputTail(tailBytes);
  const step = { package: request.recipe.package.name, position: '1', label: 'melange build' };
  request.observer.begin(step);
  makeFormatsFolder(directory);
  const formats = formatLines(request.processor, (path) => path);
  const script = `set -e\n${formats.script}\nexec "$@"`;
  const child = await startInNamespaces(
    script,
    [formats.argument, ...argv],
    withCaller(request.machine.ids),
    {
      cwd: directory,
      signal: request.machine.signal,
      onOutput: (bytes) => {
        tail.add(bytes);
        request.observer.output(step, bytes);
      },
    },
  );
  const { exitCode } = await child.ended;
  request.machine.signal.throwIfAborted();
  request.observer.end(step);
  if (exitCode !== 0)
    throw new Failure('step-failed', `melange ended with exit status ${exitCode}`, { got: tail.text() });
}

/** A certificate for the recorded names that only this build's melange trusts. */
async function certify(hosts: readonly string[], directory: string): Promise<NonNullable<Job['tls']>> {
  const tls = { key: join(directory, 'tls.key'), certificate: join(directory, 'tls.crt') };
  const names = hosts.map((host) => `DNS:${host}`).join(',');
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=wolfi-repro'];
  const made = await runProcess(
    'openssl',
    [...request, '-addext', `subjectAltName=${names}`, '-keyout', tls.key, '-out', tls.certificate],
    { env: { PATH: hostPath } },
  );
  if (made.exitCode === 0) return tls;
  throw new Failure('unsupported', 'openssl is needed to answer the recorded https addresses', {
    got: made.output,
  });
}

async function readBuilt(plan: Plan, out: string): Promise<MelangePackage> {
  const { name, version, architecture } = plan.package;
  const path = join(out, architecture, `${name}-${version}.apk`);
  const apk = await readApk({ ...fileSource(path), own: true }, { keep: keepSbom });
  const content = sbomEntryOf(apk)?.content;
  const sbom = content === undefined ? undefined : parseSbom(content);
  return {
    control: apk.control.bytes,
    path,
    data: { start: apk.data.start, end: apk.data.end },
    printedVersion: sbom?.kind === 'readable' ? recoverSbomInputs(sbom).toolVersion : undefined,
  };
}
