CREATE TABLE approval_rules (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    brand_id uuid,
    channel_id uuid,
    approvals integer CHECK (approvals BETWEEN 1 AND 5),
    four_eyes boolean,
    least_score integer CHECK (least_score BETWEEN 1 AND 100),
    stale_after_hours integer CHECK (stale_after_hours BETWEEN 1 AND 8760),
    version integer NOT NULL DEFAULT 1,
    FOREIGN KEY (organization_id, brand_id) REFERENCES brands (organization_id, id),
    FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id),
    CONSTRAINT of_a_brand_or_a_channel CHECK (num_nonnulls(brand_id, channel_id) = 1),
    CONSTRAINT of_the_brand_alone CHECK (channel_id IS NULL OR num_nonnulls(least_score, stale_after_hours) = 0)
);
CREATE UNIQUE INDEX approval_of_brand ON approval_rules (brand_id) WHERE brand_id IS NOT NULL;
CREATE UNIQUE INDEX approval_of_channel ON approval_rules (channel_id) WHERE channel_id IS NOT NULL;
ALTER TABLE approval_rules ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON approval_rules TO signoff_app
    USING (organization_id = signoff_organization()) WITH CHECK (organization_id = signoff_organization());
CREATE POLICY all_organizations ON approval_rules TO signoff_worker USING (true) WITH CHECK (true);
CREATE POLICY own_brands ON approval_rules AS RESTRICTIVE TO signoff_app
    USING ((SELECT signoff_brands() IS NULL) OR EXISTS (SELECT FROM brands b WHERE b.id = brand_id)
           OR EXISTS (SELECT FROM channels c WHERE c.id = channel_id));
GRANT SELECT ON approval_rules TO signoff_app, signoff_worker;
GRANT INSERT ON approval_rules TO signoff_app;
GRANT UPDATE (approvals, four_eyes, least_score, stale_after_hours, version) ON approval_rules TO signoff_app;

-- A round lasts from one handing in to the next; approvals of another round don't count.
ALTER TABLE posts ADD COLUMN round integer NOT NULL DEFAULT 1;
ALTER TABLE posts ALTER COLUMN round SET DEFAULT 0;
ALTER TABLE posts ADD COLUMN handed_in_by uuid REFERENCES people;
ALTER TABLE posts ADD COLUMN copied_from uuid;
ALTER TABLE posts ADD FOREIGN KEY (organization_id, copied_from) REFERENCES posts (organization_id, id);
GRANT UPDATE (round, handed_in_by) ON posts TO signoff_app;
ALTER TABLE decisions ADD COLUMN round integer NOT NULL DEFAULT 0;
-- What was sealed before had one decision, as its foreign key says.
ALTER TABLE seals ADD COLUMN round integer NOT NULL DEFAULT 0;
ALTER TABLE seals ADD COLUMN approvals_needed integer NOT NULL DEFAULT 1 CHECK (approvals_needed BETWEEN 1 AND 5);
ALTER TABLE seals ADD COLUMN four_eyes boolean NOT NULL DEFAULT false;
UPDATE posts p SET handed_in_by = p.updated_by WHERE p.state = 'in_review';

-- A decision that its person took back. The decision itself stays on record.
CREATE TABLE taken_back (
    decision_id uuid PRIMARY KEY REFERENCES decisions,
    organization_id uuid NOT NULL REFERENCES organizations,
    post_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    FOREIGN KEY (organization_id, post_id) REFERENCES posts (organization_id, id)
);
CREATE INDEX taken_back_of_post ON taken_back (post_id);
ALTER TABLE taken_back ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON taken_back TO signoff_app
    USING (organization_id = signoff_organization()) WITH CHECK (organization_id = signoff_organization());
CREATE POLICY all_organizations ON taken_back TO signoff_worker USING (true) WITH CHECK (true);
CREATE POLICY own_brands ON taken_back AS RESTRICTIVE TO signoff_app
    USING ((SELECT signoff_brands() IS NULL) OR EXISTS (SELECT FROM posts p WHERE p.id = post_id));
GRANT SELECT ON taken_back TO signoff_app, signoff_worker;
GRANT INSERT ON taken_back TO signoff_app;

-- What the channels of a revision ask for together; a channel without an answer of its own asks what its brand does.
CREATE FUNCTION approval_needed(of_post uuid, of_revision uuid, OUT approvals integer, OUT four_eyes boolean)
    LANGUAGE sql STABLE AS $$
    SELECT max(coalesce(own.approvals, whole.approvals, 1)), bool_or(coalesce(own.four_eyes, whole.four_eyes, false))
    FROM public.posts p
    JOIN public.revisions r ON r.id = of_revision
    LEFT JOIN public.approval_rules whole ON whole.brand_id = p.brand_id
    LEFT JOIN LATERAL unnest(r.channel_ids) AS goes_to (id) ON true
    LEFT JOIN public.approval_rules own ON own.channel_id = goes_to.id
    WHERE p.id = of_post
$$;

-- Everybody who had a hand in a post: in any of its versions, in what it was copied from, or in handing it in.
CREATE FUNCTION writers_of(of_post uuid) RETURNS uuid[] LANGUAGE sql STABLE AS $$
    WITH RECURSIVE line (id, author_id, handed_in_by, copied_from) AS (
        SELECT p.id, p.author_id, p.handed_in_by, p.copied_from FROM public.posts p WHERE p.id = of_post
        UNION
        SELECT p.id, p.author_id, NULL::uuid, p.copied_from FROM public.posts p JOIN line ON line.copied_from = p.id)
    SELECT coalesce(array_agg(DISTINCT each), '{}') FROM (
        SELECT author_id AS each FROM line
        UNION SELECT handed_in_by FROM line
        UNION SELECT r.created_by FROM public.revisions r JOIN line ON line.id = r.post_id) hands
    WHERE each IS NOT NULL
$$;

-- Who approved this very revision and fingerprint in this round, and stands by it.
CREATE FUNCTION approvals_of(of_post uuid, of_revision uuid, of_hash text, of_round integer) RETURNS uuid[]
    LANGUAGE sql STABLE AS $$
    SELECT coalesce(array_agg(DISTINCT d.person_id), '{}') FROM public.decisions d
    WHERE d.post_id = of_post AND d.revision_id = of_revision AND d.seen = of_hash AND d.round = of_round
      AND d.verdict = 'approve' AND NOT EXISTS (SELECT FROM public.taken_back t WHERE t.decision_id = d.id)
$$;

-- Handing in begins a round, unless the last decision was taken back: then the post waits as it did before.
CREATE FUNCTION round_begins() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.round < OLD.round THEN
        RAISE EXCEPTION 'a round does not come back' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state = 'draft' AND NEW.state = 'in_review' AND NEW.round = OLD.round
            AND NOT EXISTS (SELECT FROM public.taken_back t WHERE t.decision_id = (
                SELECT d.id FROM public.decisions d WHERE d.post_id = NEW.id
                ORDER BY d.created_at DESC, d.id DESC LIMIT 1)) THEN
        NEW.round := OLD.round + 1;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER round_begins BEFORE UPDATE ON posts FOR EACH ROW
    WHEN (OLD.state <> NEW.state OR OLD.round <> NEW.round) EXECUTE FUNCTION round_begins();

-- A decision belongs to the round in which it is made; where four eyes are asked for, nobody approves their own work.
CREATE FUNCTION decision_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.round := (SELECT p.round FROM public.posts p WHERE p.id = NEW.post_id);
    IF NEW.verdict = 'approve' AND NEW.person_id = ANY (public.writers_of(NEW.post_id))
            AND (SELECT n.four_eyes FROM public.approval_needed(NEW.post_id, NEW.revision_id) n) THEN
        RAISE EXCEPTION 'no one approves their own post' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_counts BEFORE INSERT ON decisions FOR EACH ROW EXECUTE FUNCTION decision_counts();

-- A seal says under which rule it was made, and there is none before enough people approved. Rules are set with the
-- brand's row locked: none changes between this look and the commit.
CREATE FUNCTION approval_is_complete() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    counted integer;
BEGIN
    SELECT p.round INTO NEW.round FROM public.posts p JOIN public.brands b ON b.id = p.brand_id
        WHERE p.id = NEW.post_id FOR SHARE OF b;
    SELECT n.approvals, n.four_eyes INTO NEW.approvals_needed, NEW.four_eyes
        FROM public.approval_needed(NEW.post_id, NEW.revision_id) n;
    SELECT count(*) INTO counted
        FROM unnest(public.approvals_of(NEW.post_id, NEW.revision_id, NEW.hash, NEW.round)) AS person (id)
        WHERE NOT (NEW.four_eyes AND person.id = ANY (public.writers_of(NEW.post_id)));
    IF counted < NEW.approvals_needed THEN
        RAISE EXCEPTION 'approved by %, and % are needed', counted, NEW.approvals_needed USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER approval_is_complete BEFORE INSERT ON seals FOR EACH ROW EXECUTE FUNCTION approval_is_complete();

-- An approval that stands in a seal is taken back with the seal, never without.
CREATE FUNCTION decision_is_loose() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    decision public.decisions;
BEGIN
    PERFORM 1 FROM public.posts p WHERE p.id = NEW.post_id FOR NO KEY UPDATE;
    SELECT * INTO decision FROM public.decisions d WHERE d.id = NEW.decision_id AND d.post_id = NEW.post_id
        AND d.organization_id = NEW.organization_id;
    IF decision.id IS NULL THEN
        RAISE EXCEPTION 'the post has no such decision' USING ERRCODE = 'check_violation';
    END IF;
    IF decision.verdict = 'approve' AND EXISTS (SELECT FROM public.posts p JOIN public.seals s ON s.id = p.seal_id
            WHERE p.id = NEW.post_id AND s.revision_id = decision.revision_id AND s.round = decision.round) THEN
        RAISE EXCEPTION 'the approval stands in a seal' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_is_loose BEFORE INSERT ON taken_back FOR EACH ROW EXECUTE FUNCTION decision_is_loose();
