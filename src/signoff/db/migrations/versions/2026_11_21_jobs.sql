-- Who was told of which alert by mail, and what a restored backup left in doubt.

------------------------------------------------------------------------------- alerts by mail

-- One row for each alert and person, once the mail server took the mail (or refused it for good).
CREATE TABLE alert_mails (
    alert_id uuid NOT NULL REFERENCES alerts,
    person_id uuid NOT NULL REFERENCES people,
    organization_id uuid NOT NULL REFERENCES organizations,
    fold_key text NOT NULL,
    mailed_at timestamptz NOT NULL DEFAULT signoff_now(),
    refused text NOT NULL DEFAULT '',
    PRIMARY KEY (alert_id, person_id)
);
CREATE INDEX alert_mails_lately ON alert_mails (organization_id, fold_key, person_id, mailed_at);

ALTER TABLE alert_mails ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_organization ON alert_mails TO signoff_app USING (organization_id = signoff_organization())
    WITH CHECK (organization_id = signoff_organization());
CREATE POLICY all_organizations ON alert_mails TO signoff_worker USING (true) WITH CHECK (true);
GRANT SELECT ON alert_mails TO signoff_app, signoff_worker;
GRANT INSERT ON alert_mails TO signoff_worker;

-- What `prepare` left behind on a platform and is to be removed.
CREATE INDEX deliveries_to_clean_up ON deliveries (next_look_at) WHERE state = 'cancelled' AND checkpoint <> '{}';

------------------------------------------------------------------------------- restored backups

-- What was published from this moment on may be missing here.
ALTER TABLE restores ADD COLUMN since timestamptz NOT NULL;
GRANT INSERT ON restores TO signoff_worker;
