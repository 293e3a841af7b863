// Supabase Studio, as Supabase Lite bundles it: the tables, and a query API that reads and writes them.
// It writes as the dashboard does, in sessions of the role postgres. Its settings are in STUDIO_SETTINGS.

import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { getRequestListener } from "@hono/node-server";
import { App } from "@supabase/lite";
import { createPostgresConnection } from "@supabase/lite/postgres";

const settings = JSON.parse(process.env.STUDIO_SETTINGS);

const types = { ".css": "text/css", ".ico": "image/x-icon", ".js": "text/javascript", ".woff2": "font/woff2" };

// The files of the page, by path. All of them are 1.3 MB.
function bundle() {
  const folder = join(dirname(fileURLToPath(import.meta.resolve("@supabase/lite"))), "static");
  const names = readdirSync(folder, { recursive: true }).filter((name) => extname(name) in types);
  return new Map(names.map((name) => [`/static/${name}`, [types[extname(name)], readFileSync(join(folder, name))]]));
}

const connection = createPostgresConnection({
  url: settings.database_url,
  postgresOptions: { max: 4, onnotice: () => {} },
});
// As if the roles were set up already. Otherwise Lite grants them everything on all tables at the first query.
connection.rlsState = "active";

const app = new App({
  connection,
  auth: { enabled: false },
  db: { migrations: { enabled: false } },
  storage: { enabled: false },
  studio: { enabled: true },
  // Requests without a key may do everything: only the page itself sends such requests, and only on this machine.
  options: { server: { admin: true } },
});

const files = bundle();
const hosts = new Set(["127.0.0.1", "localhost"].map((name) => `${name}:${settings.port}`));
const answer = getRequestListener((request, { incoming }) =>
  app.fetch(request, { peerAddress: incoming.socket.remoteAddress ?? null }),
);

// A website in the same browser can send requests here. It cannot do so under the name of this machine, or as this page.
const isOurs = ({ host, origin }) => hosts.has(host) && (!origin || origin === `http://${host}`);

const server = createServer((request, response) => {
  if (!isOurs(request.headers)) return response.writeHead(403).end();
  const file = files.get(request.url.split("?", 1)[0]);
  if (!file) return answer(request, response);
  response.writeHead(200, { "content-type": file[0] }).end(file[1]);
});

server.listen(settings.port, "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
