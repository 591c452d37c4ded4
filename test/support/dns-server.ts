import DNS from "dns2";

/** What a DNS server says of one name and type; for a list, one after the other, the last for ever. */
export type DnsAnswer = { records: string[][] } | "NXDOMAIN" | "SERVFAIL" | "nothing at all";

export interface DnsServer {
  /** `127.0.0.1:port`. */
  address: string;
  /** From now on the TXT records of a name: each a text, or the strings that it is cut into. */
  txt(name: string, ...records: (string | string[])[]): void;
  /** From now on the addresses of a name; a further list is the answer to the next question, and so on. */
  addresses(name: string, ...answers: string[][]): void;
  /** From now on the answer to every question about a name: `*` is every name that has no answer of its own. */
  fail(name: string, failure: Extract<DnsAnswer, string>): void;
  /** From now on nothing is known of a name. */
  forget(name: string): void;
  /** Every question since it was started: `TXT acme.example`. The root has an empty name. */
  questions: string[];
  close(): Promise<void>;
}

const { Packet } = DNS;
const rcodes = { SERVFAIL: 2, NXDOMAIN: 3 } as const;
const typeNames = new Map<number, string>([
  [Packet.TYPE.A, "A"],
  [Packet.TYPE.AAAA, "AAAA"],
  [Packet.TYPE.NS, "NS"],
  [Packet.TYPE.TXT, "TXT"],
]);

/** A real DNS server on loopback, over UDP. Of names that it was not told of it says that they do not exist. */
export async function startDnsServer(): Promise<DnsServer> {
  const known = new Map<string, DnsAnswer[]>();
  const questions: string[] = [];

  const answerTo = (type: string, name: string): DnsAnswer => {
    const failure = known.get(`* ${name}`)?.[0];
    if (failure) return failure;
    const answers = known.get(`${type} ${name}`);
    if (answers) return (answers.length > 1 ? answers.shift() : answers[0]) ?? "NXDOMAIN";
    const isKnown = [...known.keys()].some((key) => key.endsWith(` ${name}`));
    return isKnown ? { records: [] } : (known.get("* *")?.[0] ?? (name === "" ? { records: [["root.example"]] } : "NXDOMAIN"));
  };

  const server = DNS.createServer({
    udp: true,
    handle(request, send) {
      const [question] = request.questions;
      const type = typeNames.get(question?.type ?? 0) ?? "?";
      const name = question?.name.toLowerCase() ?? "";
      questions.push(`${type} ${name}`);
      const answer = answerTo(type, name);
      if (answer === "nothing at all") return;
      const response = Packet.createResponseFromRequest(request);
      if (typeof answer === "string") response.header.rcode = rcodes[answer];
      else for (const strings of answer.records) response.answers.push(recordOf(type, name, strings));
      void send(response);
    },
  });
  const { udp } = await server.listen({ udp: { port: 0, address: "127.0.0.1" } });
  const address = `127.0.0.1:${udp?.port}`;
  return {
    address,
    questions,
    txt: (name, ...records) => known.set(`TXT ${name}`, [{ records: records.map((record) => [record].flat()) }]),
    addresses(name, ...answers) {
      for (const [type, isOfIt] of [
        ["A", (one: string) => !one.includes(":")],
        ["AAAA", (one: string) => one.includes(":")],
      ] as const)
        known.set(
          `${type} ${name}`,
          answers.map((answer) => ({ records: answer.filter(isOfIt).map((one) => [one]) })),
        );
    },
    fail: (name, failure) => known.set(`* ${name}`, [failure]),
    forget(name) {
      for (const key of [...known.keys()]) if (key.endsWith(` ${name}`)) known.delete(key);
    },
    close: () => server.close(),
  };
}

function recordOf(type: string, name: string, strings: string[]): DNS.Packet.Resource {
  const [first = ""] = strings;
  const fields = { TXT: { data: strings }, NS: { ns: first } }[type] ?? { address: first };
  const number = [...typeNames].find(([, word]) => word === type)?.[0] ?? 0;
  return { name, type: number, class: 1, ttl: 1, ...fields } as DNS.Packet.Resource; // as: the package makes it whole when it writes it
}
