interface ErrorForm {
  code: number;
  reason: string;
  message: string;
  /** Where `errors[0].message` says less than the whole. */
  short?: string;
  domain?: "usageLimits";
  location?: { location: string; locationType: "header" | "parameter" };
  /** Given by the front end only, and with it what follows it. */
  status?: string;
  details?: object[];
  /** What follows the realm in `WWW-Authenticate`. */
  challenge?: string;
}

const credentials =
  "Expected OAuth 2 access token, login cookie or other valid authentication credential. " +
  "See https://developers.google.com/identity/sign-in/web/devconsole-project.";
const authorization = { location: "Authorization", locationType: "header" } as const;
const disabled = "Admin SDK API has not been used in project 100000000001 before or it is disabled.";

function details(reason: string): object[] {
  const metadata = { service: "admin.googleapis.com" };
  return [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason, domain: "googleapis.com", metadata }];
}

/**
 * The API's errors, by what they are called here. Codes and reasons are those of Google's page on limits
 * (developers.google.com/workspace/admin/directory/v1/limits) and of reports by those who met them; wordings and challenges are the
 * sample's own: decide by the reason.
 */
const forms = {
  badRequest: { code: 400, reason: "badRequest", message: "Bad Request" },
  invalid: { code: 400, reason: "invalid", message: "Invalid Input" },
  invalidParameter: { code: 400, reason: "invalidParameter", message: "Invalid value" },
  loginRequired: {
    code: 401,
    reason: "required",
    message: `Request is missing required authentication credential. ${credentials}`,
    short: "Login Required.",
    location: authorization,
    status: "UNAUTHENTICATED",
    challenge: "",
  },
  authError: {
    code: 401,
    reason: "authError",
    message: `Request had invalid authentication credentials. ${credentials}`,
    short: "Invalid Credentials",
    location: authorization,
    status: "UNAUTHENTICATED",
    challenge: ', error="invalid_token"',
  },
  insufficientPermissions: {
    code: 403,
    reason: "insufficientPermissions",
    message: "Request had insufficient authentication scopes.",
    short: "Insufficient Permission",
    status: "PERMISSION_DENIED",
    details: details("ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
    challenge: ', error="insufficient_scope"',
  },
  forbidden: { code: 403, reason: "forbidden", message: "Not Authorized to access this resource/api" },
  accessNotConfigured: {
    code: 403,
    reason: "accessNotConfigured",
    message: disabled,
    domain: "usageLimits",
    status: "PERMISSION_DENIED",
    details: details("SERVICE_DISABLED"),
  },
  domainCannotUseApis: { code: 403, reason: "domainCannotUseApis", message: "Domain cannot use apis." },
  dailyLimitExceeded: { code: 403, reason: "dailyLimitExceeded", message: "Daily Limit Exceeded", domain: "usageLimits" },
  rateLimitExceeded: {
    code: 403,
    reason: "rateLimitExceeded",
    message:
      "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user' of service 'admin.googleapis.com' " +
      "for consumer 'project_number:100000000001'.",
    domain: "usageLimits",
    status: "PERMISSION_DENIED",
  },
  userRateLimitExceeded: {
    code: 403,
    reason: "userRateLimitExceeded",
    message: "User Rate Limit Exceeded",
    domain: "usageLimits",
  },
  quotaExceeded: { code: 403, reason: "quotaExceeded", message: "Request rate higher than configured.", domain: "usageLimits" },
  notFound: { code: 404, reason: "notFound", message: "Resource Not Found" },
  conditionNotMet: { code: 412, reason: "conditionNotMet", message: "User creation is not complete." },
  tooManyRequests: {
    code: 429,
    reason: "rateLimitExceeded",
    message: "Quota exceeded for concurrent requests.",
    domain: "usageLimits",
    status: "RESOURCE_EXHAUSTED",
  },
  backendError: { code: 500, reason: "backendError", message: "Backend Error" },
  unavailable: { code: 503, reason: "backendError", message: "The service is currently unavailable.", status: "UNAVAILABLE" },
} satisfies Record<string, ErrorForm>;

/** An error that the API can answer with. All are called by their reason, but for 401 `required`, 429 and 503. */
export type GoogleErrorName = keyof typeof forms;

/** A message more exact than the usual one, and the parameter that it is about. */
export interface ErrorDetail {
  message?: string;
  parameter?: string;
}

/** Thrown by a method to answer with an error in Google's shape. */
export class GoogleError extends Error {
  /** Every error there is, by its name here. */
  static readonly names = Object.keys(forms) as GoogleErrorName[]; // as: the keys of the record that the type is made of
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: object;

  constructor(name: GoogleErrorName, { message, parameter }: ErrorDetail = {}) {
    const form: ErrorForm = forms[name];
    const said = message ?? form.message;
    super(said);
    const place = parameter ? { location: parameter, locationType: "parameter" } : form.location;
    const first = { message: message ?? form.short ?? said, domain: form.domain ?? "global", reason: form.reason, ...place };
    const { code, status, details, challenge } = form;
    this.status = code;
    this.headers =
      challenge === undefined ? {} : { "WWW-Authenticate": `Bearer realm="https://accounts.google.com/"${challenge}` };
    // An absent `status` or `details` is left out by JSON.
    this.body = { error: { code, message: said, errors: [first], status, details } };
  }
}
