#!/usr/bin/env bash
# cast-json-numbers
#
# Software:  cast 1.7.1 (npm @foundry-rs/cast), abi-decode --json; read with JSON.parse of Node.js.
# Expected:  one JSON type for one ABI type: a uint256 always a string, as in JSON-RPC, or always a number.
# Seen:      the same uint256 is a JSON number up to 2^64 - 1 and a JSON string from 2^64 on (int256: a number down to -2^63).
#            Between 2^53 and 2^64 the usual readers round it without a word: 9007199254740993 becomes 9007199254740992.
# Why:       the value is tried as the 64-bit integers of the JSON library before it falls back to text; the border is theirs,
#            and 2^53, the border of most readers, is below it.
# Matters:   amounts of a token with 18 decimals sit in that gap from 0.009 to 18.4 tokens. A script tried with small amounts
#            and with large ones is wrong in the middle. Take the plain output and cut its note, or read with big integers.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix . @foundry-rs/cast@1.7.1 >/dev/null
cast() { node_modules/.bin/cast "$@"; }
same=yes
# see TYPE VALUE JSON-TYPE EXACT-OR-ROUNDED
see() {
  local text got
  text=$(cast abi-decode --json "f()($1)" "$(cast abi-encode "f($1)" -- "$2")" | tr -d ' \n')
  got=$(node -e 'const [v] = JSON.parse(process.argv[1]); console.log(typeof v, BigInt(v) === BigInt(process.argv[2]) ? "exact" : "rounded");' "$text" "$2")
  printf '%-8s %-22s %-26s %s\n' "$1" "$2" "$text" "$got"
  [ "$got" = "$3 $4" ] || same=no
}
see uint256 9007199254740992 number exact
see uint256 9007199254740993 number rounded
see uint256 18446744073709551615 number rounded
see uint256 18446744073709551616 string exact
see int256 -9007199254740993 number rounded
see int256 -9223372036854775808 number exact
see int256 -9223372036854775809 string exact
if [ $same = yes ]; then echo 'as stated'; else echo CHANGED; exit 1; fi
