#!/usr/bin/env bash
# cast-event-topic-of-dynamic-types
#
# Software:  cast 1.7.1 (npm @foundry-rs/cast), abi-encode-event; solc 0.8.37 and Anvil 1.7.1 (npm) for what a contract emits.
# Expected:  the topic of an indexed string or bytes is the Keccak hash of its bytes, the topic of an indexed array the hash
#            of its padded elements one after another, as the ABI specification says and Solidity emits.
# Seen:      for string, bytes and uint256[] the topic is the hash of the ordinary ABI encoding, with its offset and length;
#            for the fixed array uint256[2] the topic is the word 0. Every call exits 0.
# Why:       the dynamic value is hashed in the encoding for calls, not in the one that the specification gives for topics;
#            and the fixed array does not get hashed at all.
# Matters:   a filter with such a topic matches no log that a contract ever emits, and an empty answer looks like no events.
#            cast keccak of the text gives the right topic of a string.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . @foundry-rs/cast@1.7.1 @foundry-rs/anvil@1.7.1 solc@0.8.37 >/dev/null
cat > emitted.mjs <<'JS'
import { spawn } from 'node:child_process';
import solc from 'solc';
const source = `// SPDX-License-Identifier: MIT
pragma solidity ^0.8.0;
contract C {
  event S(string indexed); event B(bytes indexed); event D(uint256[] indexed); event F(uint256[2] indexed);
  constructor() {
    emit S("tide"); emit B("tide");
    uint256[] memory d = new uint256[](2); d[0] = 1; d[1] = 2; emit D(d);
    uint256[2] memory f = [uint256(1), 2]; emit F(f);
  }
}`;
const input = { language: 'Solidity', sources: { C: { content: source } }, settings: { outputSelection: { '*': { '*': ['evm.bytecode.object'] } } } };
const data = '0x' + JSON.parse(solc.compile(JSON.stringify(input))).contracts.C.C.evm.bytecode.object;
const node = spawn('node_modules/.bin/anvil', ['--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
const place = await new Promise((found, lost) => {
  let text = '';
  node.stdout.on('data', (part) => { const at = (text += part).match(/Listening on (\S+)/); if (at) found(at[1]); });
  node.on('exit', () => lost(new Error('anvil ended')));
});
const ask = async (method, ...params) => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  return (await (await fetch(`http://${place}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).json()).result;
};
try {
  const [from] = await ask('eth_accounts');
  const hash = await ask('eth_sendTransaction', { from, data });
  let receipt;
  while (!(receipt = await ask('eth_getTransactionReceipt', hash))) await new Promise((go) => setTimeout(go, 100));
  for (const log of receipt.logs) console.log(log.topics[1]);
} finally { node.kill(); }
JS
node emitted.mjs > emitted
cast() { node_modules/.bin/cast "$@"; }
same=yes line=0
# see SIGNATURE VALUE TOPIC-THAT-CAST-GIVES
see() {
  local got want
  line=$((line + 1))
  got=$(cast abi-encode-event "$1" "$2" | sed -n 's/^\[topic1\]: //p'); want=$(sed -n "${line}p" emitted)
  printf '%s of %s\n  cast      %s\n  contract  %s\n' "$1" "$2" "$got" "$want"
  [ "$got" = "$3" ] && [ -n "$want" ] && [ "$got" != "$want" ] || same=no
}
see 'S(string indexed)' tide "$(cast keccak "$(cast abi-encode 'f(string)' tide)")"
see 'B(bytes indexed)' 0x74696465 "$(cast keccak "$(cast abi-encode 'f(bytes)' 0x74696465)")"
see 'D(uint256[] indexed)' '[1,2]' "$(cast keccak "$(cast abi-encode 'f(uint256[])' '[1,2]')")"
see 'F(uint256[2] indexed)' '[1,2]' "0x$(printf '0%.0s' {1..64})"
[ "$(cast keccak tide)" = "$(sed -n 1p emitted)" ] || same=no
if [ $same = yes ]; then echo 'as stated'; else echo CHANGED; exit 1; fi
