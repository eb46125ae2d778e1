#!/usr/bin/env bash
# openapi-fetch-error-that-is-none
#
# Software:  openapi-fetch 0.17.0 (npm) on the fetch of Node.js, against a server of Node.js.
# Expected:  of { data, error } one is set, and "if (error)" holds for every status of 4xx and 5xx: the documentation and the
#            types of the result say that error is there for those.
# Seen:      a 401, 404 or 503 without a body gives error: undefined when the answer carries Content-Length: 0, and the empty
#            string when it is chunked. Both are falsy, and data is undefined as it is after a 204. Only response.ok tells.
# Why:       the empty body is looked at before the status is: error is the body that was read, and there was none.
# Matters:   proxies and frameworks answer many refusals without a body. A client that asks "if (error)" takes the refusal of
#            a DELETE or a POST for the success with no content. Ask response.ok.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . openapi-fetch@0.17.0 >/dev/null
cat > see.mjs <<'JS'
import { createServer } from 'node:http';
import createClient from 'openapi-fetch';
const server = createServer((request, response) => {
  const [, status, how] = request.url.split('/');
  if (how === 'length') response.setHeader('content-length', '0');
  response.writeHead(Number(status));
  if (how === 'chunked') response.flushHeaders();
  response.end(how === 'text' ? 'no' : undefined);
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const client = createClient({ baseUrl: `http://127.0.0.1:${server.address().port}` });
let same = true;
for (const [status, how, expected] of [
  [204, 'none', undefined], [401, 'length', undefined], [404, 'length', undefined], [503, 'length', undefined], [503, 'chunked', ''], [503, 'text', 'no'],
]) {
  const { data, error, response } = await client.DELETE('/{status}/{how}', { params: { path: { status, how } } });
  console.log(status, how.padEnd(8), 'data', data, 'error', JSON.stringify(error), 'response.ok', response.ok);
  same &&= data === undefined && error === expected && response.status === status;
}
server.close(); server.closeAllConnections();
console.log(same ? 'as stated' : 'CHANGED');
process.exit(same ? 0 : 1);
JS
node see.mjs
