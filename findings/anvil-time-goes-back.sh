#!/usr/bin/env bash
# anvil-time-goes-back
#
# Software:  Anvil 1.7.1 (npm @foundry-rs/anvil), --state.
# Expected:  a node that resumes from its saved state mines its next block no earlier than the head it loaded: the chain's
#            rule is a later timestamp, and Anvil itself refuses evm_setNextBlockTimestamp below the head.
# Seen:      after evm_increaseTime, a stop and a start with the same --state, the head is the old one and the next block is
#            mined at the machine's clock: a day before its parent.
# Why:       the state file holds blocks and accounts; the offset of evm_increaseTime and the last timestamp live in the
#            process, and loading does not derive them from the head.
# Matters:   everything that accrues by time subtracts an earlier from a later time. With checked arithmetic it reverts
#            after a restart of the development chain; unchecked, it wraps. Move the clock again after every load.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . @foundry-rs/anvil@1.7.1 >/dev/null
cat > see.mjs <<'JS'
import { spawn } from 'node:child_process';
const start = async () => {
  const node = spawn('node_modules/.bin/anvil', ['--port', '0', '--state', 'state.json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((found, lost) => {
    let text = '';
    node.stdout.on('data', (part) => { const at = (text += part).match(/Listening on (\S+)/); if (at) found(`http://${at[1]}`); });
    node.on('exit', () => lost(new Error('anvil ended')));
  });
  const ask = async (method, ...params) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const answer = await (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json();
    return answer.error ?? answer.result;
  };
  const head = async () => { const b = await ask('eth_getBlockByNumber', 'latest', false); return { number: Number(b.number), time: Number(b.timestamp) }; };
  const stop = () => new Promise((done) => { node.on('exit', done); node.kill('SIGTERM'); });
  return { ask, head, stop };
};
const day = 86_400;
let node = await start();
await node.ask('evm_increaseTime', day);
await node.ask('evm_mine');
const saved = await node.head();
await node.stop();
node = await start();
const loaded = await node.head();
const refused = await node.ask('evm_setNextBlockTimestamp', loaded.time - day);
await node.ask('evm_mine');
const next = await node.head();
await node.stop();
console.log(`saved  block ${saved.number}\nloaded block ${loaded.number}, ${loaded.time - saved.time} s from the saved one\nnext   block ${next.number}, ${next.time - loaded.time} s from its parent`);
console.log('evm_setNextBlockTimestamp a day below the loaded head:', refused?.message ?? 'accepted');
const step = next.time - loaded.time;
const same = loaded.number === saved.number && loaded.time === saved.time && step < -day + 100 && step > -day - 100;
console.log(same ? 'as stated' : 'CHANGED');
process.exit(same ? 0 : 1);
JS
node see.mjs
