import type { IncomingMessage, ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProofFinder, type ProofFinderOptions } from "../../src/domains/proof-finder.ts";
import { proofPath, proofText } from "../../src/model/domain-proof.ts";
import { type DnsServer, startDnsServer } from "../support/dns-server.ts";
import { type Authority, createAuthority, type ProofServer, startProofServer } from "../support/proof-server.ts";

const token = "0123456789abcdef0123456789abcdef01234567";
const right = proofText(token);
let dns: DnsServer;
let authority: Authority;
let server: ProofServer;
/** What the web server answers by host. */
const pages = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>();
let made = 0;

beforeAll(async () => {
  dns = await startDnsServer();
  authority = await createAuthority();
  server = await startProofServer(await authority.certify(["*.web.example"]), (request, response) => {
    const answer = pages.get(request.headers.host?.replace(/:\d+$/, "") ?? "");
    if (answer) answer(request, response);
    else response.writeHead(404).end("Not here");
  });
});
afterAll(async () => {
  await server.close();
  await dns.close();
});

const finder = (more: Partial<ProofFinderOptions> = {}) =>
  createProofFinder({
    dnsServer: dns.address,
    privateAddresses: "allow",
    httpsPort: server.port,
    ca: authority.ca,
    ...more,
  });
const look = (name: string, more: Partial<ProofFinderOptions> = {}) => finder(more).look({ name, token });
const recordAt = async (name: string, more?: Partial<ProofFinderOptions>) => (await look(name, more)).record;
const fileAt = async (name: string, more?: Partial<ProofFinderOptions>) => (await look(name, more)).file;
/** A name with a web server that answers like this. */
function site(answer?: (request: IncomingMessage, response: ServerResponse) => void): string {
  const name = `s${++made}.web.example`;
  dns.addresses(name, ["127.0.0.1"]);
  if (answer) pages.set(name, answer);
  return name;
}
const saying =
  (text: string, status = 200, headers = {}) =>
  (_request: IncomingMessage, response: ServerResponse) =>
    void response.writeHead(status, headers).end(text);
const redirecting = (to: (name: string) => string) => (request: IncomingMessage, response: ServerResponse) => {
  if (request.url !== proofPath) return void response.end(right);
  response.writeHead(302, { location: to(request.headers.host ?? "") }).end();
};

describe("rule 8.1: the TXT record", () => {
  it("is found alone, among others, and in several strings", async () => {
    dns.txt("one.example", right);
    dns.txt("many.example", "v=spf1 -all", "gatehouse-verification=other", right, ["k=", "v".repeat(200)]);
    dns.txt("cut.example", [right.slice(0, 10), right.slice(10, 30), right.slice(30)]);
    for (const name of ["one.example", "many.example", "cut.example"])
      expect(await recordAt(name)).toMatchObject({ outcome: "FOUND" });
  });

  it("is not another token, a part of it, one in capitals, or one cut over two records", async () => {
    dns.txt("other.example", `gatehouse-verification=${"f".repeat(40)}`);
    dns.txt("near.example", right.slice(0, -1), `${right}0`, right.toUpperCase(), token, `x ${right}`);
    dns.txt("two.example", right.slice(0, 20), right.slice(20));
    expect(await recordAt("other.example")).toEqual({
      outcome: "ABSENT",
      detail: "The TXT record at other.example holds another value.",
    });
    for (const name of ["near.example", "two.example"]) expect(await recordAt(name)).toMatchObject({ outcome: "ABSENT" });
  });

  it("is not that of a parent or of a subdomain", async () => {
    dns.txt("parent.example", right);
    dns.txt("www.child.example", right);
    for (const name of ["sub.parent.example", "child.example"]) expect(await recordAt(name)).toMatchObject({ outcome: "ABSENT" });
  });

  it("is definitely not there where DNS says that the name, or a TXT record at it, does not exist", async () => {
    dns.addresses("plain.example", ["127.0.0.1"]);
    dns.fail("nowhere.example", "NXDOMAIN");
    for (const name of ["plain.example", "nowhere.example"])
      expect(await recordAt(name)).toEqual({ outcome: "ABSENT", detail: `There is no TXT record of ours at ${name}.` });
  });

  it("is not known about where DNS fails, says nothing, or is not there at all", async () => {
    dns.fail("broken.example", "SERVFAIL");
    dns.fail("mute.example", "nothing at all");
    const unknown = { record: { outcome: "UNKNOWN" }, file: { outcome: "UNKNOWN" } };
    expect(await look("broken.example")).toMatchObject(unknown);
    expect(await look("mute.example", { patienceMs: 300 })).toMatchObject(unknown);
    expect(await look("one.example", { dnsServer: "127.0.0.1:9", patienceMs: 1000 })).toMatchObject(unknown);
  });
});

describe("rule 8.1: the HTTPS file", () => {
  it("is found at its one path, with or without a line's end", async () => {
    const name = site(saying(`${right}\r\n`, 200, { "content-type": "text/plain" }));
    expect(await look(name)).toMatchObject({ record: { outcome: "ABSENT" }, file: { outcome: "FOUND" } });
    expect(server.requests.at(-1)).toBe(`${name} /.well-known/gatehouse-verification.txt`);
  });

  it("is definitely not there where the server says so, or says something else", async () => {
    expect(await fileAt(site())).toMatchObject({ outcome: "ABSENT", detail: expect.stringContaining("404") });
    for (const answer of [
      saying("<html>Welcome</html>"),
      saying(`${right}1`),
      saying(""),
      saying(right, 403),
      saying(right, 206),
    ])
      expect(await fileAt(site(answer))).toMatchObject({ outcome: "ABSENT" });
    expect(await fileAt("no-web.example")).toMatchObject({ outcome: "ABSENT" });
  });

  it("is not known about where the server is in trouble, breaks off, or is not there", async () => {
    for (const status of [500, 503, 429, 408])
      expect(await fileAt(site(saying(right, status)))).toMatchObject({ outcome: "UNKNOWN" });
    const broken = site((_request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write(right, () => response.destroy());
    });
    expect(await fileAt(broken)).toMatchObject({ outcome: "UNKNOWN" });
    const refusing = site((request) => request.socket.destroy());
    expect(await fileAt(refusing)).toMatchObject({ outcome: "UNKNOWN" });
    expect(await fileAt(site(saying(right)), { httpsPort: 9 })).toMatchObject({ outcome: "UNKNOWN", detail: /ECONNREFUSED/ });
  });

  it("is not waited for longer than five seconds in all, which a test makes shorter", async () => {
    const hanging = site(() => undefined);
    const dripping = site((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(drip));
    });
    for (const name of [hanging, dripping])
      expect(await fileAt(name, { patienceMs: 300 })).toEqual({
        outcome: "UNKNOWN",
        detail: `The web server of ${name} gave no whole answer in time.`,
      });
  });

  it("is not read further than a proof can be long", async () => {
    const endless = site((_request, response) => {
      response.writeHead(200);
      const more = () => void (response.destroyed || response.write(Buffer.alloc(64 * 1024, right), more));
      more();
    });
    // Reading on would end as UNKNOWN, by time.
    expect(await fileAt(endless)).toMatchObject({ outcome: "ABSENT", detail: /holds something else/ });
  });
});

describe("rule 8.1: a redirect", () => {
  it("is followed on the same host, at the address that was found first", async () => {
    const name = site(redirecting(() => "/elsewhere?a=b"));
    dns.addresses(name, ["127.0.0.1"], ["2000::1"]);
    expect(await fileAt(name)).toMatchObject({ outcome: "FOUND" });
    expect(server.requests.at(-1)).toBe(`${name} /elsewhere?a=b`);
    expect(dns.questions.filter((question) => question === `A ${name}`)).toHaveLength(1);
    expect(await fileAt(site(redirecting((host) => `https://${host}/absolute`)))).toMatchObject({ outcome: "FOUND" });
  });

  it("is not followed to another host, port or scheme, nor without end", async () => {
    const other = site(saying(right));
    const before = server.requests.length;
    const targets: ((host: string) => string)[] = [
      () => `https://${other}:${server.port}/`,
      () => `//${other}:${server.port}/`,
      (host) => `http://${host}/`,
      (host) => `https://${host.replace(/:\d+$/, "")}:${server.port + 1}/`,
      () => "http://169.254.169.254/latest/meta-data",
      () => "file:///etc/passwd",
      () => "https://[",
    ];
    for (const to of targets)
      expect(await fileAt(site(redirecting(to)))).toMatchObject({ outcome: "ABSENT", detail: /redirects to another host/ });
    expect(server.requests.slice(before).filter((request) => request.startsWith(other))).toEqual([]);
    const circling = site((_request, response) => void response.writeHead(307, { location: proofPath }).end());
    expect(await fileAt(circling)).toMatchObject({ outcome: "ABSENT", detail: /without end/ });
  });
});

describe("rule 8.1: the certificate", () => {
  const day = 24 * 60 * 60 * 1000;
  const askOver = async (certificate: { key: string; cert: string }) => {
    const name = site();
    const own = await startProofServer(certificate, saying(right));
    try {
      const file = await fileAt(name, { httpsPort: own.port });
      return { ...file, asked: own.requests.length };
    } finally {
      await own.close();
    }
  };

  it("must be for the domain, of today, and of an authority that is trusted: else nothing is asked", async () => {
    expect(await askOver(await authority.certify(["*.web.example"]))).toMatchObject({ outcome: "FOUND", asked: 1 });
    const wrong = [
      await authority.certify(["other.example"]),
      await authority.certify(["*.web.example"], { from: new Date(Date.now() - 30 * day), to: new Date(Date.now() - day) }),
      await authority.certify(["*.web.example"], { from: new Date(Date.now() + day), to: new Date(Date.now() + 30 * day) }),
      await (await createAuthority()).certify(["*.web.example"]),
    ];
    for (const certificate of wrong) expect(await askOver(certificate)).toMatchObject({ outcome: "UNKNOWN", asked: 0 });
  });

  it("is checked whatever the environment says", async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
    try {
      expect(await askOver(await authority.certify(["other.example"]))).toMatchObject({ outcome: "UNKNOWN", asked: 0 });
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    }
  });
});

describe("rule 8.1: private addresses", () => {
  const refuse = { privateAddresses: "refuse" } as const;

  it("T27: are never asked, and the answer is the same whether somebody listens there", async () => {
    const before = server.connections();
    const [listening, silent] = [site(saying(right)), site()];
    dns.addresses(silent, ["10.255.255.1", "fe80::1", "::ffff:127.0.0.1"]);
    for (const name of [listening, silent])
      expect(await fileAt(name, refuse)).toEqual({
        outcome: "UNKNOWN",
        detail: `${name} has no address on the public Internet to ask for the file.`,
      });
    expect(server.connections()).toBe(before);
  });

  it("T27: are not asked either when a second answer of DNS would lead there", async () => {
    const name = site(saying(right));
    // Of 2000::/16 nothing is given out: a public address at which nobody is.
    dns.addresses(name, ["2000::1"], ["127.0.0.1"]);
    const before = server.connections();
    expect(await fileAt(name, { ...refuse, patienceMs: 1000 })).toMatchObject({ outcome: "UNKNOWN" });
    expect(server.connections()).toBe(before);
    expect(dns.questions.filter((question) => question.endsWith(` ${name}`)).sort()).toEqual([
      `A ${name}`,
      `AAAA ${name}`,
      `TXT ${name}`,
    ]);
  });

  it("are left out where a name has public ones besides", async () => {
    const name = site(saying(right));
    dns.addresses(name, ["127.0.0.1", "2000::1"]);
    const before = server.connections();
    expect(await fileAt(name, { ...refuse, patienceMs: 1000 })).toMatchObject({ outcome: "UNKNOWN" });
    expect(server.connections()).toBe(before);
  });
});

describe("whether our DNS can be relied on", () => {
  it("is asked by who serves the root of all names", async () => {
    expect(await finder().hasDns()).toBe(true);
    for (const failure of ["NXDOMAIN", "SERVFAIL", "nothing at all"] as const) {
      dns.fail("", failure);
      expect(await finder({ patienceMs: 300 }).hasDns()).toBe(false);
    }
    dns.forget("");
    expect(await finder({ dnsServer: "127.0.0.1:9", patienceMs: 300 }).hasDns()).toBe(false);
  });
});
