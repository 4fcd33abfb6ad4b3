<?php
/* The editor at work: php desk.php SITE-FOLDER HOST:PORT, one order as JSON on standard input, the answer as JSON. */
[, $folder, $host] = $argv;
$order = json_decode(file_get_contents('php://stdin'), true, 512, JSON_THROW_ON_ERROR);
$_SERVER = ['HTTP_HOST' => $host, 'REQUEST_URI' => '/', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'REQUEST_METHOD' => 'GET'] + $_SERVER;
if ($order['do'] === 'install') {
    define('WP_INSTALLING', true);
}
require "$folder/wp-load.php";

class Desk
{
    public static function install(): void
    {
        require_once ABSPATH . 'wp-admin/includes/upgrade.php';
        wp_install('City desk', 'editor', 'editor@example.org', true, '', 'secret');
        update_option('timezone_string', 'Asia/Tehran');
        update_option('posts_per_rss', 4);
        global $wp_rewrite;
        $wp_rewrite->set_permalink_structure('/%year%/%monthnum%/%postname%/');
        $wp_rewrite->flush_rules(false);
        self::clear();
    }

    /* Every post goes; the page that each WordPress has stays. */
    public static function clear(): void
    {
        foreach (get_posts(['numberposts' => -1, 'post_status' => ['any', 'trash']]) as $post) {
            wp_delete_post($post->ID, true);
        }
    }

    /* A post that has lain there since its date. */
    public static function insert(array $fields): int
    {
        return self::checked(wp_insert_post(wp_slash($fields + ['post_status' => 'publish', 'post_author' => 1]), true));
    }

    /* As in the editor: first a draft, then published, so that even a back-dated post is modified now. */
    public static function publish(array $fields): int
    {
        $id = self::insert(['post_status' => 'draft', 'post_title' => $fields['post_title']]);
        self::edit(['ID' => $id, 'post_status' => 'publish', 'edit_date' => true] + $fields);
        return $id;
    }

    public static function edit(array $fields): void
    {
        self::checked(wp_update_post(wp_slash($fields), true));
    }

    public static function trash(array $fields): void
    {
        wp_trash_post($fields['ID']);
    }

    public static function dress(array $theme): void
    {
        switch_theme($theme['name']);
    }

    /* A reader's comment under a post, already approved. */
    public static function comment(array $words): void
    {
        self::checked(wp_insert_comment(wp_slash($words + ['comment_approved' => 1, 'comment_author' => 'A reader'])));
    }

    private static function checked($result)
    {
        if (is_wp_error($result)) {
            throw new RuntimeException($result->get_error_message());
        }
        return $result;
    }
}

$id = [Desk::class, $order['do']]($order['post']);
echo json_encode(['id' => $id, 'link' => $id ? get_permalink($id) : null]);
