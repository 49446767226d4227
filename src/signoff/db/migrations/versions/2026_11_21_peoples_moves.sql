-- The application's role acts for people. What only workers may do, claiming, losing track, failing, isn't its to write;
-- and nobody rules a post out that no worker has looked for: it asks people when the platform can't tell.
CREATE FUNCTION people_keep_to_their_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state <> OLD.state AND NOT ((OLD.state, NEW.state) IN (
            ('scheduled', 'published'), ('publishing', 'published'), ('unknown', 'published'), ('failed', 'published'),
            ('cancelled', 'published'), ('manual_due', 'published'), ('manual_due', 'cancelled'),
            ('unknown', 'scheduled'), ('unknown', 'cancelled'),
            ('failed', 'scheduled'), ('failed', 'cancelled'), ('scheduled', 'cancelled'),
            ('published', 'recovering'), ('manual_recovery_needed', 'recovering'),
            ('recovering', 'recovered'), ('manual_recovery_needed', 'recovered'))) THEN
        RAISE EXCEPTION 'only a worker takes a delivery from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
    END IF;
    IF OLD.state = 'unknown' AND NEW.state IN ('scheduled', 'cancelled') AND NOT OLD.asks_person THEN
        RAISE EXCEPTION 'the platform is asked before people are' USING ERRCODE = 'check_violation';
    END IF;
    IF NEW.asks_person AND NOT OLD.asks_person THEN
        RAISE EXCEPTION 'only a worker asks people' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER people_keep_to_their_moves BEFORE UPDATE ON deliveries FOR EACH ROW
    WHEN (current_user = 'signoff_app' AND (OLD.state <> NEW.state OR NEW.asks_person <> OLD.asks_person))
    EXECUTE FUNCTION people_keep_to_their_moves();

-- A delivery that was taken back doesn't become wanted again; one to be taken down isn't merely cancelled.
CREATE FUNCTION what_people_want_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is wanted of a delivery is not taken back' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER what_people_want_stands BEFORE UPDATE ON deliveries FOR EACH ROW
    WHEN (OLD.wanted IS NOT NULL AND NEW.wanted IS DISTINCT FROM OLD.wanted
        AND NOT (OLD.wanted = 'cancelled' AND NEW.wanted IS NOT DISTINCT FROM 'recovered'))
    EXECUTE FUNCTION what_people_want_stands();
