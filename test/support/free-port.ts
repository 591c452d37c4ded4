import { createServer } from "node:net";

/** A port below those that systems give to outgoing connections, so that nothing takes it while nobody listens there. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((tell) => {
      server.once("error", () => tell(false));
      server.listen(port, "127.0.0.1", () => tell(true));
    });
    if (isFree) return new Promise((found) => server.close(() => found(port)));
  }
}
