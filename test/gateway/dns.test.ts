/** The name server of a guest, asked by c-ares (Node's own resolver), and by bytes that are no question. */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { Resolver } from 'node:dns/promises';
import { once } from 'node:events';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { answerQuery } from '../../src/gateway/dns.ts';
import { GuestNames } from '../../src/gateway/guest-names.ts';

describe('the name server of a guest', () => {
  let socket: Socket;
  let resolver: Resolver;
  const names = new GuestNames();

  before(async () => {
    socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    socket.on('message', (query, { address, port }) => {
      const answer = answerQuery(query, (name) =>
        name === 'none.example' ? undefined : names.address(name),
      );
      if (answer !== undefined) socket.send(answer, port, address);
    });
    resolver = new Resolver({ timeout: 2000, tries: 1 });
    resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  });
  after(() => socket.close());

  it('gives every name one address of the loopback, which follows from the name alone', async () => {
    const [address] = await resolver.resolve4('files.example');
    assert.match(address!, /^127\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d+\.\d+$/);
    assert.deepEqual(await resolver.resolve4('FILES.example'), [address]);
    assert.equal(new GuestNames().address('files.example'), address);
    assert.equal(names.name(address!), 'files.example');
    const others = await resolver.resolve4('other.example');
    assert.notEqual(others[0], address);
  });

  const empty = { code: 'ENODATA' };
  it('has nothing but addresses of four numbers', async () => {
    await assert.rejects(resolver.resolve6('files.example'), empty);
    await assert.rejects(resolver.resolveTxt('files.example'), empty);
    await assert.rejects(resolver.resolveMx('files.example'), empty);
    await assert.rejects(resolver.resolveSrv('_http._tcp.files.example'), empty);
  });

  it('refuses a name that gets no address', async () => {
    await assert.rejects(resolver.resolve4('none.example'), { code: 'EREFUSED' });
  });

  it('gives no two names one address', () => {
    const own = new GuestNames();
    const given = Array.from({ length: 5000 }, (_, index) => own.address(`${index}.example`));
    assert.equal(new Set(given).size, 5000);
  });

  it('gives no more names than its bound, and keeps those that it gave', () => {
    const own = new GuestNames();
    const first = own.address('0.example');
    for (let index = 1; index < 20_100; index += 1) own.address(`${index}.example`);
    assert.equal(own.address('one-more.example'), undefined);
    assert.equal(own.address('0.example'), first);
  });

  it('answers whatever bytes with an answer of the same number, or not at all', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const query = Buffer.from(bytes);
        const answer = answerQuery(query, () => '127.64.0.1');
        if (answer === undefined) return;
        assert.ok(answer.length >= 12 && answer.length <= query.length + 28);
        assert.equal(answer.readUInt16BE(0), query.readUInt16BE(0));
        assert.ok((answer.readUInt16BE(2) & 0x8000) !== 0);
      }),
    );
  });

  it('does not follow a name that points back at itself', () => {
    const looped = Buffer.from('123401000001000000000000c00c00010001', 'hex');
    assert.equal(answerQuery(looped, () => assert.fail())!.readUInt16BE(2) & 0xf, 4);
  });
});
