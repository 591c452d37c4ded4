import { describe, expect, it } from "vitest";
import { readSender } from "../../src/mail/sender.ts";
import { readSmtpUrl } from "../../src/mail/smtp-url.ts";

describe("SMTP_URL", () => {
  it("names a host, a port and a login", () => {
    expect(readSmtpUrl("smtps://us%40er:p%3Aw%2F@Mail.Example.com")).toEqual({
      host: "mail.example.com",
      port: 465,
      startsWithTls: true,
      requiresTls: true,
      checksCertificate: true,
      login: { user: "us@er", password: "p:w/" },
    });
    expect(readSmtpUrl("smtp://mail.example.com")).toMatchObject({ port: 587, startsWithTls: false, login: null });
    expect(readSmtpUrl("smtp://mail.example.com:25/")).toMatchObject({ port: 25 });
  });

  it("sends a password only over TLS, except to this very machine", () => {
    expect(readSmtpUrl("smtp://u:p@mail.example.com").requiresTls).toBe(true);
    expect(readSmtpUrl("smtp://u:p@127.0.0.1.example.com").requiresTls).toBe(true);
    for (const host of ["localhost", "127.0.0.1", "127.8.8.8", "[::1]"]) {
      expect(readSmtpUrl(`smtp://u:p@${host}:25`)).toMatchObject({ requiresTls: false, checksCertificate: false });
    }
  });

  it("lets a relay without a login do without TLS, but not with a false certificate", () => {
    expect(readSmtpUrl("smtp://relay.internal:25")).toMatchObject({ requiresTls: false, checksCertificate: true });
  });

  it.each([
    "mail.example.com:25",
    "http://mail.example.com",
    "smtp://",
    "smtp://user@mail.example.com",
    "smtp://user:secret@mail.example.com?tls.rejectUnauthorized=false",
    "smtp://user:secret@mail.example.com/path",
    "smtp://user:secret%zz@mail.example.com",
    "smtp://user:secret@mail.example.com:99999",
  ])("refuses %s without repeating the password", (url) => {
    expect(() => readSmtpUrl(url)).toThrow(/^SMTP_URL (?!.*secret)/);
  });
});

describe("MAIL_FROM", () => {
  it("is an address, with or without a name", () => {
    expect(readSender("no-reply@example.com")).toEqual({ address: "no-reply@example.com", name: "" });
    expect(readSender(" Gatehouse <no-reply@example.com> ")).toEqual({ address: "no-reply@example.com", name: "Gatehouse" });
    expect(readSender('"Acme, Inc." <no-reply@example.com>')).toEqual({ address: "no-reply@example.com", name: "Acme, Inc." });
  });

  it.each([
    "",
    "Gatehouse",
    "<a@b.example> <c@d.example>",
    "a@b.example, c@d.example",
    '"a b"@c.example',
    "a@b.example\r\nBcc: c@d.example",
  ])("refuses %j", (text) => {
    expect(() => readSender(text)).toThrow(/^MAIL_FROM /);
  });
});
