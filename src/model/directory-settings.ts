/** What a directory syncs and how carefully. The public contract's `DirectorySettings`, with application ids. */
export interface DirectorySettings {
  scope: "EVERYONE" | "GROUPS";
  groupEmails: string[];
  orgUnits: string[];
  domains: string[];
  ignore: string[];
  onLeave: "DEACTIVATE" | "DELETE" | "KEEP";
  onMatch: "ADOPT" | "REPORT";
  sendWelcome: boolean;
  applicationIds: string[];
  /** Cron expression in UTC; null for manual runs only. */
  schedule: string | null;
  /** Percent of the live rows held, for each kind. */
  maxRemovalPercent: number;
  maxRemovals: number;
}

/** What a directory starts with (the contract's `DirectorySettingsInput`). */
export const initialSettings: DirectorySettings = {
  scope: "EVERYONE",
  groupEmails: [],
  orgUnits: [],
  domains: [],
  ignore: [],
  onLeave: "DEACTIVATE",
  onMatch: "ADOPT",
  sendWelcome: false,
  applicationIds: [],
  schedule: "0 */4 * * *",
  maxRemovalPercent: 10,
  maxRemovals: 5,
};

/** What a service account needs to read a Google Workspace. Sealed at rest. */
export interface GoogleCredentials {
  serviceAccountKey: string;
  adminEmail: string;
  customerId: string;
}
