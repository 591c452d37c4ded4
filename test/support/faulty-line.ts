import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { freePort } from "./free-port.ts";

/** A TCP line from a client to a server that can go wrong. It starts whole. */
export interface FaultyLine {
  /** On 127.0.0.1, where the client finds the server. */
  port: number;
  /** Resets every connection, and refuses new ones. */
  cut(): Promise<void>;
  /** Cuts the line once a client says this, which goes no further. Resolves when that has happened. */
  cutAt(text: string): Promise<void>;
  /** Passes nothing on from now on, and ends nothing. */
  hang(): void;
  /** Makes the line whole again. Connections that hung go on. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/** Lays a line to a port on loopback. */
export async function layLine(to: { port: number }): Promise<FaultyLine> {
  const sockets = new Set<Socket>();
  let hangs = false;
  let trap: { text: string; sprung: () => void } | null = null;

  const join = (from: Socket, into: Socket, isTrapped: boolean) => {
    sockets.add(from);
    if (hangs) from.pause();
    from.on("data", (chunk) => {
      if (isTrapped && trap && chunk.includes(trap.text)) {
        void cut().then(trap.sprung);
        trap = null;
      } else into.write(chunk);
    });
    from.on("error", () => into.resetAndDestroy());
    from.on("end", () => into.end());
    from.on("close", () => {
      sockets.delete(from);
      into.destroy();
    });
  };
  const accept = (client: Socket) => {
    const server = connect(to.port, "127.0.0.1");
    join(client, server, true);
    join(server, client, false);
  };
  let listener: Server | null = null;
  const listen = async (port: number): Promise<number> => {
    listener = createServer(accept).listen(port, "127.0.0.1");
    await once(listener, "listening");
    return (listener.address() as AddressInfo).port; // as: it listens on a port, not on a pipe
  };
  const cut = async () => {
    const closed = listener && once(listener, "close");
    listener?.close();
    listener = null;
    for (const socket of sockets) socket.resetAndDestroy();
    await closed;
  };
  const port = await listen(await freePort());
  return {
    port,
    cut,
    cutAt: (text) =>
      new Promise((sprung) => {
        trap = { text, sprung };
      }),
    hang() {
      hangs = true;
      for (const socket of sockets) socket.pause();
    },
    async restore() {
      hangs = false;
      for (const socket of sockets) socket.resume();
      if (!listener) await listen(port);
    },
    close: cut,
  };
}
