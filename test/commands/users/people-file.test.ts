import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, describe, expect, it } from "vitest";
import { type FileRow, longestRow, openPeopleFile } from "../../../src/commands/users/people-file.ts";
import { readRow } from "../../../src/commands/users/read-row.ts";

const folder = mkdtempSync(join(tmpdir(), "gatehouse-file-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(content: string | Buffer): string {
  const name = join(folder, "people.csv");
  writeFileSync(name, content);
  return name;
}

async function rowsOf(content: string | Buffer): Promise<FileRow[]> {
  const file = await openPeopleFile(fileOf(content));
  return Readable.from(file.rows()).toArray();
}

async function peopleOf(content: string | Buffer) {
  const file = await openPeopleFile(fileOf(content));
  return (await Readable.from(file.rows()).toArray()).map((row) => readRow(file.header, row));
}

const refusal = (content: string | Buffer) =>
  rowsOf(content).then(
    () => "It was not refused",
    (error: Error) => error.message,
  );

describe("a file of people", () => {
  it("names its columns in any order and spelling, with those that are not read", async () => {
    const [ada] = await peopleOf(
      "Role,FULL_NAME,shoe size,E-Mail,groups\nmanager,Ada Lovelace,38, Ada@Acme.example ,Choir;Team\n",
    );
    expect(ada).toMatchObject({ row: 2, email: "ada@acme.example", fullName: "Ada Lovelace", role: "MANAGER", username: null });
    expect(ada).toMatchObject({ groups: ["Choir", "Team"], applications: null, faults: [] });
    const { header } = await openPeopleFile(fileOf("email,shoe size,last active,\na@a.example,38,,\n"));
    expect(header.unread).toEqual(["shoe size"]);
  });

  it("has commas, semicolons or tabs, as its first row says", async () => {
    for (const separator of [",", ";", "\t"]) {
      const [person] = await peopleOf(`"email"${separator}"groups"\na@a.example${separator}"Choir;Team, too"\n`);
      expect(person).toMatchObject({ email: "a@a.example", groups: ["Choir", "Team, too"], faults: [] });
    }
    expect(await peopleOf("email\na@a.example")).toMatchObject([{ email: "a@a.example" }]);
  });

  it("may begin with a byte order mark, end its lines in any way, and have quotes and lines within a cell", async () => {
    const people = await peopleOf(
      '\ufeff"email","full name"\r\n"a@a.example","An ""A"", of\nAcme"\nb@a.example,B\r\n\r\n,\r\nc@a.example,C',
    );
    expect(people.map(({ row, email, fullName }) => [row, email, fullName])).toEqual([
      [2, "a@a.example", 'An "A", of\nAcme'],
      [3, "b@a.example", "B"],
      [6, "c@a.example", "C"],
    ]);
  });

  it("is read whole however it is cut into pieces: letters of several bytes and line ends across them", async () => {
    const rows = await rowsOf(
      `email,full name\r\n${Array.from({ length: 20_000 }, (_, n) => `p${n}@a.example,${"ü€😀".repeat(1 + (n % 3))}`).join("\r\n")}`,
    );
    expect(rows).toHaveLength(20_000);
    expect(
      rows.every(
        ({ row, cells }, n) => row === n + 2 && cells[0] === `p${n}@a.example` && cells[1] === "ü€😀".repeat(1 + (n % 3)),
      ),
    ).toBe(true);
  });

  it("can be read again from its beginning", async () => {
    const file = await openPeopleFile(fileOf("email\na@a.example\n"));
    expect(await Readable.from(file.rows()).toArray()).toEqual(await Readable.from(file.rows()).toArray());
  });

  it("is refused in words when there is none, or it is something else", async () => {
    await expect(openPeopleFile(join(folder, "none.csv"))).rejects.toThrow("There is no such file.");
    await expect(openPeopleFile(folder)).rejects.toThrow("This is no file.");
    expect(await refusal("")).toBe("The file is empty.");
    expect(await refusal(Buffer.from("PK\x03\x04..."))).toContain("a spreadsheet or an archive");
    expect(await refusal(Buffer.from("\ufeffemail\n", "utf16le"))).toContain("UTF-16");
    expect(await refusal(Buffer.from("email\n\0\0"))).toContain("This is no text");
  });

  it("is refused with the line that is not UTF-8, wherever in the file it stands", async () => {
    const latin = Buffer.from("email,full name\na@a.example,Zo\xeb\n", "latin1");
    expect(await refusal(latin)).toContain("Line 2 is not UTF-8");
    const sound = Buffer.from(`email,full name\n${"p@a.example,Zoë\n".repeat(9999)}`);
    expect(await refusal(Buffer.concat([sound, Buffer.from("q@a.example,Zo\xeb\n", "latin1")]))).toContain(
      "Line 10001 is not UTF-8",
    );
    expect(await refusal(Buffer.concat([sound, Buffer.from("q@a.example,Zo\xc3", "latin1")]))).toContain(
      "Line 10001 is not UTF-8",
    );
  });

  it("is refused for columns that are missing or named twice, all of them at once", async () => {
    expect(await refusal("full name,role,Full-Name,ROLE\nA,MEMBER,B,ADMIN\n")).toBe(
      "The first row names the column full name twice. The first row names the column role twice. The first row names no column email. It names the columns, some of: email, full name, username, role, status, groups, applications.",
    );
  });

  it("is refused with the row where quotes go wrong, and where a row has no end", async () => {
    expect(await refusal('email\na@a.example\nb"b@a.example\n')).toContain("Row 3 has a quote in the middle of a cell");
    expect(await refusal('email\n"a@a.example"b\n')).toContain("Row 2 has a quote in the middle of a cell");
    expect(await refusal('email\n"a@a.example\n')).toBe("Row 2 has a quote without an end.");
    expect(await refusal(`email\na@a.example\n"${"b@a.example\n".repeat(longestRow)}`)).toContain(
      "Row 3 is longer than 100,000 bytes",
    );
  });
});

describe("a row", () => {
  it("is read past a spreadsheet's guard", async () => {
    expect(await peopleOf("email,full name,groups\n'+a@a.example,'=A,'@team\n")).toMatchObject([
      { email: "+a@a.example", fullName: "=A", groups: ["@team"] },
    ]);
  });

  it("gives no applications where their cell is empty, and leaves them open where there is no such column", async () => {
    expect(await peopleOf("email,applications\na@a.example,\n")).toMatchObject([{ applications: [] }]);
    expect(await peopleOf("email,applications\na@a.example,wiki;CRM\n")).toMatchObject([{ applications: ["wiki", "CRM"] }]);
  });

  it("tells everything that is wrong with it, and leaves out who is deactivated where it comes from", async () => {
    const [faulty, gone] = await peopleOf("email,role,status\nno address,boss,left,1\na@a.example,,deactivated\n");
    expect(faulty).toMatchObject({ email: "no address", isSpelled: false });
    expect(faulty?.faults.map(({ column, code }) => `${code} ${column}`)).toEqual([
      "INVALID null",
      "INVALID role",
      "INVALID status",
    ]);
    expect(gone).toMatchObject({ isLeftOut: true, faults: [] });
  });
});
