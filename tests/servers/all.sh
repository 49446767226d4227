#!/usr/bin/env bash
# all.sh running: name the servers of this folder that run; all.sh stop [NAME...]: stop them, except those named.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

running() {
  local name
  for name in mail prometheus wordpress; do
    ! "./$name.sh" status >/dev/null || echo "$name"
  done
}

case ${1:-} in
  running) running ;;
  stop)
    for name in $(running); do
      [[ " ${*:2} " == *" $name "* ]] || "./$name.sh" stop
    done
    ;;
  *) echo "usage: $0 running|stop [NAME...]" >&2; exit 2 ;;
esac
