<?php
// For PHP's built-in server: files go out as they are, every other address to WordPress.
$root = $_SERVER['DOCUMENT_ROOT'];
$path = urldecode(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH));
$file = rtrim($root . $path, '/');

if ($path !== '/' && is_file($root . $path)) {
    return false; // the server sends it itself
}
if ($path !== '/' && is_file("$file/index.php")) { // a folder, such as /wp-admin/
    if (!str_ends_with($path, '/')) {
        header("Location: $path/");
        return true;
    }
    $script = rtrim($path, '/') . '/index.php';
} else {
    $script = '/index.php';
}
$_SERVER['SCRIPT_NAME'] = $_SERVER['PHP_SELF'] = $script;
$_SERVER['SCRIPT_FILENAME'] = $root . $script;
chdir(dirname($root . $script));
require $root . $script;
