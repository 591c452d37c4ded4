// Writes docs/letters.md and its pictures: every letter as people see it, by light and by dark. Needs Chromium. With a folder, writes there instead.
import { mkdirSync, writeFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { directoryTroubleLetter } from "../dist/src/mail/wording/directory-trouble-letter.js";
import { domainLapsedLetter } from "../dist/src/mail/wording/domain-lapsed-letter.js";
import { domainMissingLetter } from "../dist/src/mail/wording/domain-missing-letter.js";
import { emailChangedLetter } from "../dist/src/mail/wording/email-changed-letter.js";
import { invitationLetter } from "../dist/src/mail/wording/invitation-letter.js";
import { passwordResetLetter } from "../dist/src/mail/wording/password-reset-letter.js";
import { removalsHeldLetter } from "../dist/src/mail/wording/removals-held-letter.js";
import { welcomeLetter } from "../dist/src/mail/wording/welcome-letter.js";

const site = { siteName: "Acme" };
const directory = { ...site, directoryName: "Acme Workspace" };
const link = `https://people.example.com/join#gi_${"Qm3x7TfR".repeat(5)}abc`;
const expiresAt = "2027-05-03T09:30:00.000Z";
const ada = { name: "Ada Lovelace", email: "ada@acme.example" };
const message = "Hi Grace,\n\nthe wiki has a page for your first day. Ask me anything!";

/** The name is that of the wording's file. */
const letters = {
  "invitation-letter": {
    when: "Someone is invited, or their invitation is sent again.",
    letter: invitationLetter({
      ...site,
      inviter: ada,
      email: "grace@example.com",
      applications: ["Issue tracker", "Wiki"],
      link,
      expiresAt,
      message,
    }),
  },
  "welcome-letter": {
    when: "A directory brings someone, and its settings ask for a welcome.",
    letter: welcomeLetter({ ...directory, signInUrl: "https://people.example.com/signin" }),
  },
  "email-changed-letter": {
    when: "Someone's email address is changed. It goes to both addresses, and asks for no click.",
    letter: emailChangedLetter({
      ...site,
      oldEmail: "grace@acme.example",
      newEmail: "g.hopper@acme.example",
      changedBy: ada.name,
    }),
  },
  "password-reset-letter": {
    when: "Someone asks for a new password.",
    letter: passwordResetLetter({ ...site, email: "grace@example.com", link: link.replace("join#gi_", "reset#gr_"), expiresAt }),
  },
  "removals-held-letter": {
    when: "A sync would remove more than it may: the admins are asked.",
    letter: removalsHeldLetter({
      ...directory,
      counts: { users: 34, groups: 1, memberships: 210 },
      link: null,
      failure: "34 of 300 users are more than the limit of 10 percent.",
    }),
  },
  "domain-missing-letter": {
    when: "The proof of a domain is gone: the admins have a week.",
    letter: domainMissingLetter({
      ...site,
      domains: [{ name: "acme.example", proof: `gatehouse-verification=${"4f1c9a7e".repeat(4)}` }],
      lapsesAt: expiresAt,
    }),
  },
  "domain-lapsed-letter": {
    when: "The proof of a domain was gone for a week: its accounts are no longer managed.",
    letter: domainLapsedLetter({ ...site, names: ["acme.example"] }),
  },
  "directory-trouble-letter": {
    when: "A directory can no longer be read: the admins are told.",
    letter: directoryTroubleLetter({
      ...directory,
      sentence: "Google refuses the service account's key. Make a new key and update the directory.",
    }),
  },
};

const page = [
  "# The letters",
  "",
  "What people get, by light and by dark. Written by `npm run letters`; do not edit it by hand.",
  "",
];
const folder = process.argv[2] ?? "docs/letters";
const width = Number(process.argv[3] ?? 560);
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
for (const [name, { when, letter }] of Object.entries(letters)) {
  for (const colorScheme of ["light", "dark"]) {
    // Letters load nothing: whatever one asks for is a fault.
    const context = await browser.newContext({
      colorScheme,
      viewport: { width, height: 200 },
      javaScriptEnabled: false,
      offline: true,
    });
    const view = await context.newPage();
    await view.setContent(letter.html);
    await view.screenshot({ path: `${folder}/${name}-${colorScheme}.png`, fullPage: true });
    await context.close();
  }
  page.push(`## ${letter.subject}`, "", when, "");
  page.push(
    `| light | dark |`,
    `| --- | --- |`,
    `| ![The letter by light](letters/${name}-light.png) | ![The letter by dark](letters/${name}-dark.png) |`,
    "",
  );
  page.push("As text:", "", "```text", letter.text.trimEnd(), "```", "");
}
await browser.close();
if (folder === "docs/letters") writeFileSync("docs/letters.md", page.join("\n"));
