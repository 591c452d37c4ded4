import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleCompany } from "../../../sync/sample/company.ts";
import { deleteUser, userOf } from "../../../sync/sample/edit.ts";
import { newPrivateKey, type SampleDirectory, startSampleDirectory } from "../../../sync/sample/sample-directory.ts";
import { type Assertion, askForToken, everyScope, get, openClient, scope } from "./sample-client.ts";

let sample: SampleDirectory;
let clock = () => Date.now();

beforeAll(async () => {
  sample = await startSampleDirectory({ company: sampleCompany(), now: () => clock() });
});
afterAll(() => sample.close());

const seconds = Math.floor(Date.now() / 1000);

describe("the token endpoint", () => {
  it("grants a token for a sound assertion, for 3599 seconds", async () => {
    const { status, body } = await askForToken(sample);
    expect(status).toBe(200);
    expect(body).toEqual({ access_token: expect.any(String), expires_in: 3599, token_type: "Bearer" });
  });

  const refusals: [string, Assertion, number, string, string][] = [
    ["another grant type", { grantType: "password" }, 400, "unsupported_grant_type", "Invalid grant_type: password"],
    ["an unknown service account", { iss: "x@y.example" }, 400, "invalid_grant", "Invalid grant: account not found"],
    ["another's key", { privateKey: newPrivateKey() }, 400, "invalid_grant", "Invalid JWT Signature."],
    ["another audience", { aud: "http://127.0.0.1/token" }, 400, "invalid_grant", "Invalid JWT: Failed audience check."],
    ["an assertion for too long", { exp: seconds + 4000 }, 400, "invalid_grant", "Invalid JWT: Token must be a short-lived"],
    ["one that ran out", { iat: seconds - 7200, exp: seconds - 3600 }, 400, "invalid_grant", "Invalid JWT: Token must be"],
    ["one from the future", { iat: seconds + 3600 }, 400, "invalid_grant", "Invalid JWT: Token must be"],
    ["a subject whom nobody knows", { sub: "x@acme.example" }, 400, "invalid_grant", "Invalid email or User ID"],
    ["no scopes", { scopes: [] }, 400, "invalid_scope", "Invalid OAuth scope or ID token audience provided."],
    ["scopes with commas", { scopes: [everyScope.join(",")] }, 400, "invalid_scope", "Invalid OAuth scope"],
    ["scopes of which none is delegated", { scopes: [scope("user")] }, 401, "unauthorized_client", "Client is unauthorized"],
    ["a scope that is not delegated", { scopes: [...everyScope, scope("user")] }, 403, "access_denied", "Requested client"],
  ];
  it.each(refusals)("refuses %s in Google's words", async (_what, asserted, status, error, description) => {
    const answer = await askForToken(sample, asserted);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ error, error_description: expect.stringContaining(description) });
  });

  it("does not know a user who was deleted", async () => {
    const company = sampleCompany();
    const other = await startSampleDirectory({ company });
    deleteUser(company, "admin@acme.example");
    expect(await askForToken(other)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
    await other.close();
  });

  it("gives a key file that names Google's own endpoint, and goes on with a key that was made before", async () => {
    const privateKey = newPrivateKey();
    const other = await startSampleDirectory({ company: sampleCompany(), privateKey });
    expect(JSON.parse(other.serviceAccountKey)).toMatchObject({
      type: "service_account",
      private_key: privateKey,
      token_uri: "https://oauth2.googleapis.com/token",
      client_id: expect.stringMatching(/^\d{21}$/),
    });
    await other.close();
  });
});

describe("a token", () => {
  it("is asked for by every request", async () => {
    const { status, headers, body } = await get(sample, "users?customer=my_customer");
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toContain("Bearer");
    expect(body.error).toMatchObject({ code: 401, status: "UNAUTHENTICATED", errors: [{ reason: "required" }] });
  });

  it("that nobody gave out is refused", async () => {
    const { status, headers, body } = await get(sample, "users?customer=my_customer", { Authorization: "Bearer made-up" });
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toContain('error="invalid_token"');
    expect(body.error.errors).toMatchObject([{ message: "Invalid Credentials", reason: "authError", domain: "global" }]);
  });

  it("runs out", async () => {
    const ask = await openClient(sample);
    expect(await ask("groups?customer=my_customer")).toMatchObject({ status: 200 });
    clock = () => Date.now() + 3_600_000;
    expect(await ask("groups?customer=my_customer")).toMatchObject({ status: 401 });
    clock = () => Date.now();
  });

  it("opens only what its scopes cover; that of groups opens members too", async () => {
    const ask = await openClient(sample, { scopes: [scope("group.readonly")] });
    expect(await ask("groups/backend@acme.example/members")).toMatchObject({ status: 200 });
    const { status, headers, body } = await ask("users?customer=my_customer");
    expect(status).toBe(403);
    expect(headers.get("www-authenticate")).toContain('error="insufficient_scope"');
    expect(body.error).toMatchObject({
      code: 403,
      message: "Request had insufficient authentication scopes.",
      status: "PERMISSION_DENIED",
      errors: [{ reason: "insufficientPermissions", domain: "global" }],
      details: [{ reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT" }],
    });
  });

  it("loses a scope that is no longer delegated", async () => {
    const ask = await openClient(sample);
    sample.delegatedScopes.delete(scope("user.readonly"));
    expect(await ask("users?customer=my_customer")).toMatchObject({ status: 403 });
    expect(await askForToken(sample)).toMatchObject({ status: 403, body: { error: "access_denied" } });
    sample.delegatedScopes.add(scope("user.readonly"));
    expect(await ask("users?customer=my_customer")).toMatchObject({ status: 200 });
  });

  it("acts with the rights of its subject: whoever is no administrator, or nobody, may read nothing", async () => {
    const plain = sample.company.users.find(({ isAdmin }) => !isAdmin);
    for (const sub of [userOf(sample.company, plain?.id ?? "").primaryEmail, null]) {
      const ask = await openClient(sample, { sub });
      const { status, body } = await ask("users?customer=my_customer");
      expect([status, body.error.errors[0]?.reason]).toEqual([403, "forbidden"]);
    }
  });
});
