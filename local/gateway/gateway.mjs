// One origin for the Data API and Auth, with the API key handling of Supabase's own gateway.
// It passes bytes on in both directions and never waits for a whole body.

import http from "node:http";

const settings = JSON.parse(process.env.GATEWAY_SETTINGS);

// PostgREST closes a connection that was idle for 30 s. We close it earlier, so no request is sent on a closing one.
const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 256, timeout: 20_000 });

const services = [
  { prefix: "/rest/v1", port: settings.rest_port, name: "Data API", strip: true },
  { prefix: "/auth/v1", port: settings.auth_port, name: "Auth", strip: settings.auth_at_root },
];

// A browser opens these from a mail, and everybody may read the public keys, without an API key.
const keyless = new Set([
  ...["/auth/v1/verify", "/auth/v1/callback", "/auth/v1/authorize"],
  ...["/auth/v1/.well-known/jwks.json", "/auth/v1/.well-known/openid-configuration"],
]);

// Headers of one connection, not of the message (RFC 9110, 7.6.1).
const hopByHop = new Set(["connection", "keep-alive", "proxy-connection", "te", "trailer", "upgrade"]);

const isJwt = (key) => key.split(".").length === 3;

function refuse(response, status, message) {
  if (response.headersSent) return response.destroy();
  const body = JSON.stringify({ message });
  response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
  response.end(body);
}

// With unchanged names, order and number.
function endToEnd(rawHeaders) {
  const headers = [];
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (!hopByHop.has(rawHeaders[i].toLowerCase())) headers.push(rawHeaders[i], rawHeaders[i + 1]);
  }
  return headers;
}

function forwarded(request, key) {
  const headers = endToEnd(request.rawHeaders);
  if (key && isJwt(key) && !request.headers.authorization) headers.push("Authorization", `Bearer ${key}`);
  headers.push("X-Forwarded-For", request.socket.remoteAddress);
  return headers;
}

function pass(request, response, service, path, key) {
  const { method } = request;
  const headers = forwarded(request, key);
  const upstream = http.request({ agent, host: "127.0.0.1", port: service.port, method, path, headers });
  upstream.on("response", (answer) => {
    response.writeHead(answer.statusCode, answer.statusMessage, endToEnd(answer.rawHeaders));
    answer.on("error", () => response.destroy());
    answer.pipe(response);
  });
  upstream.on("error", () => refuse(response, 503, `${service.name} is not answering`));
  response.on("close", () => response.writableFinished || upstream.destroy());
  if (request.headers["content-length"] || request.headers["transfer-encoding"]) request.pipe(upstream);
  else upstream.end();
}

const server = http.createServer((request, response) => {
  const [pathname] = request.url.split("?", 1);
  const service = services.find(({ prefix }) => pathname === prefix || pathname.startsWith(`${prefix}/`));
  if (!service) return refuse(response, 404, "no Route matched with those values");

  const key = request.headers.apikey;
  if (request.method !== "OPTIONS" && !keyless.has(pathname)) {
    if (!key) return refuse(response, 401, "No API key found in request");
    if (!settings.api_keys.includes(key)) return refuse(response, 401, "Invalid API key");
  }
  const path = service.strip ? request.url.slice(service.prefix.length).replace(/^(?!\/)/, "/") : request.url;
  pass(request, response, service, path, key);
});

server.requestTimeout = 0;
server.keepAliveTimeout = 65_000;
server.listen(settings.port, "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
