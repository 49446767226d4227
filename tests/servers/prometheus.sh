#!/usr/bin/env bash
# Debian's Prometheus on 127.0.0.1. It scrapes each second what files in the folder PROMETHEUS_TARGETS name, as soon as
# they are there: [{"targets": ["127.0.0.1:8000"], "labels": {"run": "mine"}}]. PROMTOOL checks what a page of metrics says.
# The package is unpacked and not installed, so that it starts no service. PROMETHEUS_PORT asks for a certain port.
NAME=prometheus
TAGS=(prometheus)
source "$(dirname "${BASH_SOURCE[0]}")/_lib.sh"
BIN=$DIR/pkg/usr/bin

do_install() {
  [[ -x $BIN/prometheus && -x $BIN/promtool ]] && return
  command -v apt-get >/dev/null || die "Prometheus is unpacked from Debian's package, and there is no apt-get"
  local fetched
  fetched=$(mktemp -d)
  (cd "$fetched" && { apt-get -qq download prometheus || { apt-get -qq update && apt-get -qq download prometheus; }; }) >&2 ||
    die "apt-get can't fetch Debian's package prometheus"
  dpkg-deb -x "$fetched"/prometheus_*.deb "$DIR/pkg"
  rm -rf "$fetched"
}

do_start() {
  local port
  port=$(port_for http "${PROMETHEUS_PORT:-}")
  mkdir -p "$DATA/targets"
  rm -f "$DATA"/targets/*
  cat >"$DATA/prometheus.yml" <<YML
global: {scrape_interval: 1s, evaluation_interval: 1s}
scrape_configs:
- {job_name: signoff, file_sd_configs: [{files: ['$DATA/targets/*.json'], refresh_interval: 1s}]}
YML
  spawn prometheus "$BIN/prometheus" --config.file="$DATA/prometheus.yml" --storage.tsdb.path="$DATA/tsdb" \
    --storage.tsdb.retention.time=1d --web.listen-address="127.0.0.1:$port"
  wait_until_ok prometheus "http://127.0.0.1:$port/-/ready" 30
}

do_env() {
  echo "PROMETHEUS_URL=http://127.0.0.1:$(<"$DATA/port.http")"
  echo "PROMETHEUS_TARGETS=$DATA/targets"
  echo "PROMTOOL=$BIN/promtool"
}

main "$@"
