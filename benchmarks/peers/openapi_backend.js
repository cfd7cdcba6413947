// openapi-backend on Node's own HTTP server: validates, authenticates, and answers with one body.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { OpenAPIBackend } from 'openapi-backend';

const [port, contract, bodyFile] = process.argv.slice(2);
const token = 'Owner00000-0000000000000000000000';
const page = readFileSync(bodyFile);
const json = { 'Content-Type': 'application/json; charset=utf-8' };

const send = (response, status, body) => {
  response.writeHead(status, { ...json, 'Content-Length': body.length });
  response.end(body);
};
const fail = (status) => (context, request, response) =>
  send(response, status, Buffer.from(JSON.stringify({ message: String(status), detail: context.validation?.errors })));

const api = new OpenAPIBackend({
  definition: contract,
  apiRoot: '/api/v2',
  quick: false,
  handlers: {
    'get-audit-logs': (context, request, response) => send(response, 200, page),
    'generate-fake-audit-logs': (context, request, response) => response.writeHead(204).end(),
    validationFail: fail(400),
    unauthorizedHandler: fail(401),
    notFound: fail(404),
    methodNotAllowed: fail(405),
  },
});
for (const scheme of ['CoderSessionCookie', 'CoderSessionQuery', 'CoderSessionToken']) {
  api.registerSecurityHandler(scheme, (context) => context.request.headers['coder-session-token'] === token);
}
await api.init();

createServer((request, response) => {
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const { method, url, headers } = request;
    const body = parts.length ? Buffer.concat(parts).toString() : undefined;
    api.handleRequest({ method, path: url, headers, body }, request, response);
  });
}).listen(Number(port), '127.0.0.1');
