-- Posts with all that belongs to them, consistent as if people and workers had written them: seals fit their variants,
-- receipts their deliveries, and the audit is a chain that can be verified. Run as the superuser, who switches off the
-- triggers and foreign keys that would check each row. Each part begins with a line of its name.

--- functions
CREATE OR REPLACE FUNCTION pg_temp.id_of(kind integer, n bigint) RETURNS uuid LANGUAGE sql STABLE
    RETURN (lpad(to_hex(1700000000000 + n), 12, '0') || '7' || lpad(to_hex(kind), 3, '0') || '8'
        || lpad(current_setting('fill.batch'), 3, '0') || lpad(to_hex(n), 12, '0'))::uuid;
-- The same number always draws the same lot, from 0 up to 1.
CREATE OR REPLACE FUNCTION pg_temp.lot(n bigint, question integer) RETURNS double precision LANGUAGE sql IMMUTABLE
    RETURN (hashint8extended(n, question) & 1048575) / 1048576.0;
CREATE OR REPLACE FUNCTION pg_temp.link(previous text, before text, after text) RETURNS text LANGUAGE sql IMMUTABLE
    RETURN encode(sha256(convert_to(before || previous || after, 'UTF8')), 'hex');
CREATE OR REPLACE AGGREGATE pg_temp.chained(before text, after text) (
    SFUNC = pg_temp.link, STYPE = text, INITCOND = '0000000000000000000000000000000000000000000000000000000000000000');
CREATE OR REPLACE FUNCTION pg_temp.iso(moment timestamptz) RETURNS text LANGUAGE sql STABLE
    RETURN to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"+00:00"');

--- organizations
-- The first is the largest, the second half as large, and so on.
CREATE TEMP TABLE fill_organizations AS
    SELECT n, pg_temp.id_of(1, n) AS id, pg_temp.id_of(2, n) AS owner,
        greatest(1, ceil(%(brands)s::numeric / n))::integer AS brands,
        sum(1.0 / n) OVER (ORDER BY n) / sum(1.0 / n) OVER () AS up_to
    FROM generate_series(1, %(organizations)s) AS n;
INSERT INTO organizations (id, name) SELECT id, 'Bakery ' || current_setting('fill.batch') || '-' || n FROM fill_organizations;
INSERT INTO people (id, email, name, proven_at)
    SELECT owner, format('owner-%%s-%%s@scale.example', current_setting('fill.batch'), n), 'Olga ' || n, now() FROM fill_organizations;
INSERT INTO memberships (id, organization_id, person_id, role, accepted_at)
    SELECT pg_temp.id_of(3, n), id, owner, 'owner', now() FROM fill_organizations;
CREATE TEMP TABLE fill_brands AS
    SELECT row_number() OVER (ORDER BY o.n, b) AS number, o.n AS organization, b AS place, o.id AS organization_id
    FROM fill_organizations o, generate_series(1, o.brands) AS b;
INSERT INTO brands (id, organization_id, name, time_zone)
    SELECT pg_temp.id_of(4, number), organization_id, 'Casa ' || number, 'Europe/Madrid' FROM fill_brands;
INSERT INTO channels (id, organization_id, brand_id, platform, name, account_key, account_host, account_remote_id, checked_at)
    SELECT pg_temp.id_of(5, number * 4 + k), organization_id, pg_temp.id_of(4, number), platform, platform || ' ' || number,
        platform || ':' || platform || '.example:' || remote_id, platform || '.example', remote_id, now()
    FROM fill_brands, unnest(ARRAY['instagram', 'facebook', 'facebook', 'facebook']) WITH ORDINALITY AS p (platform, k),
        format('%%s-%%s-%%s', current_setting('fill.batch'), number, k) AS remote_id;
ALTER TABLE fill_brands ADD id uuid, ADD channels uuid[], ADD accounts text[], ADD heads text[], ADD tails text[];
UPDATE fill_brands b SET id = c.brand_id, channels = c.ids, accounts = c.keys, heads = c.heads, tails = c.tails
    FROM (SELECT brand_id, array_agg(id ORDER BY id) AS ids, array_agg(account_key ORDER BY id) AS keys,
            array_agg(format('{"account":{"host":"%%s","remote_id":"%%s"},"channel_id":"%%s","content_type":"feed_post","media":[],"options":{},"payload":{"link":"","pictures":[],"text":"',
                account_host, account_remote_id, id) ORDER BY id) AS heads,
            array_agg(format('"},"platform":"%%s"}', platform) ORDER BY id) AS tails
        FROM channels GROUP BY brand_id) c
    WHERE c.brand_id = pg_temp.id_of(4, b.number);
CREATE UNIQUE INDEX ON fill_brands (organization, place);
ANALYZE fill_brands;

--- plan
-- Four deliveries for each post, one a channel: past ones over three years, future ones over the next. In order of time.
CREATE TEMP TABLE fill_posts AS
    WITH drawn AS (
        SELECT n, CASE WHEN n <= %(past)s / 4 THEN 'past' WHEN n <= (%(past)s + %(future)s) / 4 THEN 'future'
                WHEN n %% 3 = 0 THEN 'draft' WHEN n %% 3 = 1 THEN 'in_review' ELSE 'archived' END AS kind,
            (SELECT array_agg(up_to::double precision ORDER BY o.n) FROM fill_organizations o) AS shares
        FROM generate_series(1, ((%(past)s + %(future)s) / 4 * 1.03)::bigint) AS n
    ), placed AS MATERIALIZED (
        SELECT n, kind, least(width_bucket(pg_temp.lot(n, 1), shares) + 1, %(organizations)s) AS organization FROM drawn
    )
    SELECT p.n, p.kind, b.organization_id, o.owner, b.number AS brand, 'Fresh bread, number ' || p.n || ' at eight' AS text,
        date_trunc('second', CASE p.kind
            WHEN 'past' THEN now() - interval '2 hours' - interval '1095 days' * (1 - p.n / (%(past)s / 4.0))
            WHEN 'future' THEN now() + interval '10 minutes' + interval '365 days' * ((p.n - %(past)s / 4.0) / (%(future)s / 4.0))
            ELSE now() - interval '300 days' * pg_temp.lot(p.n, 3) END) AS at
    FROM placed p JOIN fill_organizations o ON o.n = p.organization
        JOIN fill_brands b ON b.organization = p.organization AND b.place = 1 + floor(pg_temp.lot(p.n, 2) * o.brands)::integer;
ANALYZE fill_posts;

--- posts
INSERT INTO posts (id, organization_id, brand_id, state, state_since, content_type, revision_id, seal_id, title, tags, search,
        author_id, created_at, updated_at)
    SELECT pg_temp.id_of(6, n), p.organization_id, b.id, CASE WHEN kind IN ('past', 'future') THEN 'approved' ELSE kind END,
        least(at, now()) - interval '1 day', 'feed_post', pg_temp.id_of(7, n),
        CASE WHEN kind IN ('past', 'future') THEN pg_temp.id_of(10, n) END, 'Bread ' || n,
        ARRAY[(ARRAY['bread', 'offer', 'holiday', 'team'])[1 + n %% 4]],
        to_tsvector('simple', 'Bread ' || n || ' ' || text || CASE WHEN n %% 100 = 0 THEN ' croissant' ELSE '' END), owner,
        least(at, now()) - interval '2 days', least(at, now()) - interval '1 day'
    FROM fill_posts p JOIN fill_brands b ON b.number = p.brand;

--- revisions
INSERT INTO revisions (id, organization_id, post_id, number, title, body, channel_ids, created_by, created_at)
    SELECT pg_temp.id_of(7, n), p.organization_id, pg_temp.id_of(6, n), 1, 'Bread ' || n, text, b.channels, owner,
        least(at, now()) - interval '2 days'
    FROM fill_posts p JOIN fill_brands b ON b.number = p.brand;

--- variants
INSERT INTO variants (id, organization_id, post_id, revision_id, channel_id, canonical, digest, created_at)
    SELECT pg_temp.id_of(8, n * 4 + k), organization_id, pg_temp.id_of(6, n), pg_temp.id_of(7, n), channel, canonical,
        encode(sha256(convert_to(canonical, 'UTF8')), 'hex'), least(at, now()) - interval '1 day'
    FROM (SELECT p.n, p.organization_id, p.at, k, b.channels[k] AS channel, b.heads[k] || text || b.tails[k] AS canonical
        FROM fill_posts p JOIN fill_brands b ON b.number = p.brand, generate_series(1, 4) AS k
        WHERE p.kind IN ('past', 'future', 'in_review') OFFSET 0) v;

--- decisions
CREATE TEMP TABLE fill_seals AS
    SELECT n, p.organization_id, owner, least(at, now()) - interval '1 day' AS at, encode(sha256(convert_to(
        '{"variants":[' || heads[1] || text || tails[1] || ',' || heads[2] || text || tails[2] || ',' || heads[3] || text
        || tails[3] || ',' || heads[4] || text || tails[4] || '],"version":1}', 'UTF8')), 'hex') AS hash
    FROM (SELECT p.n, p.organization_id, p.owner, p.at, p.text, b.heads, b.tails
        FROM fill_posts p JOIN fill_brands b ON b.number = p.brand WHERE p.kind IN ('past', 'future') OFFSET 0) p;
INSERT INTO decisions (id, organization_id, post_id, revision_id, person_id, verdict, seen, via, created_at)
    SELECT pg_temp.id_of(9, n), organization_id, pg_temp.id_of(6, n), pg_temp.id_of(7, n), owner, 'approve', hash, 'web', at
    FROM fill_seals;
INSERT INTO seals (id, organization_id, post_id, revision_id, decision_id, hash, created_at)
    SELECT pg_temp.id_of(10, n), organization_id, pg_temp.id_of(6, n), pg_temp.id_of(7, n), pg_temp.id_of(9, n), hash, at
    FROM fill_seals;
DROP TABLE fill_seals;

--- deliveries
INSERT INTO deliveries (id, organization_id, brand_id, post_id, revision_id, channel_id, account_key, seal_id, state, state_since,
        due_at, due_zone, lease_token, attempts, intent_number, first_intent_at, receipt_id, published_at, error_class, error, created_by, created_at)
    SELECT pg_temp.id_of(11, n * 4 + k), organization_id, brand_id, pg_temp.id_of(6, n), pg_temp.id_of(7, n), channel, account,
        pg_temp.id_of(10, n), state, CASE WHEN state = 'scheduled' THEN created ELSE at + interval '2 seconds' END, at, 'Europe/Madrid',
        CASE WHEN state = 'scheduled' THEN 0 ELSE 1 END, CASE WHEN state = 'failed' THEN 4 ELSE 0 END,
        CASE WHEN state = 'published' THEN n * 4 + k END, CASE WHEN state = 'published' THEN at + interval '1 second' END,
        CASE WHEN state = 'published' THEN pg_temp.id_of(12, n * 4 + k) END, CASE WHEN state = 'published' THEN at + interval '2 seconds' END,
        CASE WHEN state = 'failed' THEN 'refused' ELSE '' END, CASE WHEN state = 'failed' THEN 'The picture is too large.' ELSE '' END,
        owner, created
    FROM (SELECT p.n, p.organization_id, p.owner, p.at, least(at, now()) - interval '1 day' AS created, k, b.id AS brand_id,
            b.channels[k] AS channel, b.accounts[k] AS account,
            CASE WHEN p.kind = 'future' THEN 'scheduled' WHEN pg_temp.lot(n * 4 + k, 4) < 0.985 THEN 'published'
                WHEN pg_temp.lot(n * 4 + k, 4) < 0.995 THEN 'cancelled' ELSE 'failed' END AS state
        FROM fill_posts p JOIN fill_brands b ON b.number = p.brand, generate_series(1, 4) AS k
        WHERE p.kind IN ('past', 'future') OFFSET 0) d;

--- receipts
INSERT INTO receipts (id, organization_id, delivery_id, account_key, external_id, permalink, source, created_at)
    SELECT d.receipt_id, d.organization_id, d.id, d.account_key, d.intent_number::text, 'https://platform.example/' || d.intent_number,
        'commit', d.published_at
    FROM deliveries d WHERE d.receipt_id IS NOT NULL AND d.organization_id IN (SELECT id FROM fill_organizations);

--- attempts
-- As far as they are kept: thirteen months.
INSERT INTO attempts (id, organization_id, delivery_id, kind, token, worker, started_at, ended_at, phase, outcome, calls)
    SELECT pg_temp.id_of(13, n * 4 + k), organization_id, pg_temp.id_of(11, n * 4 + k), 'publish', 1, 'worker', at, at + interval '2 seconds',
        'receipt', 'published', '[{"method": "POST", "url": "https://platform.example/publish", "status": 200, "ms": 200, "outcome": "answered"}]'
    FROM fill_posts, generate_series(1, 4) AS k
    WHERE kind = 'past' AND at > now() - interval '400 days' AND pg_temp.lot(n * 4 + k, 4) < 0.985;

--- audit
-- An approval for each post and a publication for each delivery, in order of time, chained for each organization.
INSERT INTO audit_entries (organization_id, seq, at, action, subject_type, subject_id, post_id, actor_id, via, before, after,
        personal_digest, previous, hash)
    SELECT organization_id, seq, at, action, subject_type, subject_id, post_id, actor_id, via, before, after, '',
        lag(hash, 1, repeat('0', 64)) OVER mine, hash
    FROM (
        SELECT e.*, pg_temp.chained(
                '{"action":"' || action || '","actor_id":' || coalesce('"' || actor_id || '"', 'null') || ',"after":{"state":"' || state || '"},"at":"'
                || pg_temp.iso(at) || '","before":{},"organization_id":"' || organization_id || '","personal_digest":"","post_id":"' || post_id
                || '","previous":"',
                '","seq":' || seq || ',"subject_id":"' || subject_id || '","subject_type":"' || subject_type || '","via":"' || via || '"}')
            OVER (PARTITION BY organization_id ORDER BY seq) AS hash, '{}'::jsonb AS before, jsonb_build_object('state', state) AS after
        FROM (
            SELECT organization_id, row_number() OVER (PARTITION BY organization_id ORDER BY n, k) AS seq, at,
                CASE WHEN k = 0 THEN 'post.approve' ELSE 'delivery.confirm' END AS action, CASE WHEN k = 0 THEN 'post' ELSE 'delivery' END AS subject_type,
                CASE WHEN k = 0 THEN pg_temp.id_of(6, n) ELSE pg_temp.id_of(11, n * 4 + k) END AS subject_id, pg_temp.id_of(6, n) AS post_id,
                CASE WHEN k = 0 THEN owner END AS actor_id, CASE WHEN k = 0 THEN 'web' ELSE 'worker' END AS via,
                CASE WHEN k = 0 THEN 'approved' ELSE 'published' END AS state
            FROM fill_posts, generate_series(0, 4) AS k WHERE kind = 'past' OR (kind = 'future' AND k = 0)
        ) e
    ) c WINDOW mine AS (PARTITION BY organization_id ORDER BY seq);
INSERT INTO audit_heads (organization_id, seq, hash)
    SELECT o.id, coalesce(last.seq, 0), coalesce(last.hash, repeat('0', 64)) FROM fill_organizations o LEFT JOIN LATERAL
        (SELECT e.seq, e.hash FROM audit_entries e WHERE e.organization_id = o.id ORDER BY e.seq DESC LIMIT 1) last ON true;

--- alerts
-- Every failed delivery raised one; those of the last month are open, and mailed.
INSERT INTO alerts (id, organization_id, fold_key, title, cause, next_step, path, delivery_id, channel_id, raised_at, mailed_at, closed_at)
    SELECT gen_random_uuid(), organization_id, 'failed_refused:' || channel_id, 'Not published', error, 'Mend it, then retry.',
        '/deliveries/' || id, id, channel_id, state_since, state_since, CASE WHEN due_at < now() - interval '30 days' THEN state_since END
    FROM deliveries WHERE state = 'failed' AND organization_id IN (SELECT id FROM fill_organizations);
DROP TABLE fill_posts, fill_brands, fill_organizations;
