-- The first tables. Three roles: signoff_owner (runs this), signoff_app (row-level security by organization),
-- signoff_worker (all organizations, but only the columns it must write).

CREATE FUNCTION signoff_organization() RETURNS uuid LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('signoff.organization', true), '')::uuid $$;
CREATE FUNCTION signoff_person() RETURNS uuid LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('signoff.person', true), '')::uuid $$;
CREATE FUNCTION signoff_email() RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('signoff.email', true), '') $$;
CREATE FUNCTION signoff_secret() RETURNS text LANGUAGE sql STABLE
    AS $$ SELECT nullif(current_setting('signoff.secret', true), '') $$;
-- The clock that everything due, leased or settled is compared with. The offset is for rehearsals.
CREATE FUNCTION signoff_now() RETURNS timestamptz LANGUAGE sql STABLE
    AS $$ SELECT statement_timestamp()
          + coalesce(nullif(current_setting('signoff.clock_offset', true), '')::interval, interval '0') $$;

------------------------------------------------------------------------------- organizations and people

CREATE TABLE organizations (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (name <> ''),
    created_at timestamptz NOT NULL DEFAULT signoff_now()
);

CREATE TABLE people (
    id uuid PRIMARY KEY,
    email text NOT NULL CHECK (email = lower(email) AND email LIKE '%@%'),
    name text NOT NULL DEFAULT '',
    password_hash text,
    time_zone text NOT NULL DEFAULT 'UTC',
    theme text NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
    is_operator boolean NOT NULL DEFAULT false,
    proven_at timestamptz,
    disabled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    CONSTRAINT one_person_per_email UNIQUE (email)
);

CREATE TABLE memberships (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    person_id uuid NOT NULL REFERENCES people,
    role text NOT NULL CHECK (role IN ('viewer', 'author', 'reviewer', 'publisher', 'admin', 'owner')),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    accepted_at timestamptz,
    removed_at timestamptz
);
CREATE UNIQUE INDEX one_membership_per_person ON memberships (organization_id, person_id) WHERE removed_at IS NULL;
CREATE INDEX memberships_of_person ON memberships (person_id);

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people,
    organization_id uuid NOT NULL REFERENCES organizations,
    token_hash text NOT NULL UNIQUE,
    csrf text NOT NULL,
    user_agent text NOT NULL DEFAULT '',
    ip text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    seen_at timestamptz NOT NULL DEFAULT signoff_now(),
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE INDEX sessions_of_person ON sessions (person_id);

CREATE TABLE one_time_links (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES people,
    purpose text NOT NULL CHECK (purpose IN ('sign_in', 'reset', 'invite')),
    token_hash text NOT NULL UNIQUE,
    organization_id uuid REFERENCES organizations,
    proves boolean NOT NULL,
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX one_time_links_of_person ON one_time_links (person_id);

CREATE TABLE sign_in_attempts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject text NOT NULL,
    at timestamptz NOT NULL DEFAULT signoff_now()
);
CREATE INDEX sign_in_attempts_lately ON sign_in_attempts (subject, at);

CREATE TABLE api_tokens (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    person_id uuid NOT NULL REFERENCES people,
    name text NOT NULL,
    token_hash text NOT NULL UNIQUE,
    scopes text[] NOT NULL,
    is_agent boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz
);
CREATE INDEX api_tokens_of_organization ON api_tokens (organization_id);

CREATE TABLE brands (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    name text NOT NULL CHECK (name <> ''),
    time_zone text NOT NULL,
    website text NOT NULL DEFAULT '',
    category text NOT NULL DEFAULT '',
    telephone text NOT NULL DEFAULT '',
    address jsonb NOT NULL DEFAULT '{}',
    hours jsonb NOT NULL DEFAULT '[]',
    facts jsonb NOT NULL DEFAULT '{}',
    color text NOT NULL DEFAULT '',
    late_window_s integer NOT NULL DEFAULT 3600 CHECK (late_window_s > 0),
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    removed_at timestamptz,
    UNIQUE (organization_id, id)
);

-- What is known of an account on a platform, over all channels and organizations that use it.
CREATE TABLE accounts (
    key text PRIMARY KEY,
    held_until timestamptz,
    hold_reason text NOT NULL DEFAULT '',
    usage jsonb NOT NULL DEFAULT '{}'
);

CREATE TABLE channels (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    brand_id uuid NOT NULL,
    platform text NOT NULL,
    name text NOT NULL CHECK (name <> ''),
    account_key text NOT NULL,
    account_host text NOT NULL,
    account_remote_id text NOT NULL,
    account_name text NOT NULL DEFAULT '',
    is_sandbox boolean NOT NULL DEFAULT false,
    credentials bytea,
    options jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'connected' CHECK (state IN ('connected', 'reconnect')),
    problem text NOT NULL DEFAULT '',
    next_step text NOT NULL DEFAULT '',
    abilities jsonb NOT NULL DEFAULT '[]',
    warnings jsonb NOT NULL DEFAULT '[]',
    checked_at timestamptz,
    expires_at timestamptz,
    version integer NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    removed_at timestamptz,
    UNIQUE (organization_id, id),
    FOREIGN KEY (organization_id, brand_id) REFERENCES brands (organization_id, id)
);
CREATE UNIQUE INDEX one_channel_per_account ON channels (organization_id, account_key) WHERE removed_at IS NULL;
CREATE INDEX channels_of_brand ON channels (brand_id);
CREATE INDEX channels_on_account ON channels (account_key);

CREATE TABLE idempotency_keys (
    organization_id uuid NOT NULL REFERENCES organizations,
    caller text NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    status integer,
    headers jsonb,
    body bytea,
    PRIMARY KEY (organization_id, caller, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

------------------------------------------------------------------------------- audit

CREATE TABLE audit_heads (
    organization_id uuid PRIMARY KEY REFERENCES organizations,
    seq bigint NOT NULL,
    hash text NOT NULL
);

CREATE TABLE audit_entries (
    organization_id uuid NOT NULL REFERENCES organizations,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    action text NOT NULL,
    subject_type text NOT NULL,
    subject_id uuid NOT NULL,
    post_id uuid,
    actor_id uuid,
    via text NOT NULL,
    before jsonb NOT NULL,
    after jsonb NOT NULL,
    personal_digest text NOT NULL,
    previous text NOT NULL,
    hash text NOT NULL,
    PRIMARY KEY (organization_id, seq)
);
CREATE INDEX audit_of_subject ON audit_entries (organization_id, subject_id, seq);
CREATE INDEX audit_of_post ON audit_entries (organization_id, post_id, seq) WHERE post_id IS NOT NULL;

-- Names, mail and IP addresses stand here and not in the chain, which holds only their salted digest.
CREATE TABLE audit_personal (
    organization_id uuid NOT NULL,
    seq bigint NOT NULL,
    person_id uuid,
    salt text NOT NULL,
    data jsonb NOT NULL,
    PRIMARY KEY (organization_id, seq),
    FOREIGN KEY (organization_id, seq) REFERENCES audit_entries
);
CREATE INDEX audit_personal_of_person ON audit_personal (person_id);

------------------------------------------------------------------------------- content

CREATE TABLE media (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    digest text NOT NULL CHECK (digest ~ '^[0-9a-f]{64}$'),
    media_type text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    size_bytes bigint NOT NULL,
    filename text NOT NULL DEFAULT '',
    alt text NOT NULL DEFAULT '',
    source_url text NOT NULL DEFAULT '',
    rendition_of uuid REFERENCES media,
    created_by uuid,
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    UNIQUE (organization_id, digest)
);

CREATE TABLE posts (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    brand_id uuid NOT NULL,
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'in_review', 'approved', 'archived')),
    state_since timestamptz NOT NULL DEFAULT signoff_now(),
    content_type text NOT NULL,
    revision_id uuid NOT NULL,
    seal_id uuid,
    title text NOT NULL DEFAULT '',
    tags text[] NOT NULL DEFAULT '{}',
    suggested_time timestamptz,
    image_prompt text NOT NULL DEFAULT '',
    image_ratio text NOT NULL DEFAULT '',
    target_prompt text NOT NULL DEFAULT '',
    archive_reason text NOT NULL DEFAULT '',
    changes_requested boolean NOT NULL DEFAULT false,
    author_id uuid REFERENCES people,
    version integer NOT NULL DEFAULT 1,
    search tsvector NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    updated_at timestamptz NOT NULL DEFAULT signoff_now(),
    updated_by uuid REFERENCES people,
    deleted_at timestamptz,
    deleted_by uuid REFERENCES people,
    UNIQUE (organization_id, id),
    FOREIGN KEY (organization_id, brand_id) REFERENCES brands (organization_id, id),
    CONSTRAINT approved_has_seal CHECK ((state = 'approved') = (seal_id IS NOT NULL))
);
CREATE INDEX posts_listed ON posts (organization_id, updated_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX posts_in_state ON posts (organization_id, state, state_since, id) WHERE deleted_at IS NULL;
CREATE INDEX posts_search ON posts USING gin (search);

CREATE TABLE revisions (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    post_id uuid NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    title text NOT NULL DEFAULT '',
    body text NOT NULL DEFAULT '',
    link text NOT NULL DEFAULT '',
    media jsonb NOT NULL DEFAULT '[]',
    channel_ids uuid[] NOT NULL DEFAULT '{}',
    overrides jsonb NOT NULL DEFAULT '{}',
    metadata jsonb NOT NULL DEFAULT '{}',
    origin text NOT NULL DEFAULT 'hand' CHECK (origin IN ('hand', 'model', 'import')),
    origin_detail jsonb NOT NULL DEFAULT '{}',
    created_by uuid REFERENCES people,
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    UNIQUE (post_id, number),
    UNIQUE (post_id, id),
    UNIQUE (organization_id, post_id, id),
    FOREIGN KEY (organization_id, post_id) REFERENCES posts (organization_id, id) DEFERRABLE INITIALLY DEFERRED
);
ALTER TABLE posts ADD CONSTRAINT revision_of_this_post FOREIGN KEY (id, revision_id)
    REFERENCES revisions (post_id, id) DEFERRABLE INITIALLY DEFERRED;

-- Exactly what would be sent to one channel, in canonical form (RFC 8785).
CREATE TABLE variants (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    post_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    canonical text NOT NULL,
    digest text NOT NULL CHECK (digest = encode(sha256(convert_to(canonical, 'UTF8')), 'hex')),
    notes jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    UNIQUE (revision_id, channel_id),
    FOREIGN KEY (organization_id, post_id, revision_id) REFERENCES revisions (organization_id, post_id, id),
    FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id),
    CONSTRAINT says_its_channel CHECK (canonical::jsonb ->> 'channel_id' = channel_id::text)
);

CREATE TABLE decisions (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    post_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    person_id uuid NOT NULL REFERENCES people,
    verdict text NOT NULL CHECK (verdict IN ('approve', 'request_changes', 'skip')),
    seen text NOT NULL CHECK (seen ~ '^[0-9a-f]{64}$'),
    comment text NOT NULL DEFAULT '',
    via text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    UNIQUE (id, organization_id, post_id, revision_id, verdict, seen),
    FOREIGN KEY (organization_id, post_id, revision_id) REFERENCES revisions (organization_id, post_id, id)
);
CREATE INDEX decisions_of_post ON decisions (post_id, created_at);

-- The fingerprint of what was approved. It exists only through an approving decision on that very revision and hash.
CREATE TABLE seals (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    post_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    decision_id uuid NOT NULL,
    verdict text NOT NULL DEFAULT 'approve' CHECK (verdict = 'approve'),
    hash text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    UNIQUE (id, post_id, revision_id),
    UNIQUE (organization_id, id),
    UNIQUE (decision_id),
    FOREIGN KEY (decision_id, organization_id, post_id, revision_id, verdict, hash)
        REFERENCES decisions (id, organization_id, post_id, revision_id, verdict, seen)
);
ALTER TABLE posts ADD CONSTRAINT seal_of_this_revision FOREIGN KEY (seal_id, id, revision_id)
    REFERENCES seals (id, post_id, revision_id);

CREATE TABLE withdrawals (
    seal_id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    FOREIGN KEY (organization_id, seal_id) REFERENCES seals (organization_id, id)
);

------------------------------------------------------------------------------- publishing

CREATE SEQUENCE intent_numbers;

CREATE TABLE deliveries (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    brand_id uuid NOT NULL,
    post_id uuid NOT NULL,
    revision_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    account_key text NOT NULL,
    seal_id uuid NOT NULL,
    occurrence integer NOT NULL DEFAULT 1 CHECK (occurrence > 0),
    state text NOT NULL DEFAULT 'scheduled' CHECK (state IN ('scheduled', 'publishing', 'published', 'unknown', 'failed',
        'cancelled', 'recovering', 'recovered', 'manual_recovery_needed')),
    state_since timestamptz NOT NULL DEFAULT signoff_now(),
    due_at timestamptz NOT NULL,
    due_local text NOT NULL DEFAULT '',
    due_zone text NOT NULL DEFAULT 'UTC',
    not_before timestamptz,
    claimable_at timestamptz NOT NULL GENERATED ALWAYS AS (GREATEST(due_at, not_before)) STORED,
    waiting_for text NOT NULL DEFAULT '',
    wanted text CHECK (wanted IN ('cancelled', 'recovered')),
    wanted_reason text NOT NULL DEFAULT '',
    lease_token bigint NOT NULL DEFAULT 0,
    lease_until timestamptz,
    leased_by text NOT NULL DEFAULT '',
    attempts integer NOT NULL DEFAULT 0,
    checkpoint jsonb NOT NULL DEFAULT '{}',
    commit_intent_at timestamptz,
    first_intent_at timestamptz,
    intent_number bigint,
    looks integer NOT NULL DEFAULT 0,
    absences integer NOT NULL DEFAULT 0,
    doubt_since timestamptz,
    next_look_at timestamptz,
    asks_person boolean NOT NULL DEFAULT false,
    receipt_id uuid,
    published_at timestamptz,
    error_class text NOT NULL DEFAULT '',
    error text NOT NULL DEFAULT '',
    next_step text NOT NULL DEFAULT '',
    recovery_reason text NOT NULL DEFAULT '',
    recovered_at timestamptz,
    created_by uuid REFERENCES people,
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    UNIQUE (organization_id, id),
    UNIQUE (id, account_key),
    FOREIGN KEY (organization_id, brand_id) REFERENCES brands (organization_id, id),
    FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id),
    FOREIGN KEY (organization_id, post_id) REFERENCES posts (organization_id, id),
    FOREIGN KEY (seal_id, post_id, revision_id) REFERENCES seals (id, post_id, revision_id),
    FOREIGN KEY (revision_id, channel_id) REFERENCES variants (revision_id, channel_id),
    CONSTRAINT published_has_receipt CHECK (state NOT IN ('published', 'recovering', 'recovered',
        'manual_recovery_needed') OR receipt_id IS NOT NULL)
);
-- By account: a channel that was removed and connected anew is the same place.
CREATE UNIQUE INDEX once_per_occurrence ON deliveries (post_id, account_key, occurrence)
    WHERE state NOT IN ('cancelled', 'recovered');
CREATE INDEX deliveries_claimable ON deliveries (claimable_at) WHERE state = 'scheduled';
CREATE INDEX deliveries_leased ON deliveries (lease_until) WHERE state IN ('publishing', 'recovering');
CREATE INDEX deliveries_in_doubt ON deliveries (next_look_at) WHERE state = 'unknown';
-- Intents that stand are watched, every few seconds by every worker.
CREATE INDEX deliveries_with_intent ON deliveries (commit_intent_at)
    WHERE state IN ('publishing', 'unknown') AND commit_intent_at IS NOT NULL;
CREATE INDEX deliveries_listed ON deliveries (organization_id, due_at, id);
CREATE INDEX deliveries_in_state ON deliveries (organization_id, state, state_since);
CREATE INDEX deliveries_of_post ON deliveries (post_id);
CREATE INDEX deliveries_of_channel ON deliveries (channel_id, state);

CREATE TABLE receipts (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    account_key text NOT NULL,
    external_id text NOT NULL,
    permalink text NOT NULL,
    is_public boolean NOT NULL DEFAULT true,
    is_sandbox boolean NOT NULL DEFAULT false,
    source text NOT NULL CHECK (source IN ('commit', 'reconcile', 'person')),
    raw jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    CONSTRAINT one_delivery_per_platform_post UNIQUE (account_key, external_id),
    UNIQUE (delivery_id, id),
    CONSTRAINT receipt_of_this_account FOREIGN KEY (delivery_id, account_key) REFERENCES deliveries (id, account_key),
    FOREIGN KEY (organization_id, delivery_id) REFERENCES deliveries (organization_id, id)
);
ALTER TABLE deliveries ADD CONSTRAINT receipt_of_this_delivery FOREIGN KEY (id, receipt_id)
    REFERENCES receipts (delivery_id, id);

CREATE TABLE attempts (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    delivery_id uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('publish', 'look', 'take_down')),
    token bigint NOT NULL,
    worker text NOT NULL,
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    phase text NOT NULL,
    outcome text NOT NULL,
    error_class text NOT NULL DEFAULT '',
    detail text NOT NULL DEFAULT '',
    calls jsonb NOT NULL DEFAULT '[]',
    FOREIGN KEY (organization_id, delivery_id) REFERENCES deliveries (organization_id, id)
);
CREATE INDEX attempts_of_delivery ON attempts (delivery_id, started_at);

-- A pause with no organization holds everything on this installation.
CREATE TABLE pauses (
    id uuid PRIMARY KEY,
    organization_id uuid REFERENCES organizations,
    scope text NOT NULL CHECK (scope IN ('global', 'organization', 'brand', 'channel')),
    target_id uuid,
    reason text NOT NULL,
    created_by uuid REFERENCES people,
    created_at timestamptz NOT NULL DEFAULT signoff_now(),
    resumed_by uuid REFERENCES people,
    resumed_at timestamptz,
    CONSTRAINT scope_says_whom CHECK (
        (scope = 'global') = (organization_id IS NULL) AND (scope IN ('brand', 'channel')) = (target_id IS NOT NULL))
);
CREATE UNIQUE INDEX one_open_pause ON pauses (scope, coalesce(target_id, organization_id, '00000000-0000-0000-0000-000000000000'))
    WHERE resumed_at IS NULL;

CREATE TABLE alerts (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    fold_key text NOT NULL,
    title text NOT NULL,
    cause text NOT NULL,
    next_step text NOT NULL,
    path text NOT NULL,
    delivery_id uuid,
    channel_id uuid,
    raised_at timestamptz NOT NULL DEFAULT signoff_now(),
    mailed_at timestamptz,
    closed_at timestamptz,
    closed_by uuid REFERENCES people,
    FOREIGN KEY (organization_id, delivery_id) REFERENCES deliveries (organization_id, id),
    FOREIGN KEY (organization_id, channel_id) REFERENCES channels (organization_id, id)
);
CREATE INDEX alerts_open ON alerts (organization_id, raised_at) WHERE closed_at IS NULL;
CREATE INDEX alerts_to_mail ON alerts (organization_id, fold_key) WHERE mailed_at IS NULL;
CREATE INDEX alerts_mailed ON alerts (organization_id, fold_key, mailed_at) WHERE mailed_at IS NOT NULL;
CREATE INDEX alerts_of_delivery ON alerts (delivery_id) WHERE delivery_id IS NOT NULL;

CREATE TABLE workers (
    id text PRIMARY KEY,
    host text NOT NULL,
    pid integer NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    stopped_at timestamptz,
    in_flight integer NOT NULL DEFAULT 0
);

-- A restore is written here; workers look at it before they claim anything.
CREATE TABLE restores (
    id uuid PRIMARY KEY,
    restored_at timestamptz NOT NULL,
    reason text NOT NULL,
    token_floor bigint NOT NULL
);

------------------------------------------------------------------------------- promises, kept by the database

-- Tables are named with their schema, so that a temporary table of the same name is not taken for the real one.

-- Only a reviewer or above decides, on the current revision of a post that waits for it.
CREATE FUNCTION decision_is_possible() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM public.memberships m WHERE m.organization_id = NEW.organization_id
            AND m.person_id = NEW.person_id AND m.accepted_at IS NOT NULL AND m.removed_at IS NULL
            AND m.role IN ('reviewer', 'publisher', 'admin', 'owner')) THEN
        RAISE EXCEPTION 'only a reviewer or above decides' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM public.posts p WHERE p.id = NEW.post_id AND p.revision_id = NEW.revision_id
            AND (p.state = 'in_review' OR (p.state = 'approved' AND NEW.verdict = 'request_changes'))) THEN
        RAISE EXCEPTION 'the post does not wait for this decision' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decision_is_possible BEFORE INSERT ON decisions FOR EACH ROW EXECUTE FUNCTION decision_is_possible();

-- The seal is the fingerprint of the stored variants, computed here once more. The lock keeps others from adding a
-- variant between this look and the commit.
CREATE FUNCTION seal_matches_variants() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    computed text;
BEGIN
    PERFORM 1 FROM public.posts p WHERE p.id = NEW.post_id AND p.state = 'in_review' AND p.revision_id = NEW.revision_id
        AND p.deleted_at IS NULL FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'only what is in review can be sealed' USING ERRCODE = 'check_violation';
    END IF;
    SELECT encode(sha256(convert_to('{"variants":[' || string_agg(v.canonical, ',' ORDER BY v.channel_id::text COLLATE "C")
            || '],"version":1}', 'UTF8')), 'hex')
        INTO computed FROM public.variants v WHERE v.revision_id = NEW.revision_id;
    IF computed IS DISTINCT FROM NEW.hash THEN
        RAISE EXCEPTION 'the seal does not match the stored variants' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER seal_matches_variants BEFORE INSERT ON seals FOR EACH ROW EXECUTE FUNCTION seal_matches_variants();

-- A sealed revision's set of variants is complete: none is added afterwards.
CREATE FUNCTION variant_is_not_late() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM public.posts p WHERE p.id = NEW.post_id FOR SHARE;
    IF EXISTS (SELECT 1 FROM public.seals s WHERE s.revision_id = NEW.revision_id) THEN
        RAISE EXCEPTION 'this revision was sealed already' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER variant_is_not_late BEFORE INSERT ON variants FOR EACH ROW EXECUTE FUNCTION variant_is_not_late();

-- No stealth edits, no way back to an approval that was withdrawn; leaving "approved" withdraws the seal.
CREATE FUNCTION post_moves_are_legal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.revision_id <> OLD.revision_id AND NOT (OLD.state = 'draft' AND NEW.state IN ('draft', 'in_review')) THEN
        RAISE EXCEPTION 'only a draft is edited' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.state <> OLD.state AND NOT ((OLD.state, NEW.state) IN (('draft', 'in_review'), ('in_review', 'approved'),
            ('in_review', 'draft'), ('approved', 'draft'), ('draft', 'archived'), ('in_review', 'archived'),
            ('approved', 'archived'), ('archived', 'draft'))) THEN
        RAISE EXCEPTION 'a post does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    -- What was approved once may be out, or on its way: its history stays.
    IF NEW.deleted_at IS NOT NULL AND EXISTS (SELECT 1 FROM public.seals s WHERE s.post_id = NEW.id) THEN
        RAISE EXCEPTION 'what was approved is not deleted' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.seal_id IS NOT NULL AND NEW.seal_id IS DISTINCT FROM OLD.seal_id
            AND EXISTS (SELECT 1 FROM public.withdrawals w WHERE w.seal_id = NEW.seal_id) THEN
        RAISE EXCEPTION 'that approval was withdrawn' USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.seal_id IS NOT NULL AND OLD.seal_id IS DISTINCT FROM NEW.seal_id THEN
        INSERT INTO public.withdrawals (seal_id, organization_id) VALUES (OLD.seal_id, OLD.organization_id)
            ON CONFLICT DO NOTHING;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER post_moves_are_legal BEFORE UPDATE ON posts FOR EACH ROW EXECUTE FUNCTION post_moves_are_legal();

-- An organization pauses its own brands and channels, nobody else's.
CREATE FUNCTION pause_is_of_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.scope = 'brand' AND NOT EXISTS (SELECT 1 FROM public.brands b WHERE b.id = NEW.target_id
                AND b.organization_id = NEW.organization_id))
            OR (NEW.scope = 'channel' AND NOT EXISTS (SELECT 1 FROM public.channels c WHERE c.id = NEW.target_id
                AND c.organization_id = NEW.organization_id)) THEN
        RAISE EXCEPTION 'the organization has no such brand or channel' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER pause_is_of_own BEFORE INSERT ON pauses FOR EACH ROW EXECUTE FUNCTION pause_is_of_own();

-- A post is born as a draft.
CREATE FUNCTION post_starts_as_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> 'draft' THEN
        RAISE EXCEPTION 'a post starts as a draft' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER post_starts_as_draft BEFORE INSERT ON posts FOR EACH ROW EXECUTE FUNCTION post_starts_as_draft();

-- What nobody approved has no delivery. The share lock waits for a withdrawal under way, and is waited for by one.
CREATE FUNCTION delivery_is_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM public.posts p WHERE p.id = NEW.post_id AND p.state = 'approved' AND p.seal_id = NEW.seal_id
        AND p.deleted_at IS NULL FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the post is not approved' USING ERRCODE = 'check_violation';
    END IF;
    -- Whatever a worker goes on from must have been made by a worker.
    IF NEW.state <> 'scheduled' OR NEW.checkpoint <> '{}' OR NEW.receipt_id IS NOT NULL OR NEW.lease_token <> 0
            OR NEW.first_intent_at IS NOT NULL OR NEW.commit_intent_at IS NOT NULL THEN
        RAISE EXCEPTION 'a delivery starts as scheduled, with nothing done' USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT 1 FROM public.channels c WHERE c.id = NEW.channel_id AND c.brand_id = NEW.brand_id
            AND c.account_key = NEW.account_key) THEN
        RAISE EXCEPTION 'brand and account are not those of the channel' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER delivery_is_approved BEFORE INSERT ON deliveries FOR EACH ROW EXECUTE FUNCTION delivery_is_approved();

-- What is out stays out until it was taken down, and its proof stays with it. The pairs are those of the code's table
-- of moves. A lease that was lost is never good again, and what began keeps the time it was due.
CREATE FUNCTION delivery_moves_are_legal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state AND NOT ((OLD.state, NEW.state) IN (
            ('scheduled', 'publishing'), ('scheduled', 'published'), ('scheduled', 'unknown'), ('scheduled', 'cancelled'),
            ('publishing', 'scheduled'), ('publishing', 'published'), ('publishing', 'unknown'), ('publishing', 'failed'),
            ('publishing', 'cancelled'),
            ('unknown', 'scheduled'), ('unknown', 'published'), ('unknown', 'failed'), ('unknown', 'cancelled'),
            ('failed', 'scheduled'), ('failed', 'published'), ('failed', 'unknown'), ('failed', 'cancelled'),
            ('cancelled', 'published'),
            ('published', 'recovering'),
            ('recovering', 'recovered'), ('recovering', 'manual_recovery_needed'),
            ('manual_recovery_needed', 'recovering'), ('manual_recovery_needed', 'recovered'))) THEN
        RAISE EXCEPTION 'a delivery does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.receipt_id IS NOT NULL AND NEW.receipt_id IS DISTINCT FROM OLD.receipt_id THEN
        RAISE EXCEPTION 'a receipt is not taken away' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.lease_token < OLD.lease_token THEN
        RAISE EXCEPTION 'a lease token does not fall' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.due_at <> OLD.due_at AND NOT (OLD.state = 'scheduled' AND NEW.state = 'scheduled') THEN
        RAISE EXCEPTION 'only what is scheduled is moved to another time' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER delivery_moves_are_legal BEFORE UPDATE ON deliveries FOR EACH ROW
    WHEN (OLD.state <> NEW.state OR OLD.receipt_id IS DISTINCT FROM NEW.receipt_id OR OLD.lease_token <> NEW.lease_token
        OR OLD.due_at <> NEW.due_at)
    EXECUTE FUNCTION delivery_moves_are_legal();

------------------------------------------------------------------------------- who may see and write what

DO $$
DECLARE
    tenant text;
BEGIN
    FOREACH tenant IN ARRAY ARRAY['memberships', 'api_tokens', 'brands', 'channels', 'idempotency_keys', 'audit_heads',
            'audit_entries', 'audit_personal', 'media', 'posts', 'revisions', 'variants', 'decisions', 'seals',
            'withdrawals', 'deliveries', 'receipts', 'attempts', 'alerts'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', tenant);
        EXECUTE format('CREATE POLICY own_organization ON %I TO signoff_app USING (organization_id = signoff_organization())
                        WITH CHECK (organization_id = signoff_organization())', tenant);
        EXECUTE format('CREATE POLICY all_organizations ON %I TO signoff_worker USING (true) WITH CHECK (true)', tenant);
    END LOOP;
END $$;

-- Signing in knows a person, an address or a secret before it knows an organization.
CREATE POLICY own_memberships ON memberships FOR SELECT TO signoff_app USING (person_id = signoff_person());
CREATE POLICY presented ON api_tokens FOR SELECT TO signoff_app USING (token_hash = signoff_secret());
-- Who proves their address ends what others made in their name, wherever that was.
CREATE POLICY own_tokens ON api_tokens FOR SELECT TO signoff_app USING (person_id = signoff_person());
CREATE POLICY own_tokens_end ON api_tokens FOR UPDATE TO signoff_app USING (person_id = signoff_person())
    WITH CHECK (person_id = signoff_person());

ALTER TABLE organizations ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON organizations TO signoff_app USING (id = signoff_organization()
    OR EXISTS (SELECT 1 FROM memberships m WHERE m.organization_id = organizations.id AND m.person_id = signoff_person()
               AND m.removed_at IS NULL))
    WITH CHECK (id = signoff_organization());
CREATE POLICY all_organizations ON organizations TO signoff_worker USING (true) WITH CHECK (true);

ALTER TABLE people ENABLE ROW LEVEL SECURITY;
CREATE POLICY known ON people TO signoff_app USING (id = signoff_person() OR email = signoff_email()
    OR EXISTS (SELECT 1 FROM memberships m WHERE m.person_id = people.id AND m.organization_id = signoff_organization()))
    WITH CHECK (true);
CREATE POLICY all_people ON people TO signoff_worker USING (true) WITH CHECK (true);

ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
CREATE POLICY presented ON sessions TO signoff_app
    USING (token_hash = signoff_secret() OR person_id = signoff_person()
           OR (organization_id = signoff_organization()))
    WITH CHECK (person_id = signoff_person() OR organization_id = signoff_organization());
CREATE POLICY all_sessions ON sessions TO signoff_worker USING (true) WITH CHECK (true);

ALTER TABLE one_time_links ENABLE ROW LEVEL SECURITY;
CREATE POLICY presented ON one_time_links TO signoff_app USING (token_hash = signoff_secret() OR person_id = signoff_person())
    WITH CHECK (true);
CREATE POLICY all_links ON one_time_links TO signoff_worker USING (true) WITH CHECK (true);

ALTER TABLE accounts ENABLE ROW LEVEL SECURITY;
CREATE POLICY of_own_channels ON accounts TO signoff_app
    USING (EXISTS (SELECT 1 FROM channels c WHERE c.account_key = accounts.key AND c.organization_id = signoff_organization()))
    WITH CHECK (true);
CREATE POLICY all_accounts ON accounts TO signoff_worker USING (true) WITH CHECK (true);

ALTER TABLE pauses ENABLE ROW LEVEL SECURITY;
CREATE POLICY visible ON pauses FOR SELECT TO signoff_app USING (organization_id IS NULL OR organization_id = signoff_organization());
CREATE POLICY own_organization ON pauses TO signoff_app USING (organization_id = signoff_organization())
    WITH CHECK (organization_id = signoff_organization());
CREATE POLICY all_organizations ON pauses TO signoff_worker USING (true) WITH CHECK (true);

GRANT USAGE ON SCHEMA public TO signoff_app, signoff_worker;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO signoff_app, signoff_worker;
GRANT USAGE ON SEQUENCE intent_numbers TO signoff_worker;

-- Rows that are only ever added.
GRANT INSERT ON revisions, variants, decisions, seals, withdrawals, receipts, audit_entries, audit_personal, media, attempts
    TO signoff_app;
GRANT INSERT ON receipts, withdrawals, audit_entries, audit_personal, attempts TO signoff_worker;
GRANT INSERT ON sign_in_attempts TO signoff_app;
GRANT DELETE ON sign_in_attempts TO signoff_app, signoff_worker;
GRANT DELETE ON audit_personal TO signoff_app;

GRANT INSERT ON organizations, people, memberships, sessions, one_time_links, api_tokens, brands, channels, accounts,
    idempotency_keys, audit_heads, posts, deliveries, pauses, alerts TO signoff_app;
GRANT UPDATE (name) ON organizations TO signoff_app;
GRANT UPDATE (name, password_hash, time_zone, theme, proven_at, disabled_at) ON people TO signoff_app;
GRANT UPDATE (role, version, accepted_at, removed_at) ON memberships TO signoff_app;
GRANT UPDATE (organization_id, seen_at, expires_at, revoked_at) ON sessions TO signoff_app;
GRANT UPDATE (used_at) ON one_time_links TO signoff_app;
GRANT UPDATE (used_at, revoked_at) ON api_tokens TO signoff_app;
GRANT UPDATE (name, time_zone, website, category, telephone, address, hours, facts, color, late_window_s, version, removed_at)
    ON brands TO signoff_app;
GRANT UPDATE (name, account_name, is_sandbox, credentials, options, state, problem, next_step, abilities, warnings, checked_at,
    expires_at, version, removed_at) ON channels TO signoff_app;
GRANT UPDATE (held_until, hold_reason, usage) ON accounts TO signoff_app, signoff_worker;
GRANT UPDATE (status, headers, body) ON idempotency_keys TO signoff_app;
GRANT DELETE ON idempotency_keys TO signoff_app, signoff_worker;
GRANT UPDATE (seq, hash) ON audit_heads TO signoff_app, signoff_worker;
GRANT UPDATE (brand_id, state, state_since, content_type, revision_id, seal_id, title, tags, suggested_time, image_prompt,
    image_ratio, target_prompt, archive_reason, changes_requested, author_id, version, search, updated_at, updated_by,
    deleted_at, deleted_by) ON posts TO signoff_app;
GRANT UPDATE (alt, filename) ON media TO signoff_app;
GRANT UPDATE (state, state_since, due_at, due_local, due_zone, not_before, waiting_for, wanted, wanted_reason, lease_token,
    attempts, looks, absences, doubt_since, next_look_at, asks_person, receipt_id, published_at, error_class, error, next_step,
    recovery_reason, recovered_at) ON deliveries TO signoff_app;
GRANT UPDATE (resumed_by, resumed_at) ON pauses TO signoff_app;
GRANT UPDATE (closed_at, closed_by, mailed_at) ON alerts TO signoff_app;

GRANT INSERT ON accounts, pauses, alerts, workers, audit_heads TO signoff_worker;
GRANT UPDATE (state, state_since, not_before, waiting_for, wanted, wanted_reason, lease_token, lease_until, leased_by, attempts,
    checkpoint, commit_intent_at, first_intent_at, intent_number, looks, absences, doubt_since, next_look_at, asks_person,
    receipt_id, published_at, error_class, error, next_step, recovery_reason, recovered_at) ON deliveries TO signoff_worker;
GRANT UPDATE (state, problem, next_step, warnings, abilities, checked_at, expires_at, credentials) ON channels TO signoff_worker;
GRANT UPDATE (resumed_by, resumed_at) ON pauses TO signoff_worker;
GRANT UPDATE (closed_at, mailed_at) ON alerts TO signoff_worker;
GRANT UPDATE (seen_at, stopped_at, in_flight) ON workers TO signoff_worker;
GRANT DELETE ON workers TO signoff_worker;
GRANT DELETE ON sessions, one_time_links TO signoff_worker;
