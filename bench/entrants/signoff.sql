CREATE TEMP TABLE wave AS
SELECT uuidv7() AS post, uuidv7() AS revision, uuidv7() AS decision, uuidv7() AS seal, template.id AS template
FROM (SELECT p.*, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS places
      FROM posts p WHERE title = {title}) template,
     generate_series(0, ({posts} - 1) / template.places) turn
WHERE turn * template.places + template.place <= {posts};

BEGIN;

INSERT INTO posts (id, organization_id, brand_id, content_type, revision_id, title, author_id)
SELECT w.post, t.organization_id, t.brand_id, t.content_type, w.revision, 'Copy', t.author_id
FROM wave w JOIN posts t ON t.id = w.template;

INSERT INTO revisions (id, organization_id, post_id, number, title, body, channel_ids, created_by)
SELECT w.revision, r.organization_id, w.post, 1, 'Copy', r.body, r.channel_ids, r.created_by
FROM wave w JOIN posts t ON t.id = w.template JOIN revisions r ON r.id = t.revision_id;

INSERT INTO variants (id, organization_id, post_id, revision_id, channel_id, canonical, digest)
SELECT uuidv7(), v.organization_id, w.post, w.revision, v.channel_id, v.canonical, v.digest
FROM wave w JOIN posts t ON t.id = w.template JOIN variants v ON v.revision_id = t.revision_id;

UPDATE posts SET state = 'in_review' WHERE id IN (SELECT post FROM wave);

INSERT INTO decisions (id, organization_id, post_id, revision_id, person_id, verdict, seen, via)
SELECT w.decision, d.organization_id, w.post, w.revision, d.person_id, d.verdict, d.seen, d.via
FROM wave w JOIN posts t ON t.id = w.template JOIN seals s ON s.id = t.seal_id JOIN decisions d ON d.id = s.decision_id;

INSERT INTO seals (id, organization_id, post_id, revision_id, decision_id, hash)
SELECT w.seal, s.organization_id, w.post, w.revision, w.decision, s.hash
FROM wave w JOIN posts t ON t.id = w.template JOIN seals s ON s.id = t.seal_id;

UPDATE posts SET state = 'approved', seal_id = wave.seal FROM wave WHERE posts.id = wave.post;

INSERT INTO deliveries (id, organization_id, brand_id, post_id, revision_id, channel_id, account_key, seal_id, due_at)
SELECT uuidv7(), p.organization_id, p.brand_id, p.id, p.revision_id, c.id, c.account_key, p.seal_id, {due_at}
FROM wave w JOIN posts p ON p.id = w.post JOIN variants v ON v.revision_id = w.revision JOIN channels c ON c.id = v.channel_id;

COMMIT;

DROP TABLE wave;
