/** What a sandbox and whatever answers its guest agree on. */
import type { Socket as DatagramSocket } from 'node:dgram';
import type { Server } from 'node:net';
import type { Failure } from '../failure.ts';

/** Sockets that listen in the network namespace of a guest, in this process's hands. */
export interface GuestListeners {
  readonly tcp: readonly { readonly port: number; readonly server: Server }[];
  /** Port 53. */
  readonly dns: DatagramSocket;
  /** How often the guest tried to reach what is not served; to be asked once, when its programs have ended. */
  unserved(): number;
}

/** A network that ends in this process. */
export interface GuestNetwork {
  /** TCP ports to listen on, except those of the name server. */
  readonly ports: readonly number[];
  /** The authority that the guest is to trust, as PEM. */
  readonly certificate: string;
  /**
   * Answers a guest until the returned function is called, which waits for the requests that are under way.
   * @param onFault called once, when the program in the guest has asked for something without which it must not continue
   */
  serve(listeners: GuestListeners, onFault: () => void): () => Promise<void>;
  /** Why a program must not continue, with the name of its step. */
  fault(step: string): Failure | undefined;
  /** Why the network may have caused the failure of a step, which then says nothing about a package. */
  excuse(step: string, output: string): Failure | undefined;
}
