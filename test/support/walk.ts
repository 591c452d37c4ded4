import { expect } from "vitest";
import type { TestGateway } from "./gateway.ts";

interface Connection {
  totalCount?: number;
  nodes: { id: string }[];
  edges: { cursor: string; node: { id: string } }[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
}

/** A list of the contract: its variables' types by name, and how its object is selected around it. */
export interface List {
  field: string;
  variables: Record<string, string>;
  around?: { open: string; close: string };
  hasTotal?: boolean;
}

const size = 2;

/** Reads a list to its end in pages of two, and holds each page to what the contract says of pages. Answers the ids in order. */
export async function walk({ ask }: TestGateway, list: List, variables: Record<string, unknown>): Promise<string[]> {
  const ids: string[] = [];
  for (let after: string | null = null; ; ) {
    const page: Connection = await readPage(ask, list, { ...variables, after });
    const { nodes, edges, pageInfo } = page;
    expect(edges.map(({ node }) => node)).toEqual(nodes);
    expect(pageInfo.startCursor).toBe(edges[0]?.cursor ?? null);
    expect(pageInfo.endCursor).toBe(edges.at(-1)?.cursor ?? null);
    expect(pageInfo.hasPreviousPage).toBe(after !== null);
    ids.push(...nodes.map(({ id }) => id));
    if (pageInfo.hasNextPage) {
      expect(nodes).toHaveLength(size);
      after = pageInfo.endCursor;
      continue;
    }
    expect(nodes.length).toBeLessThanOrEqual(size);
    if (after !== null) expect(nodes).not.toEqual([]);
    if (list.hasTotal !== false) expect(page.totalCount).toBe(ids.length);
    return ids;
  }
}

async function readPage(
  ask: TestGateway["ask"],
  { field, variables, around = { open: "", close: "" }, hasTotal = true }: List,
  values: Record<string, unknown>,
): Promise<Connection> {
  const declared = Object.entries({ ...variables, after: "String" }).map(([name, type]) => `$${name}: ${type}`);
  const args = [
    "first: 2",
    "after: $after",
    ...Object.keys(variables).flatMap((name) => (name === "id" ? [] : [`${name}: $${name}`])),
  ];
  const selection = `${hasTotal ? "totalCount" : ""} nodes { id } edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }`;
  const query = `query (${declared.join(", ")}) { ${around.open} list: ${field}(${args.join(", ")}) { ${selection} } ${around.close} }`;
  const { data, errors } = await ask(query, values);
  expect(errors).toBeUndefined();
  const outer = (around.open ? Object.values(data)[0] : data) as unknown as { list: Connection }; // as: what was selected
  return outer.list;
}
