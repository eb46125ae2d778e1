#!/usr/bin/env bash
# anvil-reorg-no-removed-logs
#
# Software:  Anvil 1.7.1 (npm @foundry-rs/anvil), anvil_reorg; ws 8.18.3 as the WebSocket client.
# Expected:  as with geth, whose documentation of eth_subscribe says so: a reorganisation sends the logs of the blocks that
#            are gone once more with removed: true, to subscriptions and to filters alike.
# Seen:      anvil_reorg of two blocks with a log each announces the new heads, and nothing else: no subscription and no
#            filter ever gives a log with removed: true, while eth_getLogs has forgotten both.
# Why:       Anvil's logs are delivered per block that is added; a block that is taken away notifies nobody.
# Matters:   a follower that undoes on removed: true passes its tests against Anvil by never running that code, and keeps
#            rows of blocks that no longer exist. Undo by parent hash of the new heads; that works on both.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . @foundry-rs/anvil@1.7.1 ws@8.18.3 >/dev/null
cat > see.mjs <<'JS'
import { spawn } from 'node:child_process';
import WebSocket from 'ws';
const node = spawn('node_modules/.bin/anvil', ['--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const place = await new Promise((found, lost) => {
  let text = '';
  node.stdout.on('data', (part) => { const at = (text += part).match(/Listening on (\S+)/); if (at) found(at[1]); });
  node.on('exit', () => lost(new Error('anvil ended')));
});
const ask = async (method, ...params) => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const answer = await (await fetch(`http://${place}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json();
  if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
  return answer.result;
};
const pause = () => new Promise((go) => setTimeout(go, 1000));
let same = false;
try {
  const [from] = await ask('eth_accounts');
  // A contract whose whole code is LOG0 of nothing.
  const made = await ask('eth_sendTransaction', { from, data: '0x6560006000a0006000526006601af3' });
  await pause();
  const to = (await ask('eth_getTransactionReceipt', made)).contractAddress;
  const socket = new WebSocket(`ws://${place}`);
  const heads = [], logs = [];
  socket.on('message', (text) => {
    const told = JSON.parse(text).params?.result;
    if (told) (told.parentHash ? heads : logs).push(told);
  });
  await new Promise((open) => socket.on('open', open));
  for (const params of [['newHeads'], ['logs', { address: to }]]) socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params }));
  const filter = await ask('eth_newFilter', { address: to });
  await pause();
  for (let i = 0; i < 2; i++) { await ask('eth_sendTransaction', { from, to }); await pause(); }
  const before = { heads: heads.length, logs: logs.length, filter: (await ask('eth_getFilterChanges', filter)).length };
  await ask('anvil_reorg', 2, []);
  await pause();
  const after = { heads: heads.length - before.heads, logs: logs.length - before.logs, filter: (await ask('eth_getFilterChanges', filter)).length };
  const left = (await ask('eth_getLogs', { fromBlock: '0x0', address: to })).length;
  console.log('told before the reorganisation', before, '\ntold after it', after, `\neth_getLogs now: ${left}`);
  same = before.heads === 2 && before.logs === 2 && before.filter === 2 && after.heads === 2 && after.logs === 0 && after.filter === 0 && left === 0;
  socket.close();
} finally { node.kill(); }
console.log(same ? 'as stated' : 'CHANGED');
process.exit(same ? 0 : 1);
JS
node see.mjs
