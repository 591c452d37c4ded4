import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { generate } from "selfsigned";

/** Vouches for the certificates of the servers that tests start. */
export interface Authority {
  /** Its certificate, in PEM. */
  ca: string;
  certify(names: string[], validity?: { from: Date; to: Date }): Promise<{ key: string; cert: string }>;
}

export interface ProofServer {
  port: number;
  /** `host path` of every request. */
  requests: string[];
  /** How many connections were opened, with or without a request. */
  connections(): number;
  close(): Promise<void>;
}

const day = 24 * 60 * 60 * 1000;
const yearAround = () => ({ from: new Date(Date.now() - day), to: new Date(Date.now() + 365 * day) });

export async function createAuthority(): Promise<Authority> {
  const root = await generate([{ name: "commonName", value: "Test authority" }], {
    keyType: "ec",
    algorithm: "sha256",
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, critical: true },
    ],
  });
  return {
    ca: root.cert,
    async certify(names, { from, to } = yearAround()) {
      const made = await generate([{ name: "commonName", value: names[0] ?? "" }], {
        keyType: "ec",
        algorithm: "sha256",
        notBeforeDate: from,
        notAfterDate: to,
        extensions: [
          { name: "basicConstraints", cA: false },
          { name: "subjectAltName", altNames: names.map((value) => ({ type: 2 as const, value })) },
        ],
        ca: { key: root.private, cert: root.cert },
      });
      return { key: made.private, cert: made.cert };
    },
  };
}

/** A real HTTPS server on loopback that answers as a test says. */
export async function startProofServer(
  certificate: { key: string; cert: string },
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<ProofServer> {
  const requests: string[] = [];
  let connections = 0;
  const server: Server = createServer(certificate, (request, response) => {
    requests.push(`${request.headers.host?.replace(/:\d+$/, "")} ${request.url}`);
    answer(request, response);
  });
  server.on("connection", () => {
    connections++;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port, // as: it listens on a port
    requests,
    connections: () => connections,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
