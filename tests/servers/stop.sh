#!/usr/bin/env bash
# Stop every server of this folder that is running; their data stays.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
for script in mail.sh wordpress.sh; do
  ! "./$script" status >/dev/null || "./$script" stop
done
