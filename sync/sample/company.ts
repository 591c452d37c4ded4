/** A person of the sample Workspace. `id` has 21 digits, as Google's have. */
export interface SamplePerson {
  id: string;
  primaryEmail: string;
  givenName: string;
  familyName: string;
  aliases: string[];
  orgUnitPath: string;
  title: string;
  suspended: boolean;
  archived: boolean;
  isAdmin: boolean;
  deleted: boolean;
}

export interface SampleMember {
  id?: string;
  email?: string;
  type: "USER" | "GROUP" | "CUSTOMER";
}

export interface SampleGroup {
  id: string;
  email: string;
  name: string;
  description: string;
  members: SampleMember[];
}

/** A company as its Workspace knows it: plain data, which tests and visitors may change at will. */
export interface Company {
  customerId: string;
  domains: string[];
  people: SamplePerson[];
  groups: SampleGroup[];
}

const given =
  "Aiko Amara Anders Beatriz Bilal Chiara Chidi Dagny Daniela Dilip Elif Emeka Fatima Felix Freya Goran Hana Henrik Ines Ingrid Ivo Jamila Jonas Kaori Katarzyna Kofi Lars Leila Linh Luca".split(
    " ",
  );
const family =
  "Abe Almeida Andersson Bauer Bianchi Castro Chen Dlamini Eze Fischer García Haddad Hansen Ivanova Jansen Kaya Kim Kowalska Larsen Mbeki Moreau Müller Nakamura Nguyen Novák Okafor Olsen Patel Rossi Sato".split(
    " ",
  );
const units: Record<string, string[]> = {
  "/Engineering": ["Backend engineer", "Frontend engineer", "Site reliability engineer", "Engineering manager"],
  "/Sales": ["Account executive", "Sales engineer", "Sales manager"],
  "/Support": ["Support engineer", "Support lead"],
  "/Finance": ["Accountant", "Controller"],
  "/People": ["Recruiter", "People partner"],
};
const paths = Object.keys(units);

const personId = (n: number) => `1${String(n).padStart(20, "0")}`;
const groupId = (n: number) => `g${n.toString(36).padStart(14, "0")}`;
const ascii = (name: string) => name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function personAt(n: number): SamplePerson {
  const givenName = given[n % given.length] ?? "Ada";
  const familyName = family[Math.floor(n / given.length + n * 7) % family.length] ?? "Lovelace";
  const orgUnitPath = paths[n % paths.length] ?? "/";
  const titles = units[orgUnitPath] ?? [];
  return {
    id: personId(n + 1),
    primaryEmail: `${ascii(givenName)}.${ascii(familyName)}${n >= 30 ? n : ""}@${n % 20 === 19 ? "acme-labs.example" : "acme.example"}`,
    givenName,
    familyName,
    aliases: [],
    orgUnitPath,
    title: titles[n % titles.length] ?? "",
    suspended: n === 41 || n === 87,
    archived: n === 133,
    isAdmin: false,
    deleted: false,
  };
}

/** Acme: 300 people and an admin, 25 groups of which one holds two others, one member from outside, two people suspended, one archived. */
export function sampleCompany(): Company {
  const people = Array.from({ length: 300 }, (_, n) => personAt(n));
  const admin: SamplePerson = {
    ...personAt(300),
    primaryEmail: "admin@acme.example",
    givenName: "Ada",
    familyName: "Lovelace",
    title: "Administrator",
    isAdmin: true,
  };
  people.push(admin);
  const usersWhere = (test: (person: SamplePerson, n: number) => boolean): SampleMember[] =>
    people.filter(test).map(({ id, primaryEmail }) => ({ id, email: primaryEmail, type: "USER" }));
  const groups: SampleGroup[] = [];
  const add = (key: string, name: string, members: SampleMember[]) => {
    const group = {
      id: groupId(groups.length + 1),
      email: `${key}@acme.example`,
      name,
      description: `Acme's ${name.toLowerCase()}.`,
      members,
    };
    groups.push(group);
    return group;
  };
  const inside = ({ id, email }: SampleGroup): SampleMember => ({ id, email, type: "GROUP" });
  const backend = add(
    "backend",
    "Backend",
    usersWhere(({ title }) => title === "Backend engineer"),
  );
  const frontend = add(
    "frontend",
    "Frontend",
    usersWhere(({ title }) => title === "Frontend engineer"),
  );
  add("engineering", "All engineering", [
    inside(backend),
    inside(frontend),
    ...usersWhere(({ title }) => title === "Engineering manager"),
  ]);
  for (const path of paths.slice(1))
    add(
      path.slice(1).toLowerCase(),
      path.slice(1),
      usersWhere((person) => person.orgUnitPath === path),
    );
  add("everyone", "Everyone", [{ id: "C01acme00", type: "CUSTOMER" }]);
  add("partners", "Partners", [{ email: "someone@partner.example", type: "USER" }, ...usersWhere((_person, n) => n % 50 === 0)]);
  for (let n = groups.length + 1; n <= 25; n++)
    add(
      `project-${n}`,
      `Project ${n}`,
      usersWhere((_person, at) => at % 29 === n),
    );
  return { customerId: "C01acme00", domains: ["acme.example", "acme-labs.example"], people, groups };
}

/** A company of a size, with its memberships spread evenly: for benchmarks. */
export function scaledCompany({ users, groups, memberships }: { users: number; groups: number; memberships: number }): Company {
  const people = Array.from(
    { length: users },
    (_, n): SamplePerson => ({ ...personAt(n), primaryEmail: `person${n}@acme.example`, suspended: false, archived: false }),
  );
  const [first] = people;
  if (first) Object.assign(first, { primaryEmail: "admin@acme.example", isAdmin: true });
  const each = Math.floor(memberships / groups);
  return {
    customerId: "C01acme00",
    domains: ["acme.example"],
    people,
    groups: Array.from({ length: groups }, (_, g) => ({
      id: groupId(g + 1),
      email: `group${g}@acme.example`,
      name: `Group ${g}`,
      description: "",
      members: Array.from(
        { length: each },
        (_member, m): SampleMember => ({ id: personId(((g * each + m) % users) + 1), type: "USER" }),
      ),
    })),
  };
}
