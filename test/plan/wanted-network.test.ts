import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wantedNetwork } from '../../src/plan/fetching-steps.ts';

describe('the output of a step', () => {
  const wanting = [
    'curl: (6) Could not resolve host: source.example',
    'go: golang.org/x/sys@v0.1.0: dial tcp: lookup modules.example on [::1]:53: connection refused',
    'npm ERR! code ENOTFOUND: getaddrinfo ENOTFOUND registry',
    "wget: bad address 'source.example'",
    'fatal: unable to access: Could not resolve host: source.example',
    'java.net.UnknownHostException: repo',
    'connect: Network is unreachable',
    'error: failed to lookup address information: Temporary failure in name resolution',
  ];
  for (const output of wanting)
    it(`shows a need for the network: ${output}`, () => assert.ok(wantedNetwork(output)));

  const other = ['make: *** [Makefile:3: all] Error 2', 'lookup failed for key x', 'connection refused'];
  for (const output of other)
    it(`is a different failure: ${output}`, () => assert.ok(!wantedNetwork(output)));
});
