import { expect } from "vitest";
import type { TestGateway } from "./gateway.ts";

/** What a mutation answered: what was selected, and why not. */
export type Changed<T> = T & { userErrors: { code: string; message: string; path: string[] }[] };

/** Asks a gateway in GraphQL. Without a token as the house's admin; with `null` as a stranger. */
export interface Asker {
  query<T>(query: string, variables?: object, token?: string | null): Promise<T>;
  change<T = object>(name: string, input: object, selection: string, token?: string | null): Promise<Changed<T>>;
  /** A change that must not be refused. */
  succeed<T = object>(name: string, input: object, selection: string, token?: string | null): Promise<Changed<T>>;
}

export function askerOf(gateway: Pick<TestGateway, "ask" | "admin">, site = "acme"): Asker {
  const asker: Asker = {
    async query(query, variables, token = gateway.admin) {
      const { data, errors } = await gateway.ask(query, variables, token, { "gatehouse-site": site });
      expect(errors).toBeUndefined();
      return data as never; // as: what was selected
    },
    // By the contract's rule that `x` takes an `XInput` and answers `userErrors`.
    async change<T>(name: string, input: object, selection: string, token?: string | null) {
      const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
      const query = `mutation ($input: ${type}!) { ${name}(input: $input) { ${selection} userErrors { code message path } } }`;
      const data = await asker.query<Record<string, Changed<T>>>(query, { input }, token);
      return data[name] as Changed<T>; // as: the one field that was selected
    },
    async succeed<T>(name: string, input: object, selection: string, token?: string | null) {
      const answer = await asker.change<T>(name, input, selection, token);
      expect(answer.userErrors).toEqual([]);
      return answer;
    },
  };
  return asker;
}
