-- Who watches, what is wrong with the installation right now, what the periodic jobs did, and figures of publishing.
-- None of it belongs to an organization.

------------------------------------------------------------------------------- signs of life

-- When a worker last took something up: a worker can be alive and yet do nothing.
ALTER TABLE workers ADD COLUMN claimed_at timestamptz;
GRANT UPDATE (claimed_at) ON workers TO signoff_worker;

-- Every process watches; those that serve pages are missed when they fall silent.
CREATE TABLE watchers (
    id text PRIMARY KEY,
    host text NOT NULL,
    pid integer NOT NULL,
    serves_pages boolean NOT NULL,
    started_at timestamptz NOT NULL,
    seen_at timestamptz NOT NULL,
    stopped_at timestamptz
);
GRANT SELECT ON watchers TO signoff_app, signoff_worker;
GRANT INSERT, UPDATE (seen_at, stopped_at), DELETE ON watchers TO signoff_worker;

------------------------------------------------------------------------------- alarms

-- One row for each trouble: it stands until it is over, also when a person closed the alerts about it.
CREATE TABLE alarms (
    key text PRIMARY KEY,
    title text NOT NULL,
    cause text NOT NULL,
    next_step text NOT NULL,
    for_everybody boolean NOT NULL,
    raised_at timestamptz NOT NULL DEFAULT signoff_now(),
    ended_at timestamptz
);
-- What keeps everybody's posts from going out, everybody may read; the rest is for those who run the installation.
ALTER TABLE alarms ENABLE ROW LEVEL SECURITY;
CREATE POLICY for_everybody ON alarms FOR SELECT TO signoff_app USING (for_everybody AND signoff_organization() IS NOT NULL);
CREATE POLICY all_alarms ON alarms TO signoff_worker USING (true) WITH CHECK (true);
GRANT SELECT ON alarms TO signoff_app, signoff_worker;
GRANT INSERT, UPDATE (title, cause, next_step, for_everybody, raised_at, ended_at) ON alarms TO signoff_worker;

-- An alert that Signoff closes itself: who had the mail about it hears that it is over.
ALTER TABLE alerts ADD COLUMN tells_end boolean NOT NULL DEFAULT false;
ALTER TABLE alerts ADD COLUMN end_mailed_at timestamptz;
CREATE INDEX alerts_ended ON alerts (closed_at) WHERE tells_end AND closed_at IS NOT NULL AND end_mailed_at IS NULL;
GRANT UPDATE (end_mailed_at) ON alerts TO signoff_worker;

------------------------------------------------------------------------------- periodic jobs

CREATE TABLE periodic_jobs (
    name text PRIMARY KEY,
    title text NOT NULL,
    times text NOT NULL,
    silent_after_s integer NOT NULL,
    enrolled_at timestamptz NOT NULL DEFAULT signoff_now(),
    disabled_at timestamptz,
    disabled_by text NOT NULL DEFAULT '',
    disabled_why text NOT NULL DEFAULT '',
    turn bigint NOT NULL DEFAULT 0,
    runner text NOT NULL DEFAULT '',
    asked_by text NOT NULL DEFAULT '',
    started_at timestamptz,
    held_until timestamptz,
    ended_at timestamptz,
    status text NOT NULL DEFAULT '' CHECK (status IN ('', 'done', 'failed', 'lost')),
    summary text NOT NULL DEFAULT '',
    failures integer NOT NULL DEFAULT 0
);
GRANT SELECT, INSERT, DELETE ON periodic_jobs TO signoff_worker;
GRANT UPDATE (title, times, silent_after_s, disabled_at, disabled_by, disabled_why, turn, runner, asked_by, started_at, held_until,
    ended_at, status, summary, failures) ON periodic_jobs TO signoff_worker;

CREATE TABLE job_runs (
    id uuid PRIMARY KEY,
    job text NOT NULL,
    runner text NOT NULL,
    asked_by text NOT NULL CHECK (asked_by IN ('timetable', 'operator', 'watch')),
    started_at timestamptz NOT NULL,
    ended_at timestamptz NOT NULL,
    status text NOT NULL CHECK (status IN ('done', 'failed', 'lost')),
    summary text NOT NULL DEFAULT ''
);
CREATE INDEX job_runs_of_job ON job_runs (job, started_at DESC);
GRANT SELECT, INSERT, DELETE ON job_runs TO signoff_worker;

------------------------------------------------------------------------------- figures

-- What was counted up to a moment: of each hour, and of all time. What came later is counted when somebody asks.
CREATE TABLE publish_hours (
    hour timestamptz NOT NULL,
    figure text NOT NULL,
    label text NOT NULL,
    value double precision NOT NULL,
    PRIMARY KEY (hour, figure, label)
);
CREATE TABLE publish_totals (
    figure text NOT NULL,
    label text NOT NULL,
    value double precision NOT NULL,
    PRIMARY KEY (figure, label)
);
CREATE TABLE publish_counted (
    single boolean PRIMARY KEY DEFAULT true CHECK (single),
    upto timestamptz NOT NULL
);
GRANT SELECT, INSERT ON publish_hours, publish_totals, publish_counted TO signoff_worker;
GRANT UPDATE (value) ON publish_hours, publish_totals TO signoff_worker;
GRANT UPDATE (upto) ON publish_counted TO signoff_worker;
GRANT DELETE ON publish_hours TO signoff_worker;

-- The end of either table: what wasn't counted yet.
CREATE INDEX attempts_lately ON attempts (ended_at);
CREATE INDEX receipts_lately ON receipts (created_at);
