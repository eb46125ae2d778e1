#!/usr/bin/env bash
# cargo-copied-target
#
# Software:  Cargo and rustc 1.95.0, the toolchain on PATH (no package: nothing is installed and nothing is downloaded).
# Expected:  a test binary built in one checkout is stale in another one that has its own path, because env!() wrote the path
#            of CARGO_MANIFEST_DIR into it and Cargo follows what env!() reads.
# Seen:      with target/ copied along, cargo test in the second checkout compiles nothing, says Finished, and runs a binary
#            that reads the files of the first. At run time CARGO_MANIFEST_DIR names the second: the two differ in one process.
#            The condition is the clock alone: no source of the copy is newer than target's record of the build. So it happens
#            with cp -a, and with cp -r of the sources before target/; it does not when the sources are written afterwards
#            (a git worktree made later, cp -r of the sources after target/).
# Why:       the identity of a package in a workspace is relative to its root, so that target/ can move; sources are compared
#            by time; and variables that Cargo sets itself are not compared as variables of the environment.
# Matters:   a warmed target/ copied into a second checkout or a container's layer gives green tests of the wrong files. Take
#            std::env::var at run time for fixtures, or touch the sources once after the copy.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
unset CARGO_TARGET_DIR CARGO_BUILD_TARGET_DIR RUSTC_WRAPPER
export CARGO_NET_OFFLINE=true
mkdir -p first/one/src
printf '[workspace]\nmembers = ["one"]\nresolver = "2"\n' > first/Cargo.toml
printf '[package]\nname = "one"\nversion = "0.1.0"\nedition = "2021"\n' > first/one/Cargo.toml
cat > first/one/src/lib.rs <<'RS'
#[test]
fn where_am_i() {
    let run = std::env::var("CARGO_MANIFEST_DIR").unwrap();
    println!("built in {} run in {}", env!("CARGO_MANIFEST_DIR"), run);
}
RS
same=yes
# see CHECKOUT WHERE-BUILT COMPILES, the last yes or no
see() {
  local said built compiled=no
  said=$(cd "$1" && cargo test --lib -- --nocapture 2>&1)
  case $said in *Compiling*) compiled=yes ;; esac
  built=$(sed -n "s|.*built in $dir/\([a-z]*\)/one run in $dir/$1/one.*|\1|p" <<<"$said")
  printf '%-7s compiled: %-3s the binary was built in: %s\n' "$1" "$compiled" "$built"
  [ "$built" = "$2" ] && [ "$compiled" = "$3" ] || same=no
}
cargo --version; rustc --version
see first first yes
sleep 1
cp -a first kept                                                                        # every time kept
mkdir early; cp -r first/one first/Cargo.* early/; sleep 1; cp -r first/target early/   # sources now, target/ later
mkdir late; cp -r first/target late/; sleep 1; cp -r first/one first/Cargo.* late/      # target/ now, sources later
mkdir worktree; cp -r first/one first/Cargo.* worktree/; cp -a first/target worktree/   # sources now, target/ with its times
see kept first no
see early first no
see late late yes
see worktree worktree yes
find kept/one -name '*.rs' -exec touch {} +
see kept kept yes
case $(cargo --version) in "cargo 1.95.0 "*) ;; *) echo 'another Cargo than stated'; same=no ;; esac
if [ $same = yes ]; then echo 'as stated'; else echo CHANGED; exit 1; fi
