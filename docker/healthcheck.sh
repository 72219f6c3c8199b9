#!/usr/bin/env bash
# Exits 0 when the service answers /healthz; the image has no curl.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/${GATEHOUSE_LISTEN##*:}"
printf 'GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
IFS= read -r -t 5 status <&3
[[ "$status" == "HTTP/1.1 200 "* ]]
