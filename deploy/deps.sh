#!/usr/bin/env bash
# Installs what the register needs to be built, run and tested, when it is missing: a C linker, PostgreSQL 15 or newer
# without a default cluster, and for the tests Node.js with npm (buf), Python with venv (a gRPC client)
# and systemd's own checker of units. As root on Debian it installs; otherwise it prints the line to run. Rust itself is not installed here.
set -euo pipefail

missing=()

if ! command -v cargo >/dev/null; then
  echo "Rust is missing: install it first (rustup, stable 1.95 or newer)." >&2
  exit 1
fi
command -v cc >/dev/null || missing+=(gcc libc6-dev)

newest=$(find /usr/lib/postgresql -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null | sort -n | tail -n 1 || true)
on_path=$(command -v initdb >/dev/null && initdb --version | grep -oE '[0-9]+' | head -n 1 || true)
if [ "${newest:-0}" -lt 15 ] && [ "${on_path:-0}" -lt 15 ]; then
  missing+=(postgresql)
fi

command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
command -v systemd-analyze >/dev/null || missing+=(systemd)
python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)

[ ${#missing[@]} -eq 0 ] && exit 0

line="apt-get install --yes --no-install-recommends ${missing[*]}"
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
  echo "Missing: ${missing[*]}. Run this as root, then try again:" >&2
  echo "  $line" >&2
  exit 1
fi

export DEBIAN_FRONTEND=noninteractive
# The register runs a private cluster of its own: Debian's default one is not wanted.
mkdir -p /etc/postgresql-common
grep -qs '^create_main_cluster' /etc/postgresql-common/createcluster.conf ||
  echo 'create_main_cluster = false' >>/etc/postgresql-common/createcluster.conf
apt-get update --quiet=2
$line
