/** Builds whose steps fetch: the lab's package with steps in front of its own, and servers of the test's own behind real names. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunOptions } from '../../src/flow/run-options.ts';
import { type Inputs, machineInputs } from '../../src/inputs/inputs.ts';
import type { BuildRequest } from '../../src/inputs/network/http.ts';
import type { PackageResult } from '../../src/verdict/result.ts';
import { verify } from '../../src/verify.ts';
import { lab } from '../support/lab.ts';
import { labNetwork } from '../support/lab-server.ts';
import { changeControl, repack, textOf, withText } from '../support/parts.ts';
import { helloShell, labOptions, sandbox } from './lab-run.ts';

export const published: string = join(lab, helloShell);
const own = '  - name: settings and scripts\n';

/** `false`, or why nothing can fetch here: the network of a build is a namespace of its own. */
export const cannotFetch: string | false =
  sandbox === 'bubblewrap' ? false : 'the sandbox here has no network of a build’s own';

/** Where names lead to: `host` of a request, and the server that stands for it. */
export type Hosts = Readonly<Record<string, string>>;

export interface FetchingBuild {
  readonly result: PackageResult;
  /** What the steps wrote. */
  readonly output: string;
  /** Requests that left this process, as `METHOD address`. */
  readonly asked: readonly string[];
}

/** Options of a run; with `publicOnly`, hosts without a server of the test's own lead to this machine, and that is not allowed. */
export type Extra = Partial<RunOptions> & {
  readonly publicOnly?: boolean;
  /** Steps in front of the one that is written, as they are in a recipe. */
  readonly before?: string;
};

export interface FetchingLab {
  readonly folder: string;
  /** The package that was verified last, and the options of a run on it. */
  readonly package: string;
  options(hosts: Hosts, extra?: Extra): RunOptions;
  /** Writes the package with one step in front of its own. */
  write(script: string, before?: string): Promise<string>;
  /** Verifies the lab's package with one step in front of its own, in this machine's programs unless told otherwise. */
  build(script: string, hosts: Hosts, extra?: Extra): Promise<FetchingBuild>;
  close(): void;
}

export function openFetchingLab(): FetchingLab {
  const folder = mkdtempSync(join(tmpdir(), 'wolfi-repro-fetching-'));
  const path = join(folder, 'hello-shell-1.4.2-r3.apk');
  const optionsOf = (
    hosts: Hosts,
    { publicOnly = false, before: _before, ...extra }: Extra,
    asked: string[],
  ): RunOptions => {
    const usual = labOptions();
    const cache = extra.machine?.cache ?? join(folder, 'cache');
    const { signal } = usual.machine;
    const policy = { ...labNetwork.policy, allowPrivateAddresses: !publicOnly };
    const open = machineInputs(cache, signal, labNetwork);
    const others = publicOnly
      ? machineInputs(cache, signal, { ...labNetwork, policy, resolve: async () => ['127.0.0.1'] })
      : open;
    return {
      ...usual,
      environment: { kind: 'host' },
      ...extra,
      machine: { ...usual.machine, cache, inputs: leadingTo(hosts, open, others, asked) },
    };
  };
  return {
    folder,
    package: path,
    options: (hosts, extra = {}) => optionsOf(hosts, extra, []),
    async write(script, before) {
      writeFileSync(path, await withStep(script, before));
      return path;
    },
    async build(script, hosts, extra = {}) {
      writeFileSync(path, await withStep(script, extra.before));
      const asked: string[] = [];
      const output: Buffer[] = [];
      const onProgress: RunOptions['onProgress'] = (event) => {
        if (event.kind === 'output') output.push(Buffer.from(event.bytes));
      };
      const { packages } = await verify([path], { ...optionsOf(hosts, extra, asked), onProgress });
      return { result: packages[0]!, output: Buffer.concat(output).toString(), asked };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The lab's package with a step in front of its own, signed again. */
async function withStep(script: string, before = ''): Promise<Uint8Array> {
  const lines = script.split('\n').map((line) => `      ${line}\n`);
  const step = `${before}  - name: fetch\n    runs: |\n${lines.join('')}`;
  return repack(published, (parts) =>
    changeControl(parts, '.melange.yaml', (entry) => {
      if (!textOf(entry).includes(own)) throw new Error('the package has another recipe');
      return withText(entry, textOf(entry).replace(own, `${step}${own}`));
    }),
  );
}

/** Inputs that send requests for the named hosts to servers of the test's own. */
function leadingTo(hosts: Hosts, inputs: Inputs, others: Inputs, asked: string[]): Inputs {
  const [exchange, after] = [inputs.exchange.bind(inputs), inputs.after.bind(inputs)];
  const elsewhere = others.exchange.bind(others);
  inputs.exchange = (request: BuildRequest) => {
    asked.push(`${request.method} ${request.url.href}`);
    const server = hosts[request.url.host];
    if (server === undefined) return elsewhere(request);
    return exchange({ ...request, url: new URL(`${request.url.pathname}${request.url.search}`, server) });
  };
  inputs.after = (ready) => leadingTo(hosts, after(ready), others, asked);
  return inputs;
}

export function outcomeOf({ verdict }: PackageResult): string {
  return verdict.kind === 'reproduced' ? verdict.kind : `${verdict.kind}:${verdict.reason}`;
}
