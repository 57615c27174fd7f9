#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Brings DuckDB's library to the folder given: libduckdb.so and its licence, taken from the npm package that carries it, of one
# version and one content. Needs npm, which knows where packages come from. Does nothing when it is there already.
#   tools/get_duckdb.sh FOLDER
# Exit code 0: it is there; 1: it could not be had, and why stands on standard error.
set -euo pipefail

readonly package=@duckdb/node-bindings-linux-x64 version=1.5.6-r.1
readonly integrity=IXcrZJE6kEqM0Z4wwdVnGBHX/frOS33VPNAwDXQ/Q+Fs84b058Qe94chrCCIcNJlG8Y3UHIUU4eBeCQxW5mN1Q==  # SHA-512

folder=$(mkdir -p "${1:?which folder?}" && cd "$1" && pwd)
[[ -e $folder/libduckdb.so && $(cat "$folder/version" 2>/dev/null) == "$version" ]] && exit 0
[[ $(uname -m) == x86_64 ]] || { echo "get_duckdb: there is a library for x86_64 only" >&2; exit 1; }
command -v npm >/dev/null || { echo "get_duckdb: npm is missing" >&2; exit 1; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
timeout 300 npm pack --loglevel=error --ignore-scripts "$package@$version" >/dev/null 2>log || { tail -3 log >&2; exit 1; }
archive=$(find . -name '*.tgz')
found=$(openssl dgst -sha512 -binary "$archive" | base64 -w0)
[[ $found == "$integrity" ]] || { echo "get_duckdb: what came is not what was asked for: sha512-$found" >&2; exit 1; }
tar xzf "$archive" package/libduckdb.so package/LICENSE
mv package/LICENSE "$folder/LICENSE"
mv package/libduckdb.so "$folder/libduckdb.so"
echo "$version" >"$folder/version"
