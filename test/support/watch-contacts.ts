/** Loaded in front of a program (`--import`): writes down, and forbids, every contact that it tries to make. */
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const log = process.env['CONTACTS']!;

function refuse(what: string): never {
  appendFileSync(log, `${what}\n`);
  throw Object.assign(new Error(`${what} was tried`), { code: 'ECONNREFUSED' });
}

net.Socket.prototype.connect = () => refuse('a connection');
dns.lookup = Object.assign(() => refuse('a look-up of a name'), {
  __promisify__: async () => refuse('a look-up'),
});
dns.promises.lookup = async () => refuse('a look-up of a name');
syncBuiltinESMExports();
