#!/usr/bin/env bash
# A real SMTP server (aiosmtpd) on 127.0.0.1 and an HTTP view of what arrived: GET /messages, GET /messages/N/raw,
# DELETE /messages. Recipients at bounce.test are refused for good (550), those at busy.test for now (451).
# MAIL_SMTP_PORT and MAIL_HTTP_PORT ask for certain ports.
NAME=mail
TAGS=(mail)
source "$(dirname "${BASH_SOURCE[0]}")/_lib.sh"
PYTHON=$HERE/../../.venv/bin/python

do_install() { "$PYTHON" -c "import aiosmtpd" || die "aiosmtpd is missing: run \`make setup\`"; }

do_start() {
  local smtp http
  smtp=$(port_for smtp "${MAIL_SMTP_PORT:-}")
  http=$(port_for http "${MAIL_HTTP_PORT:-}")
  rm -rf "$DATA/messages" # what earlier runs received only makes the view slow
  mkdir -p "$DATA/messages"
  spawn mail "$PYTHON" "$HERE/mail-server.py" "$DATA/messages" "$smtp" "$http"
  wait_until_ok mail "http://127.0.0.1:$http/messages" 20
}

do_env() {
  echo "SMTP_HOST=127.0.0.1"
  echo "SMTP_PORT=$(<"$DATA/port.smtp")"
  echo "SMTP_USER=signoff"
  echo "SMTP_PASSWORD=signoff-smtp"
  echo "MAIL_API_URL=http://127.0.0.1:$(<"$DATA/port.http")"
}

main "$@"
