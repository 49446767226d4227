#!/usr/bin/env bash
# Install the Debian packages that tests use beyond what `make setup` brings: test-packages.sh [browser] [php]
# (default: both). Exits 1 and names them when something is missing and can't be installed.
set -euo pipefail

have_browser() { command -v chromium >/dev/null && command -v fc-list >/dev/null && [[ $(fc-list) == *NotoColorEmoji* ]]; }
BROWSER=(chromium fonts-noto-core fonts-noto-color-emoji fontconfig)

PHP_EXTENSIONS='["curl", "dom", "gd", "mbstring", "pdo_sqlite", "zip"]'
have_php() {
  command -v php >/dev/null && command -v unzip >/dev/null && command -v curl >/dev/null &&
    php -r "exit(count(array_filter($PHP_EXTENSIONS, fn(\$name) => !extension_loaded(\$name))));"
}
PHP=(php-cli php-curl php-gd php-mbstring php-sqlite3 php-xml php-zip unzip curl)

lacking() { # lacking KIND...: the packages of the kinds that are not there
  local kind
  for kind in "$@"; do
    case $kind in
      browser) have_browser || echo "${BROWSER[@]}" ;;
      php) have_php || echo "${PHP[@]}" ;;
      *) echo "usage: $0 [browser] [php]" >&2; exit 2 ;;
    esac
  done
}

install() {
  local apt=(apt-get -o DPkg::Lock::Timeout=300 -qq) log
  log=$(mktemp)
  echo "Installing for the tests: $*" >&2
  export DEBIAN_FRONTEND=noninteractive
  { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "$@"; } >"$log" 2>&1 || { tail -5 "$log" >&2; return 1; }
  rm "$log"
}

kinds=("$@")
((${#kinds[@]})) || kinds=(browser php)
read -ra packages <<<"$(lacking "${kinds[@]}" | tr '\n' ' ')"
((${#packages[@]})) || exit 0
if ((EUID == 0)) && command -v apt-get >/dev/null && install "${packages[@]}" && [[ -z $(lacking "${kinds[@]}") ]]; then exit 0; fi
echo "Some tests need packages that are missing. On Debian or Ubuntu: sudo apt-get install ${packages[*]}" >&2
exit 1
