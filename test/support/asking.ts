import { expect } from "vitest";
import type { TestGateway } from "./gateway.ts";

interface UserError {
  code: string;
  path: string[] | null;
}

/** Short words for asking a gateway, as somebody. */
export interface Asker {
  /** Answers the question's data; there must be no error. */
  query<T>(query: string, variables?: object, token?: string | null): Promise<T>;
  /** Makes a mutation `x` of an `XInput`, and answers its payload with `userErrors { code path }`. */
  change<T>(name: string, input: object, selection: string, token?: string | null): Promise<T & { userErrors: UserError[] }>;
  /** Makes a change that has to succeed. */
  succeed<T>(name: string, input: object, selection: string, token?: string | null): Promise<T>;
  /** Makes a change that has to be refused, and answers `CODE path` for each fault. */
  refused(name: string, input: object, token?: string | null): Promise<string[]>;
}

export function askerOf(gateway: TestGateway, site = "acme"): Asker {
  const asker: Asker = {
    async query<T>(query: string, variables = {}, token?: string | null) {
      const { data, errors } = await gateway.ask(query, variables, token, { "gatehouse-site": site });
      expect(errors).toBeUndefined();
      return data as T; // as: the caller names what it selects
    },
    async change<T>(name: string, input: object, selection: string, token?: string | null) {
      const type = `${name[0]?.toUpperCase()}${name.slice(1)}Input`;
      const query = `mutation ($input: ${type}!) { it: ${name}(input: $input) { ${selection} userErrors { code path } } }`;
      return (await asker.query<{ it: T & { userErrors: UserError[] } }>(query, { input }, token)).it;
    },
    async succeed<T>(name: string, input: object, selection: string, token?: string | null) {
      const { userErrors, ...payload } = await asker.change<object>(name, input, selection, token);
      expect(userErrors).toEqual([]);
      return payload as T; // as: the caller names what it selects
    },
    async refused(name, input, token) {
      const { userErrors } = await asker.change<object>(name, input, "", token);
      return userErrors.map(({ code, path }) => `${code} ${path?.join(".") ?? ""}`.trim());
    },
  };
  return asker;
}
