#!/usr/bin/env bash
# compose-spec-round-trip
#
# Software:  compose-spec 0.2.1 (PyPI, bindings of the Rust crate compose_spec), PyYAML 6.0.4 to read what it wrote.
# Expected:  from_yaml and to_yaml give back a file that means the same, or refuse it: the README calls it fully validated and
#            compliant with the specification.
# Seen:      three valid values come back as other ones, without an error. mac_address 02:42:ac:11:00:05 loses its leading
#            zero (2:42:...). The port [::1]:8080:80 loses its brackets (::1:8080:80). env_file's format: raw is dropped, so
#            that a later reader expands $ in the file. Meanwhile the valid restart "on-failure:3" is refused.
# Why:       a byte of the address is written in hexadecimal without padding, an address before a port without the brackets
#            the specification writes there, and a key of env_file that the types lack is ignored (of a service it is refused).
# Matters:   a tool that normalises manifests through it hands on a MAC address that strict parsers refuse, a port that only
#            lenient ones split, and secrets with other contents. Its own reader takes what it wrote, so a test that writes
#            and reads again passes.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
cd "$dir"
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check compose-spec==0.2.1 pyyaml==6.0.4
cat > see.py <<'PY'
import sys, yaml
from compose_spec import PyCompose
given = """
services:
  web:
    image: example
    mac_address: "02:42:ac:11:00:05"
    ports: ["[::1]:8080:80"]
    env_file:
      - {path: web.env, format: raw}
"""
wrote = PyCompose.from_yaml(given).to_yaml()
before, after = (yaml.safe_load(text)["services"]["web"] for text in (given, wrote))
for key in before:
    print(f"{key}: {before[key]} -> {after.get(key)}")
again = PyCompose.from_yaml(wrote).to_yaml() == wrote
print("its own reader takes it again, unchanged:", again)
try:
    PyCompose.from_yaml('services: {web: {image: example, restart: "on-failure:3"}}')
    restart = "accepted"
except ValueError as error:
    restart = f"refused: {error}"
print("restart on-failure:3", restart)
same = (
    after["mac_address"] == "2:42:ac:11:00:05"
    and after["ports"] == ["::1:8080:80"]
    and after["env_file"] == [{"path": "web.env"}]
    and again
    and restart.startswith("refused")
)
print("as stated" if same else "CHANGED")
sys.exit(0 if same else 1)
PY
v/bin/python see.py
