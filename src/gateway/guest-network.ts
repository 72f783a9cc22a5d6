/** What a sandbox and whatever answers its guest agree on. */
import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server } from 'node:net';
import type { Failure } from '../failure.ts';

/** Sockets that listen in the network namespace of a guest, in this process's hands. */
export interface GuestListeners {
  readonly tcp: readonly { readonly port: number; readonly server: Server }[];
  /** Port 53. */
  readonly dns: DatagramSocket;
}

/** A network that ends in this process. */
export interface GuestNetwork {
  /** TCP ports to listen on, without those of the name server. */
  readonly ports: readonly number[];
  /** The authority that the guest is to trust, as PEM. */
  readonly certificate: string;
  /**
   * Answers a guest until the returned function is called, which waits for what is under way.
   * @param onFault called once, when the program in the guest has asked for what it must not go on without
   */
  serve(listeners: GuestListeners, onFault: () => void): () => Promise<void>;
  /** Why a program must not go on, with the name of its step. */
  fault(step: string): Failure | undefined;
  /** Why the failure of a step may be the network's, and so says nothing about a package. */
  excuse(step: string, output: string): Failure | undefined;
}
