#!/usr/bin/env bash
# anvil-base-fee-after-rewind
#
# Software:  Anvil 1.7.1 (npm @foundry-rs/anvil), default settings.
# Expected:  the base fee of a block is what EIP-1559 computes from its parent's base fee and gas, also after the chain
#            was rewound: evm_revert, anvil_reorg and anvil_rollback put back the state, the time and the blocks.
# Seen:      the first block after each of the three takes the base fee that the discarded branch had reached. Its header
#            disagrees with its parent's; from the block after it on the rule holds again, so the whole branch is off by
#            the same factor. (Block 1 has the fee of genesis, not 7/8 of it.)
# Why:       the next block's fee is a value of its own, written as each block is mined; the rewinds do not write it.
# Matters:   a test that reverts between cases sees other fees in another order of cases, and code that checks headers, or
#            predicts the next base fee from the latest block, is wrong exactly once after each rewind.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . @foundry-rs/anvil@1.7.1 >/dev/null
cat > see.mjs <<'JS'
import { spawn } from 'node:child_process';
const node = spawn('node_modules/.bin/anvil', ['--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const url = await new Promise((found, lost) => {
  let text = '';
  node.stdout.on('data', (part) => { const at = (text += part).match(/Listening on (\S+)/); if (at) found(`http://${at[1]}`); });
  node.on('exit', () => lost(new Error('anvil ended')));
});
const ask = async (method, ...params) => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const answer = await (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json();
  if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
  return answer.result;
};
const due = (parent) => {
  const [fee, used, goal] = [BigInt(parent.baseFeePerGas), BigInt(parent.gasUsed), BigInt(parent.gasLimit) / 2n];
  return fee - (fee * (goal - used)) / goal / 8n; // every block here is emptier than the goal
};
// The blocks that were mined on top of the head as it was before, each with the fee due and the fee it has.
const look = async (name, back, rewind) => {
  const mark = await ask('evm_snapshot');
  await ask('anvil_mine', '0x3');
  await rewind(mark);
  const head = Number(await ask('eth_blockNumber'));
  await ask('evm_mine'); await ask('evm_mine');
  const wrong = [];
  for (let at = head - back + 1; at <= head + 2; at++) {
    const [parent, block] = [await ask('eth_getBlockByNumber', '0x' + (at - 1).toString(16), false), await ask('eth_getBlockByNumber', '0x' + at.toString(16), false)];
    if (BigInt(block.baseFeePerGas) !== due(parent)) wrong.push(at - (head - back));
    console.log(`${name}: block ${at} has ${BigInt(block.baseFeePerGas)}, due from its parent ${due(parent)}`);
  }
  return String(wrong) === '1';
};
const blocks = (at) => ask('eth_getBlockByNumber', at, false);
let same = true;
try {
  await ask('anvil_mine', '0x4');
  const [zero, one] = [await blocks('0x0'), await blocks('0x1')];
  console.log(`block 1 has ${BigInt(one.baseFeePerGas)}, due from genesis ${due(zero)}`);
  same &&= one.baseFeePerGas === zero.baseFeePerGas;
  same = (await look('evm_revert', 0, (mark) => ask('evm_revert', mark))) && same;
  same = (await look('anvil_rollback', 0, () => ask('anvil_rollback', 3))) && same;
  same = (await look('anvil_reorg', 3, () => ask('anvil_reorg', 3, []))) && same;
} finally { node.kill(); }
console.log(same ? 'as stated' : 'CHANGED');
process.exit(same ? 0 : 1);
JS
node see.mjs
