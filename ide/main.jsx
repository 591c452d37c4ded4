import "graphiql/setup-workers/vite";
import "graphiql/style.css";
import "@graphiql/plugin-explorer/style.css";
import { explorerPlugin } from "@graphiql/plugin-explorer";
import { createGraphiQLFetcher } from "@graphiql/toolkit";
import { GraphiQL, HISTORY_PLUGIN } from "graphiql";
import { buildSchema } from "graphql";
import { createRoot } from "react-dom/client";
import firstTab from "./first-tab.graphql?raw";
import signInTab from "./sign-in-tab.graphql?raw";
import { tabStorage } from "./tab-storage.js";

const HEADERS = `{
  // "Authorization": "Bearer <token>",
  // "Gatehouse-Site": "<key>"
}`;

// Signing in has a tab of its own: GraphiQL sends a tab's variables, here a password, with every operation of that tab.
const TABS = [
  { query: firstTab, headers: HEADERS },
  { query: signInTab, headers: HEADERS, variables: `{\n  "email": "",\n  "password": ""\n}` },
];

// The browser adds the session cookie by itself: fetch sends cookies to its own origin unless told otherwise.
const fetcher = createGraphiQLFetcher({ url: "/graphql", enableIncrementalDelivery: false });

// The schema is a file: so the editor knows it before anybody has signed in, which is who the gateway answers introspection.
async function readSchema() {
  const response = await fetch("/schema.graphql");
  return response.ok ? buildSchema(await response.text()) : undefined;
}

function show(schema) {
  createRoot(document.getElementById("ide")).render(
    <GraphiQL
      defaultHeaders={HEADERS}
      defaultTabs={TABS}
      fetcher={fetcher}
      plugins={[HISTORY_PLUGIN, explorerPlugin()]}
      schema={schema}
      shouldPersistHeaders={false}
      storage={tabStorage}
    >
      <GraphiQL.Logo>Gatehouse</GraphiQL.Logo>
    </GraphiQL>,
  );
}

readSchema().then(show, () => show(undefined));
