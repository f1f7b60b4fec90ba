#!/usr/bin/env bash
# Makes the Python environment of the gRPC client test, and its stubs from proto/, under target/. Does nothing when both
# are as the requirements and the interface say.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
venv="$root/target/grpc-venv"
stubs="$root/target/grpc-stubs"

# Two runs at once would spoil each other's folders.
mkdir -p "$root/target"
exec 9>"$root/target/grpc-venv.lock"
flock 9

if ! cmp -s "$here/requirements.txt" "$venv/requirements.txt"; then
  rm -rf "$venv"
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$venv/requirements.txt"
  rm -rf "$stubs"
fi

state=$(cd "$root/proto" && cat sne/v1/*.proto | sha256sum)
if [ "$(cat "$stubs/state" 2>/dev/null)" != "$state" ]; then
  rm -rf "$stubs"
  mkdir -p "$stubs"
  "$venv/bin/python" -m grpc_tools.protoc --proto_path="$root/proto" --python_out="$stubs" --grpc_python_out="$stubs" \
    "$root"/proto/sne/v1/*.proto
  printf '%s' "$state" >"$stubs/state"
fi
