// Supabase Auth: the /auth/v1 of Supabase Lite on our database, as the role that owns only the schema auth.
// It is its own process, so that hashing passwords does not delay the gateway. Its settings are in AUTH_SETTINGS.

import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { setPriority } from "node:os";
import { getRequestListener } from "@hono/node-server";
import { App, ConsoleEmailDriver, SmtpEmailDriver } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";

const settings = JSON.parse(process.env.AUTH_SETTINGS);

// Instants as RFC 3339, because supabase-py refuses PostgreSQL's format.
const timestamptz = {
  to: 1184,
  from: [1184],
  serialize: (value) => value,
  parse: (value) => new Date(value).toISOString(),
};

// Lite passes JSON as text. Quoted again, it would be a JSON string, in which the triggers find no username.
const jsonb = {
  to: 3802,
  from: [3802],
  serialize: (value) => (typeof value === "string" ? value : JSON.stringify(value)),
  parse: JSON.parse,
};

const connection = createPostgresConnection({
  url: settings.database_url,
  postgresOptions: { max: 8, onnotice: () => {}, types: { timestamptz, jsonb } },
});

// Without a mail server, mails are lines in the log.
const driver = settings.smtp_port
  ? new SmtpEmailDriver({ host: "127.0.0.1", port: settings.smtp_port, from: { name: "Renpay", address: settings.sender } })
  : new ConsoleEmailDriver();

// Links in Lite's mails lead to the website. Those of Supabase Auth lead to Auth, which sends the browser on to it.
const toAuth = (text) => text?.replaceAll(`${settings.site_url}/auth/v1/verify`, `${settings.issuer}/verify`);

const app = new App({
  connection,
  auth: {
    enabled: true,
    site_url: settings.site_url,
    jwt_secret: settings.jwt_secret,
    jwt_expiry: settings.jwt_expiry,
    minimum_password_length: settings.minimum_password_length,
    enable_refresh_token_rotation: settings.enable_refresh_token_rotation,
    enable_signup: true,
    email: { enable_signup: true, enable_confirmations: settings.enable_confirmations, template: settings.mail_templates },
  },
  // The CLI creates the table of migrations. If this role created it, the role postgres could not read it.
  db: { migrations: { enabled: false } },
  storage: { enabled: false },
  studio: { enabled: false },
  // The gateway in front has checked the API key.
  options: {
    server: { apiKeys: false },
    drivers: { email: { send: (mail) => driver.send({ ...mail, text: toAuth(mail.text), html: toAuth(mail.html) }) } },
  },
});

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

function signed(claims) {
  const content = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
  return `${content}.${createHmac("sha256", settings.jwt_secret).update(content).digest("base64url")}`;
}

// Lite leaves out some claims that hosted access tokens have.
function completed(session) {
  const claims = JSON.parse(Buffer.from(session.access_token.split(".")[1], "base64url"));
  const { phone, app_metadata, user_metadata } = session.user;
  const missing = { iss: settings.issuer, phone: phone ?? "", app_metadata, user_metadata, aal: "aal1", is_anonymous: false };
  return { ...session, access_token: signed({ ...missing, ...claims }) };
}

async function answer(request) {
  const response = await app.fetch(request, { peerAddress: null });
  if (request.method !== "POST" || !response.headers.get("content-type")?.includes("json")) return response;
  const body = await response.json();
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  return Response.json(body?.access_token && body.user ? completed(body) : body, { status: response.status, headers });
}

// Only once: Lite creates its own functions each time, and until ours replace them, no token would name its user.
const [{ ready }] = await connection.driver.unsafe(
  "select exists (select from pg_proc where oid = to_regproc('auth.uid') and prosrc like '%request.jwt.claims%') as ready",
);
if (!ready) {
  await app.ensureSystemSchema();
  await connection.driver.unsafe(await readFile(new URL("auth.sql", import.meta.url), "utf8"));
}

// Many logins at once may wait. Small reads on the same processors should not.
setPriority(5);
const server = createServer(getRequestListener(answer));
server.keepAliveTimeout = 65_000;
server.listen(settings.port, "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
