import { describe, expect, it } from "vitest";
import { masked, parseMask } from "../../../sync/sample/field-mask.ts";

const fields = { kind: null, token: null, users: { id: null, name: { full: null, given: null }, any: null } };
const body = { kind: "list", token: "t", users: [{ id: "1", name: { full: "A B", given: "A" }, any: { x: 1, y: 2 } }] };

function chosen(text: string): unknown {
  const mask = parseMask(text, fields);
  return typeof mask === "string" ? { wrong: mask } : masked(body, mask);
}

describe("a mask of fields", () => {
  it("chooses at every depth, with slashes as with brackets", () => {
    expect(chosen("kind,users/id,token")).toEqual({ kind: "list", token: "t", users: [{ id: "1" }] });
    expect(chosen("users(id,name/full)")).toEqual({ users: [{ id: "1", name: { full: "A B" } }] });
    expect(chosen("users/name(given),kind")).toEqual({ kind: "list", users: [{ name: { given: "A" } }] });
    expect(chosen("users/any/x")).toEqual({ users: [{ any: { x: 1 } }] });
  });

  it("joins what is said of one field in two places", () => {
    expect(chosen("users/id,users/name/full,users(name/given)")).toEqual({ users: [{ id: "1", name: body.users[0]?.name }] });
    expect(chosen("users/id,users")).toEqual({ users: body.users });
  });

  it("takes everything by an asterisk, and in it more exactly what is named", () => {
    expect(chosen("*")).toEqual(body);
    expect(chosen("users/*")).toEqual({ users: body.users });
    expect(chosen("users(*,name/full)")).toEqual({ users: [{ ...body.users[0], name: { full: "A B" } }] });
  });

  it("leaves the other fields out without a sign", () => {
    expect(chosen("users")).toEqual({ users: body.users });
  });

  it("is refused by the part that is wrong", () => {
    expect(chosen("users(id,fullname)")).toEqual({ wrong: "fullname" });
    expect(chosen("kind,nextPageTokens")).toEqual({ wrong: "nextPageTokens" });
    expect(chosen("toString")).toEqual({ wrong: "toString" });
    expect(chosen("users(id")).toEqual({ wrong: "users(id" });
    expect(chosen("users)")).toEqual({ wrong: "users)" });
    expect(chosen("kind,")).toEqual({ wrong: "kind," });
    expect(chosen("")).toEqual({ wrong: "" });
  });
});
