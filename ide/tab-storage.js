/**
 * Where GraphiQL keeps its tabs and history: the browser tab, which forgets them when it is closed, because variables can hold
 * passwords. Request headers hold tokens and are not kept at all: `shouldPersistHeaders` covers the tabs, but the history plugin
 * (0.4.4) writes headers whatever that option says.
 */
export const tabStorage = {
  getItem: (key) => sessionStorage.getItem(key),
  setItem: (key, value) => sessionStorage.setItem(key, HISTORY_KEYS.includes(key) ? withoutHeaders(value) : value),
  removeItem: (key) => sessionStorage.removeItem(key),
  clear: () => sessionStorage.clear(),
  get length() {
    return sessionStorage.length;
  },
};

const HISTORY_KEYS = ["graphiql:queries", "graphiql:favorites"];

function withoutHeaders(history) {
  return JSON.stringify(JSON.parse(history), (key, value) => (key === "headers" ? undefined : value));
}
