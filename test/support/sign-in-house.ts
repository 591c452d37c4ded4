import { newId } from "../../src/model/id.ts";
import { type Answer, openGateway, type TestGateway } from "./gateway.ts";
import { buildPeopleHouse, type Joined, type PeopleHouse } from "./people-house.ts";
import { type Claims, startTestProvider, type TestProvider } from "./test-provider.ts";

/** What signing in answers. */
export interface SignedIn {
  session: { accessToken: string } | null;
  viewer: { user: { email: string; status: string } | null } | null;
  userErrors: { code: string; message: string; path: string[] }[];
}

/** A house whose site accepts a provider of its own and a stand-in for Google, and verified `acme.example`. */
export interface SignInHouse extends PeopleHouse {
  /** Of the site `acme` alone. */
  provider: TestProvider;
  /** Of every site. */
  google: TestProvider;
  gateway: TestGateway;
  /** Asks the gateway as a stranger. */
  askAt(site: string, query: string, variables: object): Promise<Answer>;
  signIn(idToken: string, site?: string): Promise<SignedIn>;
  /** `in`, or the codes of why not. */
  outcomeOf(idToken: string, site?: string): Promise<string>;
  /** Whom the session is of that an ID token opens. */
  accountBy(idToken: string, site?: string): Promise<string | undefined>;
  /** Somebody who joined with a password, and what the provider says of them. */
  someone(): Promise<{ who: Joined; claims: Claims & { email: string } }>;
  links(): Promise<{ accountId: string; issuer: string; subject: string }[]>;
}

const signIn = `mutation ($idToken: String!) { signInWithIdToken(input: { idToken: $idToken }) {
  session { accessToken } viewer { user { email status } } userErrors { code message path } } }`;

export async function buildSignInHouse(): Promise<SignInHouse> {
  const house = await buildPeopleHouse();
  await house.verifyDomain("acme.example");
  const provider = await startTestProvider();
  const google = await startTestProvider({ name: "google", isGoogle: true });
  const signInProviders = [provider.settings, { ...google.settings, sites: ["*"] }];
  const gateway = await openGateway(house, "jit", { signInProviders });
  let count = 0;
  const people: SignInHouse = {
    ...house,
    provider,
    google,
    gateway,
    askAt: (site, query, variables) => gateway.ask(query, variables, null, { "gatehouse-site": site }),
    async signIn(idToken, site = "acme") {
      const { data, errors } = await people.askAt(site, signIn, { idToken });
      if (errors) throw new Error(errors.map(({ message, extensions }) => `${extensions.code}: ${message}`).join());
      return data.signInWithIdToken as unknown as SignedIn; // as: what was selected
    },
    async outcomeOf(idToken, site) {
      const { session, userErrors } = await people.signIn(idToken, site);
      return session ? "in" : userErrors.map(({ code }) => code).join();
    },
    async accountBy(idToken, site) {
      const { session } = await people.signIn(idToken, site);
      const caller = session && (await house.callerOf(session.accessToken));
      return caller && "accountId" in caller ? (caller.accountId ?? undefined) : undefined;
    },
    async someone() {
      const email = `someone${++count}@acme.example`;
      return { who: await house.joinByLink(email), claims: { sub: `subject ${newId()}`, email, hd: "acme.example" } };
    },
    links: () => house.rows("SELECT accountId, issuer, subject FROM ProviderLink ORDER BY accountId, issuer"),
    async close() {
      await gateway.server.close();
      await provider.close();
      await google.close();
      await house.close();
    },
  };
  return people;
}
