<?php
// The settings of the test site. The folder above it holds the database and the port of this run.
$data = dirname(__DIR__);

define('DB_DIR', "$data/db/");
define('DB_FILE', 'wordpress.sqlite');
define('DB_NAME', 'wordpress');
$table_prefix = 'wp_';

$port = trim(file_get_contents("$data/port.http"));
define('WP_HOME', "http://127.0.0.1:$port");
define('WP_SITEURL', WP_HOME);

define('WP_ENVIRONMENT_TYPE', 'local'); // allows application passwords over plain HTTP
define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_HTTP_BLOCK_EXTERNAL', true); // no call leaves the machine
define('CONCATENATE_SCRIPTS', false);
define('WP_DEBUG', false);

foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $use) {
    define("{$use}_KEY", "test $use key");
    define("{$use}_SALT", "test $use salt");
}

if (!defined('ABSPATH')) {
    define('ABSPATH', __DIR__ . '/');
}
require_once ABSPATH . 'wp-settings.php';
