-- Partitions stand in a schema of their own that only the owner may enter: everybody else works with the whole
-- table, so that its grants and its policies are the only way to a row.
CREATE SCHEMA partitions;

------------------------------------------------------------------------------- attempts, by month

-- The old table becomes the first partition: no row moves.
ALTER TABLE attempts RENAME TO attempts_first;
ALTER TABLE attempts_first SET SCHEMA partitions;
ALTER TABLE partitions.attempts_first DROP CONSTRAINT attempts_pkey;
ALTER INDEX partitions.attempts_of_delivery RENAME TO attempts_first_of_delivery;
DROP POLICY own_organization ON partitions.attempts_first;
DROP POLICY all_organizations ON partitions.attempts_first;
REVOKE ALL ON partitions.attempts_first FROM signoff_app, signoff_worker;

CREATE TABLE attempts (
    LIKE partitions.attempts_first INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
    PRIMARY KEY (id, ended_at),
    FOREIGN KEY (organization_id, delivery_id) REFERENCES deliveries (organization_id, id)
) PARTITION BY RANGE (ended_at);
CREATE INDEX attempts_of_delivery ON attempts (delivery_id, started_at);

-- Whatever no month is there for is kept here, so that nothing is lost while somebody mends that.
CREATE TABLE partitions.attempts_default PARTITION OF attempts DEFAULT;
ALTER TABLE partitions.attempts_default ENABLE ROW LEVEL SECURITY;

DO $$
DECLARE
    month timestamptz;
    following timestamptz;
BEGIN
    SELECT date_trunc('month', greatest(signoff_now(), max(ended_at)), 'UTC') INTO month FROM partitions.attempts_first;
    following := (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
    EXECUTE format('ALTER TABLE attempts ATTACH PARTITION partitions.attempts_first FOR VALUES FROM (MINVALUE) TO (%L)', following);
    FOR ahead IN 1..3 LOOP
        month := following;
        following := (month AT TIME ZONE 'UTC' + interval '1 month') AT TIME ZONE 'UTC';
        EXECUTE format('CREATE TABLE partitions.attempts_%s PARTITION OF attempts FOR VALUES FROM (%L) TO (%L)',
            to_char(month AT TIME ZONE 'UTC', 'YYYY_MM'), month, following);
        EXECUTE format('ALTER TABLE partitions.attempts_%s ENABLE ROW LEVEL SECURITY',
            to_char(month AT TIME ZONE 'UTC', 'YYYY_MM'));
    END LOOP;
END $$;

ALTER TABLE attempts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON attempts TO signoff_app USING (organization_id = signoff_organization())
    WITH CHECK (organization_id = signoff_organization());
CREATE POLICY all_organizations ON attempts TO signoff_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON attempts TO signoff_app, signoff_worker;

------------------------------------------------------------------------------- audit, by organization

-- By hash and not by month: so a number is still taken once only in a chain, and personal values still belong to an
-- entry. A chain stands in one partition, whole.
ALTER TABLE audit_personal DROP CONSTRAINT audit_personal_organization_id_seq_fkey;
ALTER TABLE audit_entries RENAME TO audit_entries_old;
ALTER INDEX audit_of_subject RENAME TO audit_of_subject_old;
ALTER INDEX audit_of_post RENAME TO audit_of_post_old;
CREATE TABLE audit_entries (
    LIKE audit_entries_old INCLUDING DEFAULTS INCLUDING CONSTRAINTS,
    CONSTRAINT audit_entries_by_number PRIMARY KEY (organization_id, seq)
) PARTITION BY HASH (organization_id);
DO $$
BEGIN
    FOR part IN 0..15 LOOP
        EXECUTE format('CREATE TABLE partitions.audit_entries_%s PARTITION OF audit_entries
            FOR VALUES WITH (MODULUS 16, REMAINDER %s)', lpad(part::text, 2, '0'), part);
        EXECUTE format('ALTER TABLE partitions.audit_entries_%s ENABLE ROW LEVEL SECURITY', lpad(part::text, 2, '0'));
    END LOOP;
END $$;
INSERT INTO audit_entries SELECT * FROM audit_entries_old ORDER BY organization_id, seq;
DROP TABLE audit_entries_old;
ALTER TABLE audit_entries RENAME CONSTRAINT audit_entries_by_number TO audit_entries_pkey;
CREATE INDEX audit_of_subject ON audit_entries (organization_id, subject_id, seq);
CREATE INDEX audit_of_post ON audit_entries (organization_id, post_id, seq) WHERE post_id IS NOT NULL;
ALTER TABLE audit_entries ADD FOREIGN KEY (organization_id) REFERENCES organizations;
ALTER TABLE audit_personal ADD FOREIGN KEY (organization_id, seq) REFERENCES audit_entries;

ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON audit_entries TO signoff_app USING (organization_id = signoff_organization())
    WITH CHECK (organization_id = signoff_organization());
CREATE POLICY all_organizations ON audit_entries TO signoff_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON audit_entries TO signoff_app, signoff_worker;

-- back: one table each, as before

CREATE TABLE attempts_whole (LIKE attempts INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
INSERT INTO attempts_whole SELECT * FROM attempts ORDER BY ended_at;
DROP TABLE attempts;
ALTER TABLE attempts_whole RENAME TO attempts;
ALTER TABLE attempts ADD PRIMARY KEY (id),
    ADD FOREIGN KEY (organization_id, delivery_id) REFERENCES deliveries (organization_id, id);
CREATE INDEX attempts_of_delivery ON attempts (delivery_id, started_at);
ALTER TABLE attempts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON attempts TO signoff_app USING (organization_id = signoff_organization())
    WITH CHECK (organization_id = signoff_organization());
CREATE POLICY all_organizations ON attempts TO signoff_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON attempts TO signoff_app, signoff_worker;

ALTER TABLE audit_personal DROP CONSTRAINT audit_personal_organization_id_seq_fkey;
CREATE TABLE audit_entries_whole (LIKE audit_entries INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
INSERT INTO audit_entries_whole SELECT * FROM audit_entries ORDER BY organization_id, seq;
DROP TABLE audit_entries;
ALTER TABLE audit_entries_whole RENAME TO audit_entries;
ALTER TABLE audit_entries ADD PRIMARY KEY (organization_id, seq), ADD FOREIGN KEY (organization_id) REFERENCES organizations;
CREATE INDEX audit_of_subject ON audit_entries (organization_id, subject_id, seq);
CREATE INDEX audit_of_post ON audit_entries (organization_id, post_id, seq) WHERE post_id IS NOT NULL;
ALTER TABLE audit_personal ADD FOREIGN KEY (organization_id, seq) REFERENCES audit_entries;
ALTER TABLE audit_entries ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON audit_entries TO signoff_app USING (organization_id = signoff_organization())
    WITH CHECK (organization_id = signoff_organization());
CREATE POLICY all_organizations ON audit_entries TO signoff_worker USING (true) WITH CHECK (true);
GRANT SELECT, INSERT ON audit_entries TO signoff_app, signoff_worker;

DROP SCHEMA partitions CASCADE;
