import { wireSync } from "../../sync/main.ts";
import { asJson } from "../../sync/report/json-lines.ts";
import { printSentence } from "../../sync/report/print-lines.ts";
import { harmless } from "../../sync/report/terminal-text.ts";
import { readServiceAccountKey } from "../../sync/service-account-key.ts";
import { DirectoryFault } from "../../sync/snapshot.ts";
import { sealOf } from "../actions/directories/connect-directory.ts";
import { readConfig } from "../config.ts";
import { isOutage } from "../database/dialect.ts";
import { createPostman } from "../mail/postman.ts";
import type { GoogleCredentials } from "../model/directory-settings.ts";
import type { SignInProvider } from "../model/sign-in-provider.ts";
import { open } from "../secrets/seal.ts";
import { createLog } from "../server/log.ts";
import { openProvider } from "../server/sign-in/open-provider.ts";
import { exitCodes, tell } from "./exit.ts";
import { everywhere, type House, openHouse } from "./open-house.ts";
import { printingOn } from "./printing-on.ts";

/** One thing looked at. `advice` says what to do; null when all is well. */
interface Finding {
  what: string;
  advice: string | null;
  /** Of a scope of a directory. */
  site?: string;
  directory?: string;
  scope?: string;
  /** To which the scope is granted in the directory's own console. */
  clientId?: string;
}

/** Looks at everything that the gateway depends on, each with what to do. Answers the exit code. */
export async function doctor(env: NodeJS.ProcessEnv, { json }: { json: boolean }): Promise<number> {
  const config = readConfig(env);
  const log = createLog({ level: "silent" });
  const findings: Finding[] = [{ what: "settings", advice: null }];
  let house: House | null = null;
  try {
    house = await openHouse(config, log);
    findings.push({ what: "database", advice: null }, { what: "migrations", advice: null });
    findings.push(await clockFinding(house));
  } catch (error) {
    findings.push({
      what: "database",
      advice: `It does not answer or refuses us (${reasonOf(error)}). Check DATABASE_URL, and that the server runs.`,
    });
  }
  findings.push(await mailFinding(config.smtpUrl, config.mailFrom));
  findings.push(...(await Promise.all(config.signInProviders.map(providerFinding))));
  if (house) {
    const { connect } = wireSync({
      door: house.door,
      log,
      isOutage,
      googleApiUrl: config.googleApiUrl,
      googleTokenUrl: config.googleTokenUrl,
      googleQueriesPerMinute: config.googleQueriesPerMinute,
    });
    findings.push(...(await directoryFindings(house, config.secretKey, connect)));
    await house.close();
  }
  if (json) for (const { what, advice, ...more } of findings) tell(asJson({ what, ok: advice === null, advice, ...more }));
  else for (const line of inWords(findings)) tell(line);
  return findings.every(({ advice }) => advice === null) ? exitCodes.done : exitCodes.failed;
}

/** What several findings in a row have to be done about is told once, below the last of them. */
function inWords(findings: readonly Finding[]): string[] {
  const options = printingOn(process.stdout, process.env, true);
  return findings.flatMap(({ what, advice }, at) => {
    const line = `${advice === null ? options.paint.come("ok  ") : options.paint.loud("FAIL")}  ${harmless(what)}`;
    const isToldBelow = advice === findings[at + 1]?.advice;
    return advice === null || isToldBelow ? [line] : [line, ...printSentence(harmless(advice), options, 6)];
  });
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string }; // as: whatever was thrown may have these
  return code ?? message ?? "unknown";
}

async function clockFinding({ ground }: House): Promise<Finding> {
  const [row] = await ground.read(
    ground.dialect === "sqlite" ? "SELECT unixepoch() AS seconds" : "SELECT UNIX_TIMESTAMP() AS seconds",
  );
  const apart = Math.abs(Number(row?.seconds) - Date.now() / 1000);
  return {
    what: "clock",
    advice: apart > 30 ? `The database's clock is ${Math.round(apart)} s apart from ours. Synchronize both with NTP.` : null,
  };
}

async function mailFinding(smtpUrl: string | null, from: string): Promise<Finding> {
  if (!smtpUrl) return { what: "mail", advice: "SMTP_URL is not set: letters stay queued. Set it to your mail server." };
  const postman = createPostman({ smtpUrl, from });
  const checked = await postman.check();
  postman.close();
  return { what: "mail", advice: checked.ok ? null : `The mail server: ${checked.reason}. Check SMTP_URL.` };
}

async function providerFinding(settings: SignInProvider): Promise<Finding> {
  let reason = "";
  const provider = openProvider(settings, (cause) => {
    reason = reasonOf(cause);
  });
  const answers = await provider.configuration().then(
    () => true,
    () => false,
  );
  const advice = `It does not say how to sign in (${reason}). Check its issuer in OIDC_PROVIDERS, and the way out to it.`;
  return { what: `sign-in by ${settings.name}`, advice: answers ? null : advice };
}

async function directoryFindings(
  { door }: House,
  secretKey: Buffer,
  connect: ReturnType<typeof wireSync>["connect"],
): Promise<Finding[]> {
  const directories = await door.look(everywhere, (reader) =>
    reader.rows<{ id: string; name: string; credentials: string; site: string }>(
      "SELECT d.id, d.name, d.credentials, s.`key` AS site FROM Directory d JOIN Site s ON s.id = d.siteId ORDER BY d.id LIMIT 200",
    ),
  );
  const findings: Finding[] = [];
  for (const { id, name: directory, credentials, site } of directories)
    try {
      const opened = JSON.parse(open(secretKey, sealOf(id), credentials)) as GoogleCredentials; // as: sealed by the directory's own actions
      const { clientId } = readServiceAccountKey(opened.serviceAccountKey);
      for (const { scope, granted, advice } of await connect(opened).probe())
        findings.push({ what: `${directory}: ${scope}`, advice: granted ? null : advice, site, directory, scope, clientId });
    } catch (error) {
      const isFault = error instanceof DirectoryFault;
      const advice = isFault ? error.message : `Its credentials cannot be used (${reasonOf(error)}).`;
      findings.push({ what: directory, advice, site, directory });
    }
  return findings;
}
