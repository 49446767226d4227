<?php
// Install the test site and print its users' application passwords. Usage: set-up.php FOLDER-OF-THE-SITE
[, $site] = $argv;
$_SERVER['HTTP_HOST'] = '127.0.0.1:' . trim(file_get_contents(dirname($site) . '/port.http'));
$_SERVER['REQUEST_METHOD'] = 'GET';
define('WP_INSTALLING', true);
require "$site/wp-load.php";
require_once ABSPATH . 'wp-admin/includes/upgrade.php';

/** WordPress would mail the new administrator. */
function wp_new_blog_notification(): void
{
}

wp_install('Signoff test site', 'admin', 'admin@example.test', false, '', 'admin-pass');
update_option('permalink_structure', '/%postname%/');

$roles = ['admin' => 'administrator', 'editor' => 'editor', 'author' => 'author', 'subscriber' => 'subscriber'];
foreach ($roles as $login => $role) {
    $user = get_user_by('login', $login);
    $id = $user ? $user->ID : wp_insert_user([
        'user_login' => $login,
        'user_pass' => "$login-pass",
        'user_email' => "$login@example.test",
        'role' => $role,
    ]);
    [$password] = WP_Application_Passwords::create_new_application_password($id, ['name' => 'signoff']);
    $key = 'WORDPRESS_' . strtoupper($login);
    echo "{$key}_USER=$login\n{$key}_PASSWORD=$login-pass\n{$key}_APP_PASSWORD=$password\n";
}
echo "WORDPRESS_VERSION={$GLOBALS['wp_version']}\n";
