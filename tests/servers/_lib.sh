# What the server scripts in this folder share (sourced, not run). Each is called NAME.sh start|stop|status|env|reset:
#   start   install what is missing, start unless it runs, print KEY=VALUE lines; everything else goes to stderr
#   stop    end the processes that `start` began, keep the data
#   status  exit 0 if it runs, 3 if not
#   env     print the KEY=VALUE lines without starting anything; exit 3 if it never ran
#   reset   stop and delete the data, keep what was installed
#
# A script sets NAME and TAGS (its processes) and defines do_install, do_start and do_env before it calls main.
# Everything lives under $SERVERS_DIR and survives until `reset`. Calls at the same time wait for each other, so
# parallel test processes share one server.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SERVERS_DIR=${SERVERS_DIR:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/signoff-servers}
DIR=$SERVERS_DIR/${NAME:?}
DATA=$DIR/data
RUN=$DIR/run # process ids and logs
mkdir -p "$RUN"

say() { echo "[$NAME] $*" >&2; }
die() { say "$*"; exit 1; }
fail_with_log() { tail -15 "$1" >&2 || true; die "$2"; }

# A process is known by its number and the moment it started: numbers are used again.
moment_of() { [[ -r /proc/$1/stat ]] && cut -d')' -f2- "/proc/$1/stat" | awk '{print $20}'; }

spawn() { # spawn TAG COMMAND...: in the background, in a process group of its own
  local tag=$1; shift
  setsid "$@" >>"$RUN/$tag.log" 2>&1 </dev/null 9>&- &
  local pid=$!
  echo "$pid $(moment_of "$pid")" >"$RUN/$tag.pid"
}

running() { # running TAG: is the very process that spawn started still there?
  local pid moment
  [[ -f $RUN/$1.pid ]] && read -r pid moment <"$RUN/$1.pid" && [[ -n $moment && $(moment_of "$pid") == "$moment" ]]
}

all_running() { local tag; for tag in "${TAGS[@]}"; do running "$tag" || return 1; done; }

halt() { # halt TAG: ask the process group to end, insist after 10 s
  local pid
  if running "$1"; then
    read -r pid _ <"$RUN/$1.pid"
    kill -TERM -- "-$pid" 2>/dev/null || true
    local tries
    for tries in {1..100}; do kill -0 -- "-$pid" 2>/dev/null || break; sleep 0.1; done
    kill -KILL -- "-$pid" 2>/dev/null || true
  fi
  rm -f "$RUN/$1.pid"
}

halt_all() { local tag; for tag in "${TAGS[@]}"; do halt "$tag"; done; }

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# port_for KEY WISH: WISH if given, else the port of the last time if nobody took it, else one the system chooses
port_for() {
  local file=$DATA/port.$1 port=${2:-}
  mkdir -p "$DATA"
  if [[ -n $port ]]; then
    ! answers "$port" || die "port $port is taken by another process"
  else
    [[ ! -f $file ]] || port=$(<"$file")
    if [[ -z $port ]] || answers "$port"; then
      port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    fi
  fi
  echo "$port" | tee "$file"
}

wait_until_ok() { # wait_until_ok TAG URL SECONDS: until the address answers 200
  local end=$((SECONDS + $3))
  until [[ $(curl -s -o /dev/null -m 5 -w '%{http_code}' "$2") == 200 ]]; do
    running "$1" || fail_with_log "$RUN/$1.log" "$1 ended while starting"
    ((SECONDS < end)) || fail_with_log "$RUN/$1.log" "$1 did not answer on $2 within $3 s"
    sleep 0.1
  done
}

start() {
  exec 9>"$DIR/lock"
  flock 9
  if ! all_running; then
    do_install
    halt_all
    trap halt_all EXIT # leave nothing half started behind
    do_start
    trap - EXIT
    say "started"
  fi
  do_env
}

main() {
  case ${1:-} in
    start) start ;;
    stop) halt_all; say "stopped" ;;
    status) if all_running; then echo running; else echo stopped; exit 3; fi ;;
    env) [[ -d $DATA ]] || exit 3; do_env ;;
    reset) halt_all; rm -rf "$DATA"; say "data deleted" ;;
    *) echo "usage: $0 start|stop|status|env|reset" >&2; exit 2 ;;
  esac
}
