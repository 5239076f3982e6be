#!/bin/sh
# What forge calls as its compiler: the npm package solc behind the native compiler's command line.
exec node "$(dirname "$0")/solc.ts" "$@"
