#!/usr/bin/env bash
# viem-empty-list-of-args
#
# Software:  viem 2.57.20, getLogs and createEventFilter with getFilterLogs; Anvil 1.7.1 as the node (both npm).
# Expected:  one meaning for args: { n: [] } in the whole library. In JSON-RPC an empty list at a topic is no condition, and
#            viem sends the empty list as it is.
# Seen:      for the same event, argument and blocks getLogs gives no log and the filter gives all of them. The node answers
#            both requests with every log.
# Why:       getLogs matches the decoded logs against args once more on the client, and no value is in an empty list;
#            getFilterLogs decodes without args, so the node's reading of the topic stands.
# Matters:   "the leases on this page" is a list that starts empty: by getLogs it shows nothing, by a filter everybody's.
#            Do not ask at all when the list is empty.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . @foundry-rs/anvil@1.7.1 viem@2.57.20 >/dev/null
cat > see.mjs <<'JS'
import { spawn } from 'node:child_process';
import { concatHex, createPublicClient, encodeEventTopics, http, parseAbiItem, size, toHex } from 'viem';
const node = spawn('node_modules/.bin/anvil', ['--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const place = await new Promise((found, lost) => {
  let text = '';
  node.stdout.on('data', (part) => { const at = (text += part).match(/Listening on (\S+)/); if (at) found(at[1]); });
  node.on('exit', () => lost(new Error('anvil ended')));
});
let same = false;
try {
  const client = createPublicClient({ transport: http(`http://${place}`), pollingInterval: 50, cacheTime: 0 });
  const event = parseAbiItem('event Seen(uint256 indexed n)');
  const [topic] = encodeEventTopics({ abi: [event] });
  // A contract that emits Seen(n) with the word that it is called with: CALLDATALOAD(0), the topic, LOG2 of nothing.
  const code = concatHex(['0x600035', '0x7f', topic, '0x60006000a200']);
  const init = concatHex(['0x60', toHex(size(code)), '0x600c60003960', toHex(size(code)), '0x6000f3', code]);
  const [from] = await client.request({ method: 'eth_accounts' });
  const send = async (what) => client.waitForTransactionReceipt({ hash: await client.request({ method: 'eth_sendTransaction', params: [{ from, ...what }] }) });
  const { contractAddress: to } = await send({ data: init });
  for (const n of [1n, 2n, 3n]) await send({ to, data: toHex(n, { size: 32 }) });
  const count = async (n) => {
    const what = { address: to, event, args: { n }, fromBlock: 0n };
    const byFilter = await client.getFilterLogs({ filter: await client.createEventFilter(what) });
    return [(await client.getLogs(what)).length, byFilter.length];
  };
  const bare = (await client.request({ method: 'eth_getLogs', params: [{ address: to, fromBlock: '0x0', topics: [topic, []] }] })).length;
  const [none, two, empty] = [await count(undefined), await count([1n, 3n]), await count([])];
  console.log(`the node, topics [event, []]: ${bare} logs`);
  for (const [name, [logs, filter]] of Object.entries({ 'n: undefined': none, 'n: [1n, 3n]': two, 'n: []': empty })) console.log(`${name}: getLogs ${logs}, filter ${filter}`);
  same = bare === 3 && String([none, two, empty]) === '3,3,2,2,0,3';
} finally { node.kill(); }
console.log(same ? 'as stated' : 'CHANGED');
process.exit(same ? 0 : 1);
JS
node see.mjs
