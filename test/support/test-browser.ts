import type { FastifyInstance } from "fastify";

/** Where a browser ended up. */
export interface Visit {
  url: string;
  status: number;
  body: string;
  headers: Record<string, unknown>;
}

/** A browser without a screen: it keeps cookies by origin and path, as browsers do, and follows redirects. */
export class TestBrowser {
  /** `origin path name` and value. */
  readonly cookies = new Map<string, string>();
  /** Every address that it came by. */
  readonly path: string[] = [];
  private readonly gateway: FastifyInstance;
  private readonly publicUrl: string;

  constructor(gateway: FastifyInstance, publicUrl = "http://127.0.0.1:4000") {
    this.gateway = gateway;
    this.publicUrl = publicUrl;
  }

  /** Goes to an address, and on until nobody sends it further, or `until` says so of the next address. */
  async visit(address: string, until: (next: string) => boolean = () => false): Promise<Visit> {
    let url = new URL(address, this.publicUrl).href;
    for (let hops = 0; hops < 20; hops++) {
      this.path.push(url);
      const visit = await this.ask(url);
      const location = visit.headers.location;
      if (typeof location !== "string") return visit;
      url = new URL(location, url).href;
      if (until(url)) return { ...visit, url };
    }
    throw new Error(`Sent round in circles: ${this.path.join(" ")}`);
  }

  /** The value of a cookie of the gateway. */
  cookie(name: string): string | undefined {
    return this.cookies.get(`${this.publicUrl} / ${name}`);
  }

  private async ask(url: string): Promise<Visit> {
    const { origin, pathname, search } = new URL(url);
    const cookie = [...this.cookies]
      .map(([key, value]) => ({ of: key.split(" "), value }))
      .filter(({ of: [at, path = "/"] }) => at === origin && pathname.startsWith(path))
      .map(({ of, value }) => `${of[2]}=${value}`)
      .join("; ");
    if (origin === this.publicUrl) {
      const answer = await this.gateway.inject({ method: "GET", url: pathname + search, headers: { cookie } });
      this.keep(origin, [answer.headers["set-cookie"] ?? []].flat());
      return { url, status: answer.statusCode, body: answer.body, headers: answer.headers };
    }
    const answer = await fetch(url, { redirect: "manual", headers: { cookie } });
    this.keep(origin, answer.headers.getSetCookie());
    return { url, status: answer.status, body: await answer.text(), headers: Object.fromEntries(answer.headers) };
  }

  private keep(origin: string, lines: string[]): void {
    for (const line of lines) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const path = /;\s*path=([^;]*)/i.exec(line)?.[1] ?? "/";
      const expires = /;\s*expires=([^;]*)/i.exec(line)?.[1];
      const isGone = /;\s*max-age=0/i.test(line) || (expires !== undefined && Date.parse(expires) < Date.now());
      if (isGone) this.cookies.delete(`${origin} ${path} ${name}`);
      else this.cookies.set(`${origin} ${path} ${name}`, value);
    }
  }
}
