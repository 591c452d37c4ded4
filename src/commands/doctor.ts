import { wireSync } from "../../sync/main.ts";
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

/** One thing looked at. `advice` says what to do; null when all is well. */
interface Finding {
  what: string;
  advice: string | null;
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
  for (const { what, advice } of findings)
    tell(
      json
        ? JSON.stringify({ what, ok: advice === null, advice })
        : `${advice === null ? "ok  " : "FAIL"}  ${what}${advice ? `\n      ${advice}` : ""}`,
    );
  return findings.every(({ advice }) => advice === null) ? exitCodes.done : exitCodes.failed;
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
    reader.rows<{ id: string; name: string; credentials: string }>(
      "SELECT id, name, credentials FROM Directory ORDER BY id LIMIT 200",
    ),
  );
  const findings: Finding[] = [];
  for (const { id, name, credentials } of directories)
    try {
      const opened = JSON.parse(open(secretKey, sealOf(id), credentials)) as GoogleCredentials; // as: sealed by the directory's own actions
      for (const { scope, granted, advice } of await connect(opened).probe())
        findings.push({ what: `${name}: ${scope}`, advice: granted ? null : advice });
    } catch (error) {
      findings.push({ what: name, advice: `Its credentials cannot be used (${reasonOf(error)}).` });
    }
  return findings;
}
