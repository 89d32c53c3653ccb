-- Plixo's tables. Rules that must hold whatever the code does are constraints here, each with its reason.

CREATE TABLE timeline_entry (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text NOT NULL,
    invoice_id  uuid,
    account_id  uuid,
    actor       text NOT NULL,
    request_id  text NOT NULL,
    at          timestamptz NOT NULL,
    fact        jsonb NOT NULL
);
CREATE INDEX timeline_entry_invoice ON timeline_entry (invoice_id, id) WHERE invoice_id IS NOT NULL;
CREATE INDEX timeline_entry_account ON timeline_entry (account_id, id) WHERE account_id IS NOT NULL;
CREATE INDEX timeline_entry_request ON timeline_entry (request_id);
CREATE INDEX timeline_entry_actor ON timeline_entry ((fact->>'actor_id'), id) WHERE fact->>'actor_id' IS NOT NULL;
CREATE INDEX timeline_entry_person ON timeline_entry ((fact->>'person_id'), id) WHERE fact->>'person_id' IS NOT NULL;

-- The timeline is the audit trail: nobody, the product included, may change or remove a line. Only words of a person
-- may be taken out of it, by erase_from_timeline; see erasures below.
CREATE FUNCTION timeline_is_append_only() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)
       AND coalesce(current_setting('plixo.erasure', true), '') <> '' THEN
        IF public.words_may_go(OLD, NEW, current_setting('plixo.erasure')::uuid) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the timeline is append-only';
END $$;
CREATE TRIGGER timeline_entry_append_only BEFORE UPDATE OR DELETE ON timeline_entry
    FOR EACH ROW EXECUTE FUNCTION timeline_is_append_only();
ALTER TABLE timeline_entry ENABLE ALWAYS TRIGGER timeline_entry_append_only;   -- also while an import checks its keys
CREATE TRIGGER timeline_entry_is_kept BEFORE TRUNCATE ON timeline_entry
    FOR EACH STATEMENT EXECUTE FUNCTION timeline_is_append_only();

-- People ---------------------------------------------------------------------------------------------------------

CREATE TABLE person (
    id          uuid PRIMARY KEY,
    slack_id    text NOT NULL UNIQUE,          -- one identity, so that rights are those of the acting person
    name        text NOT NULL,
    human_id    uuid,                          -- accounts of the same are one human's; null: nobody else is
    kept_apart  boolean NOT NULL DEFAULT false, -- somebody said so, whatever address Slack has of it
    created_at  timestamptz NOT NULL
);
CREATE INDEX person_human ON person (human_id) WHERE human_id IS NOT NULL;

CREATE TABLE role_grant (
    id          uuid PRIMARY KEY,
    person_id   uuid NOT NULL REFERENCES person,
    role        text NOT NULL,
    state       text NOT NULL CHECK (state IN ('active', 'revoked', 'ended')),
    granted_by  text NOT NULL,
    reason      text NOT NULL,
    until       timestamptz,
    reminded_at timestamptz,                   -- that its end is near was told, once
    created_at  timestamptz NOT NULL
);
-- A role is held once: granting it again is no second grant that would survive the first one's revocation.
CREATE UNIQUE INDEX role_grant_once ON role_grant (person_id, role) WHERE state = 'active';
CREATE INDEX role_grant_ends ON role_grant (until) WHERE state = 'active' AND until IS NOT NULL;

CREATE TABLE access_request (
    id            uuid PRIMARY KEY,
    slack_id      text NOT NULL,               -- for whom it is; perhaps somebody of whom Plixo knows nothing yet
    name          text NOT NULL,
    role          text NOT NULL,
    lasts_minutes integer CHECK (lasts_minutes > 0), -- counted from the approval; without both, until it is revoked
    until         timestamptz,
    reason        text NOT NULL,
    state         text NOT NULL CHECK (state IN ('open', 'approved', 'denied', 'withdrawn', 'expired')),
    asked_by      text NOT NULL,
    asked_by_id   uuid,                        -- of a colleague who proposes it, or of whoever asks and has a role
    decided_by    text,
    decided_at    timestamptz,
    outcome       text,
    created_at    timestamptz NOT NULL
);
-- Who asks is perhaps a stranger: one open request each, so that nobody floods the Controllers.
CREATE UNIQUE INDEX access_request_one_open ON access_request (slack_id) WHERE state = 'open';
CREATE INDEX access_request_age ON access_request (slack_id, created_at);

CREATE TABLE person_preference (
    person_id    uuid PRIMARY KEY REFERENCES person,
    language     text CHECK (language IN ('en', 'de', 'fr', 'es')),  -- null: as Slack says, else the merchant's
    zone         text,                                               -- null: the same
    digest_at    time,                                               -- null: the usual hour
    digest       text CHECK (digest IN ('both', 'chat', 'mail', 'off')),
    address      text,
    address_confirmed_at timestamptz,                                -- null: only a code is mailed there
    unwanted     boolean NOT NULL DEFAULT false,                     -- mail to that address came back, or was declined
    noise        text CHECK (noise IN ('all', 'mine', 'alarms')),
    slack_locale text,
    slack_zone   text,
    slack_address_mark text,                                         -- a hash of the confirmed address in Slack
    learned_at   timestamptz                                         -- when Slack was asked
);
CREATE INDEX person_preference_mark ON person_preference (slack_address_mark) WHERE slack_address_mark IS NOT NULL;

CREATE TABLE address_code (
    id           uuid PRIMARY KEY,             -- of which, with the address, the signing keys make the code itself
    person_id    uuid NOT NULL REFERENCES person,
    address_mark text NOT NULL,                -- a hash of the address it was mailed to
    tries        smallint NOT NULL DEFAULT 0,  -- wrong ones
    created_at   timestamptz NOT NULL,
    number       bigint GENERATED ALWAYS AS IDENTITY  -- the highest is the latest, whatever the clock said
);
CREATE INDEX address_code_person ON address_code (person_id, number);
CREATE INDEX address_code_mark ON address_code (address_mark, created_at);
CREATE INDEX address_code_age ON address_code (created_at);

-- Ledger ---------------------------------------------------------------------------------------------------------

CREATE TABLE account (
    id          uuid PRIMARY KEY,
    number      text,
    name        text NOT NULL,
    name_key    text NOT NULL,
    country     text,
    locale      text,
    timezone    text,
    industry    text,
    risk        text CHECK (risk IN ('low', 'medium', 'high')),
    tags        text[] NOT NULL DEFAULT '{}',
    owner_id    uuid REFERENCES person,        -- whose customer it is; hears of nudges, and of work while nobody claims it
    state       text NOT NULL CHECK (state IN ('active', 'excluded', 'merged')),
    merged_into_id uuid REFERENCES account,    -- the customer that this one turned out to be; files still name this one
    created_at  timestamptz NOT NULL,
    CONSTRAINT account_merged_somewhere CHECK ((state = 'merged') = (merged_into_id IS NOT NULL))
);
CREATE UNIQUE INDEX account_number_once ON account (number) WHERE number IS NOT NULL;
CREATE INDEX account_number_said ON account (lower(number)); -- in the texts of bank lines; whole, or it has no statistics
-- Without a customer number the name is all there is to recognise a customer by in the next import.
CREATE UNIQUE INDEX account_name_once ON account (name_key) WHERE number IS NULL;
CREATE INDEX account_owner ON account (owner_id) WHERE owner_id IS NOT NULL;

CREATE TABLE contact (
    id          uuid PRIMARY KEY,
    account_id  uuid NOT NULL REFERENCES account,
    name        text NOT NULL DEFAULT '',
    email       text NOT NULL,
    email_key   text NOT NULL,
    role        text NOT NULL DEFAULT 'billing' CHECK (role IN ('billing', 'escalation', 'other')),
    state       text NOT NULL CHECK (state IN ('active', 'removed')),
    created_at  timestamptz NOT NULL
);
-- One person of a customer is one contact, or each reminder would reach them twice.
CREATE UNIQUE INDEX contact_once ON contact (account_id, email_key) WHERE state = 'active';
CREATE INDEX contact_email ON contact (email_key);

CREATE TABLE invoice (
    id          uuid PRIMARY KEY,
    number      text NOT NULL,
    number_key  text NOT NULL UNIQUE,          -- the number is how people, banks and files name it
    account_id  uuid NOT NULL REFERENCES account,
    currency    text NOT NULL,
    total_minor bigint NOT NULL CHECK (total_minor > 0),
    open_minor  bigint NOT NULL,
    issued_on   date,
    due_on      date NOT NULL,
    state       text NOT NULL CHECK (state IN ('open', 'settled', 'void', 'written_off', 'test')),
    settled_on  date,
    created_at  timestamptz NOT NULL,
    CONSTRAINT invoice_open_within_total CHECK (open_minor BETWEEN 0 AND total_minor),
    -- The state and the balance cannot tell different stories.
    CONSTRAINT invoice_settled_means_nothing_open CHECK ((state IN ('open', 'test')) = (open_minor > 0))
);
-- Each index costs an import of many a twentieth to a tenth of its time, so one serves two questions where it can.
CREATE INDEX invoice_account ON invoice (account_id);
-- How late a customer usually pays: its latest settled invoices, read from this index alone and in this order.
CREATE INDEX invoice_settled ON invoice (account_id, settled_on DESC, id) INCLUDE (due_on) WHERE state = 'settled';
-- Pages of what is open; and ageing, which is added up from this index alone. New ids come at its end, new due dates
-- would come anywhere.
CREATE INDEX invoice_open ON invoice (id) INCLUDE (due_on, currency, open_minor) WHERE state = 'open';
-- The figures 2 to 9 of a number. However a payer mangles one (no separators, no letters, no zeros in front, O for 0, l
-- for 1), these stay as they are: few open invoices share them, and among those the exact forms are looked for.
CREATE FUNCTION lasting_figures(number text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN regexp_replace(number, '[^2-9]+', '', 'g');
CREATE INDEX invoice_lasting_figures ON invoice (lasting_figures(number_key)) WHERE state = 'open';

CREATE TABLE payment (
    id           uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES account,
    kind         text NOT NULL CHECK (kind IN ('payment', 'refund', 'chargeback', 'reinstated')),
    source       text NOT NULL CHECK (source IN ('stripe', 'import', 'bank')),
    object_id    text NOT NULL,
    currency     text NOT NULL,
    amount_minor bigint NOT NULL,
    received_on  date NOT NULL,
    method       text NOT NULL,
    reverses_id  uuid REFERENCES payment,
    for_invoice_id uuid REFERENCES invoice,    -- what it was made for, also where it was one payment too many
    created_at   timestamptz NOT NULL,
    -- One movement of money at the provider is one line here, however often we are told of it.
    CONSTRAINT payment_once UNIQUE (object_id, kind),
    CONSTRAINT payment_sign CHECK ((amount_minor > 0) = (kind IN ('payment', 'reinstated')) AND amount_minor <> 0)
);
CREATE INDEX payment_account ON payment (account_id);
CREATE INDEX payment_newest ON payment (created_at);
CREATE INDEX payment_received ON payment (received_on); -- what was open before: payments since are put back
CREATE INDEX payment_reverses ON payment (reverses_id) WHERE reverses_id IS NOT NULL;

-- What a customer has been credited for without saying on which invoice it is to be taken off, or all of it yet.
CREATE TABLE credit_note (
    id           uuid PRIMARY KEY,
    number       text NOT NULL,
    number_key   text NOT NULL UNIQUE,
    account_id   uuid NOT NULL REFERENCES account,
    invoice_id   uuid REFERENCES invoice,      -- the invoice that it says it corrects
    currency     text NOT NULL,
    total_minor  bigint NOT NULL CHECK (total_minor > 0),
    open_minor   bigint NOT NULL,              -- total less what is allocated and what was used elsewhere
    used_elsewhere_minor bigint NOT NULL DEFAULT 0 CHECK (used_elsewhere_minor >= 0), -- by the merchant's own books,
                                               -- whose invoices come with balances that are lower by it already
    issued_on    date,
    reason       text NOT NULL DEFAULT '',
    state        text NOT NULL CHECK (state IN ('open', 'applied', 'void')),
    created_at   timestamptz NOT NULL,
    CONSTRAINT credit_note_open_within_total CHECK (open_minor BETWEEN 0 AND total_minor),
    CONSTRAINT credit_note_applied_means_nothing_open CHECK ((state = 'open') = (open_minor > 0))
);
CREATE INDEX credit_note_account ON credit_note (account_id) WHERE state = 'open';
CREATE INDEX credit_note_invoice ON credit_note (invoice_id) WHERE invoice_id IS NOT NULL;

CREATE TABLE allocation (
    id             uuid PRIMARY KEY,
    payment_id     uuid REFERENCES payment,
    credit_note_id uuid REFERENCES credit_note,
    invoice_id     uuid NOT NULL REFERENCES invoice,
    amount_minor   bigint NOT NULL CHECK (amount_minor <> 0),
    takes_back_id  uuid UNIQUE REFERENCES allocation, -- an allocation is taken back once, whole, by a line of its own
    note           text NOT NULL DEFAULT '',
    created_at     timestamptz NOT NULL,
    CONSTRAINT allocation_of_one CHECK ((payment_id IS NULL) <> (credit_note_id IS NULL)),
    CONSTRAINT allocation_sign CHECK (takes_back_id IS NULL OR amount_minor < 0)
);
CREATE INDEX allocation_payment ON allocation (payment_id, invoice_id) WHERE payment_id IS NOT NULL;
CREATE INDEX allocation_credit_note ON allocation (credit_note_id) WHERE credit_note_id IS NOT NULL;
CREATE INDEX allocation_invoice ON allocation (invoice_id);
CREATE INDEX allocation_newest ON allocation USING brin (created_at); -- only added to, so a few pages tell the days

-- Cash that is applied to no invoice: what is left of a payment, its refunds taken off. Kept beside the entries that it
-- is the sum of, so that lists need not add up every payment; the nightly audit proves that both say the same.
CREATE TABLE unapplied_cash (
    payment_id   uuid PRIMARY KEY REFERENCES payment,
    account_id   uuid NOT NULL REFERENCES account,
    currency     text NOT NULL,
    amount_minor bigint NOT NULL CHECK (amount_minor > 0),
    note         text NOT NULL DEFAULT '',
    since        timestamptz NOT NULL
);
CREATE INDEX unapplied_cash_account ON unapplied_cash (account_id);
CREATE INDEX unapplied_cash_since ON unapplied_cash (since);

CREATE TABLE write_off (
    id             uuid PRIMARY KEY,
    invoice_id     uuid NOT NULL REFERENCES invoice,
    account_id     uuid NOT NULL REFERENCES account,
    kind           text NOT NULL CHECK (kind IN ('write-off', 'variance', 'void')), -- variance: small difference of a payment
    payment_id     uuid REFERENCES payment,    -- the short payment, of a variance
    currency       text NOT NULL,
    amount_minor   bigint NOT NULL CHECK (amount_minor > 0),
    reason         text NOT NULL,
    state          text NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected', 'reversed')),
    proposed_by    text NOT NULL,
    proposed_by_id uuid,
    decided_by     text,
    decided_at     timestamptz,
    created_at     timestamptz NOT NULL
);
CREATE INDEX write_off_invoice ON write_off (invoice_id);
CREATE INDEX write_off_waiting ON write_off (created_at) WHERE state = 'proposed';
-- Two proposals for one invoice would give up the same cents twice.
CREATE UNIQUE INDEX write_off_one_proposed ON write_off (invoice_id) WHERE state = 'proposed';

CREATE TABLE credit (
    id            uuid PRIMARY KEY,
    invoice_id    uuid NOT NULL REFERENCES invoice,
    account_id    uuid NOT NULL REFERENCES account,
    currency      text NOT NULL,
    amount_minor  bigint NOT NULL CHECK (amount_minor > 0),
    reason        text NOT NULL,
    state         text NOT NULL CHECK (state IN ('proposed', 'approved', 'rejected', 'reversed')),
    origin        text NOT NULL DEFAULT 'people' CHECK (origin IN ('people', 'books')), -- books: a ledger file showed
                                               -- less open, without a payment or credit note that explains it
    cause         text NOT NULL DEFAULT '' CHECK (cause IN ('', 'unknown', 'payment', 'credit', 'correction')), -- of
                                               -- the books: unknown until a person tells what it was
    proposed_by   text NOT NULL,
    proposed_by_id uuid,
    decided_by    text,
    decided_at    timestamptz,
    created_at    timestamptz NOT NULL,
    CONSTRAINT credit_cause_of_books CHECK ((cause = '') = (origin = 'people'))
);
CREATE INDEX credit_invoice ON credit (invoice_id);
CREATE INDEX credit_waiting ON credit (created_at) WHERE state = 'proposed';

CREATE TABLE receipt (
    id          uuid PRIMARY KEY,
    payment_id  uuid NOT NULL UNIQUE REFERENCES payment,   -- a download equals what was mailed
    invoice_id  uuid NOT NULL REFERENCES invoice,
    number      text NOT NULL UNIQUE,
    locale      text NOT NULL,
    pdf         bytea NOT NULL,
    created_at  timestamptz NOT NULL
);
CREATE INDEX receipt_invoice ON receipt (invoice_id);
CREATE SEQUENCE receipt_number;

CREATE TABLE invoice_paper (
    invoice_id  uuid PRIMARY KEY REFERENCES invoice,
    file_id     uuid NOT NULL UNIQUE,          -- where the PDF lies in the store of files
    size_bytes  integer NOT NULL CHECK (size_bytes > 0),
    sha256      bytea NOT NULL,
    added_by    text NOT NULL,
    added_at    timestamptz NOT NULL
);

CREATE TABLE import_batch (
    id          uuid PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('invoices', 'contacts', 'control', 'bank', 'remittance')),
    file_name   text NOT NULL,
    sha256      text NOT NULL,
    as_of       date,
    counts      jsonb NOT NULL,
    rejects     bytea,
    absent      bytea,                         -- CSV of what we have and a full export does not
    actor       text NOT NULL,
    created_at  timestamptz NOT NULL
);
CREATE INDEX import_batch_newest ON import_batch (kind, created_at);

-- What a person answered about a layout, so that the next file of the same source is not asked about again.
CREATE TABLE import_mapping (
    id          uuid PRIMARY KEY,
    kind        text NOT NULL,
    name        text NOT NULL,                 -- the source as people call it: 'netsuite', 'main account'
    header_key  text NOT NULL,                 -- digest of the normalised headers in their order
    answers     jsonb NOT NULL,                -- columns, currency, date order, decimal mark, encoding, delimiter
    actor       text NOT NULL,
    created_at  timestamptz NOT NULL,
    used_at     timestamptz NOT NULL,
    CONSTRAINT import_mapping_layout_once UNIQUE (kind, header_key),
    CONSTRAINT import_mapping_name_once UNIQUE (kind, name)
);

-- A file that was handed in for an import and waits until a person has seen what it would do. Its bytes lie in the store
-- of files, imports/<id>, until it has ended.
CREATE TABLE file_import (
    id              uuid PRIMARY KEY,
    state           text NOT NULL CHECK (state IN ('asked', 'open', 'previewed', 'applying', 'applied', 'cancelled',
                                                   'expired', 'failed')),
    source          text NOT NULL UNIQUE,      -- the upload where it came from: handing it in twice begins nothing new
    kind            text CHECK (kind IN ('invoices', 'contacts', 'control', 'bank', 'remittance')), -- null: to be found
    file_name       text NOT NULL,
    size_bytes      bigint,                    -- null until its bytes are here
    sha256          text,
    said            jsonb NOT NULL,            -- what people said about its layout
    question        jsonb,                     -- what it leaves open
    findings        jsonb,                     -- the preview
    reason          text NOT NULL DEFAULT '',  -- why it failed, or is shown anew
    version         integer NOT NULL DEFAULT 1, -- of the preview or question: a decision about an older one is refused
    progress        smallint NOT NULL DEFAULT 0, -- percent of the file that were read
    channel         text NOT NULL,             -- where its card stands
    thread          text,
    handed_by       text NOT NULL,
    handed_by_chat  text NOT NULL,
    decided_by      text,
    decided_by_chat text,
    created_at      timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL
);
CREATE INDEX file_import_waiting ON file_import (changed_at) WHERE state IN ('asked', 'open', 'previewed');

-- The ERP's own ageing, to be compared with ours.
CREATE TABLE control_file (
    id          uuid PRIMARY KEY REFERENCES import_batch,
    as_of       date NOT NULL,
    verdict     text CHECK (verdict IN ('agrees', 'differs')), -- of the last comparison; a change of it is told
    created_at  timestamptz NOT NULL
);
CREATE INDEX control_file_latest ON control_file (as_of, created_at);
CREATE TABLE control_total (
    file_id      uuid NOT NULL REFERENCES control_file,
    currency     text NOT NULL,
    bucket       text NOT NULL,                -- 'current', '1-30', … as in domain/ledger/ageing.py, 'credits' or 'total'
    amount_minor bigint NOT NULL,
    PRIMARY KEY (file_id, currency, bucket)
);
CREATE TABLE control_line (
    file_id      uuid NOT NULL REFERENCES control_file,
    number       text NOT NULL,
    number_key   text NOT NULL,
    currency     text NOT NULL,
    open_minor   bigint NOT NULL,
    due_on       date,
    PRIMARY KEY (file_id, number_key)
);

-- Two customers that may be one under two spellings. A person decides; nothing is merged by itself.
CREATE TABLE account_twin (
    id           uuid PRIMARY KEY,
    kept_id      uuid NOT NULL REFERENCES account,
    other_id     uuid NOT NULL REFERENCES account,
    evidence     jsonb NOT NULL,               -- why they seem to be one: the reasons as people read them
    likeness     smallint NOT NULL CHECK (likeness BETWEEN 0 AND 100),
    state        text NOT NULL CHECK (state IN ('proposed', 'merged', 'dismissed')),
    decided_by   text,
    decided_at   timestamptz,
    created_at   timestamptz NOT NULL,
    CONSTRAINT account_twin_of_two CHECK (kept_id <> other_id)
);
-- A pair is proposed once, whichever way round, and not again after it was dismissed.
CREATE UNIQUE INDEX account_twin_once ON account_twin (least(kept_id, other_id), greatest(kept_id, other_id));

-- What is written for a customer while it is merged waits for the merger, and then is the other customer's. The foreign
-- key makes it wait; this looks afterwards. Invoices come by imports only, and none runs while customers are merged.
CREATE FUNCTION follow_merger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('UPDATE %I t SET account_id = a.merged_into_id FROM added n JOIN account a ON a.id = n.account_id'
                   ' WHERE a.merged_into_id IS NOT NULL AND t.id = n.id', TG_TABLE_NAME);
    RETURN NULL;
END $$;

-- Commitments ----------------------------------------------------------------------------------------------------

CREATE TABLE promise (
    id            uuid PRIMARY KEY,
    invoice_id    uuid NOT NULL REFERENCES invoice,
    account_id    uuid NOT NULL REFERENCES account,
    contact_id    uuid REFERENCES contact,
    currency      text NOT NULL,
    amount_minor  bigint NOT NULL CHECK (amount_minor > 0),
    promised_on   date NOT NULL,               -- the day by which the payer said the money would be there
    grace_days    integer NOT NULL CHECK (grace_days >= 0),
    source        text NOT NULL CHECK (source IN ('portal', 'mail', 'operator', 'shell')),
    note          text NOT NULL DEFAULT '',
    state         text NOT NULL
                  CHECK (state IN ('running', 'kept', 'partly_kept', 'broken', 'replaced', 'withdrawn')),
    replaces_id   uuid REFERENCES promise,
    received_minor bigint,                     -- what had come in when it was judged
    made_by       text NOT NULL,
    made_by_id    uuid,
    created_at    timestamptz NOT NULL,
    judged_at     timestamptz
);
CREATE INDEX promise_invoice ON promise (invoice_id);
CREATE INDEX promise_account ON promise (account_id);
CREATE INDEX promise_running ON promise (promised_on) WHERE state = 'running';
CREATE INDEX promise_judged ON promise (judged_at) WHERE judged_at IS NOT NULL;  -- how far payers' words held of late

CREATE TABLE plan (
    id            uuid PRIMARY KEY,
    invoice_id    uuid NOT NULL REFERENCES invoice,
    account_id    uuid NOT NULL REFERENCES account,
    contact_id    uuid REFERENCES contact,
    currency      text NOT NULL,
    covers_minor  bigint NOT NULL CHECK (covers_minor > 0), -- the balance that the instalments add up to
    frequency     text NOT NULL CHECK (frequency IN ('weekly', 'biweekly', 'monthly', 'own')),
    grace_days    integer NOT NULL CHECK (grace_days >= 0), -- how late an instalment may be before it counts as missed
    reason        text NOT NULL,
    state         text NOT NULL CHECK (state IN
                  ('requested', 'countered', 'running', 'completed', 'defaulted', 'rejected', 'cancelled')),
    source        text NOT NULL CHECK (source IN ('portal', 'mail', 'operator', 'shell')),
    made_by       text NOT NULL,
    made_by_id    uuid,
    decided_by    text,
    decided_by_id uuid,
    decided_at    timestamptz,
    note          text NOT NULL DEFAULT '',
    created_at    timestamptz NOT NULL
);
CREATE INDEX plan_invoice ON plan (invoice_id);
CREATE INDEX plan_live ON plan (created_at) WHERE state IN ('requested', 'countered', 'running');
-- Two plans over one balance would ask for it twice.
CREATE UNIQUE INDEX plan_one_live ON plan (invoice_id) WHERE state IN ('requested', 'countered', 'running');

CREATE TABLE plan_instalment (
    id            uuid PRIMARY KEY,
    plan_id       uuid NOT NULL REFERENCES plan,
    position      integer NOT NULL CHECK (position > 0),
    due_on        date NOT NULL,
    amount_minor  bigint NOT NULL CHECK (amount_minor > 0),
    missed_at     timestamptz,                 -- when it was told that it was missed; that is told once
    CONSTRAINT plan_instalment_once UNIQUE (plan_id, position),
    CONSTRAINT plan_instalment_day UNIQUE (plan_id, due_on)
);

CREATE TABLE dispute (
    id            uuid PRIMARY KEY,
    invoice_id    uuid NOT NULL REFERENCES invoice,
    account_id    uuid NOT NULL REFERENCES account,
    contact_id    uuid REFERENCES contact,
    currency      text NOT NULL,
    amount_minor  bigint NOT NULL CHECK (amount_minor > 0), -- the part that is disputed; only that part pauses
    reason_code   text NOT NULL,
    description   text NOT NULL,
    state         text NOT NULL CHECK (state IN ('open', 'accepted', 'partly_accepted', 'rejected', 'withdrawn')),
    is_test       boolean NOT NULL DEFAULT false,
    owner_id      uuid REFERENCES person,
    sla_due_at    timestamptz NOT NULL,
    sla_risk_at   timestamptz NOT NULL,        -- from here on it is "at risk"
    sla_told      text NOT NULL DEFAULT '' CHECK (sla_told IN ('', 'at risk', 'late')), -- each is told once
    credit_id     uuid REFERENCES credit,
    intended      text NOT NULL DEFAULT '' CHECK (intended IN ('', 'accepted', 'partly_accepted')), -- with that credit
    source        text NOT NULL CHECK (source IN ('portal', 'mail', 'operator', 'shell')),
    filed_by      text NOT NULL,
    filed_by_id   uuid,
    resolution    text NOT NULL DEFAULT '',
    resolved_by   text,
    resolved_at   timestamptz,
    created_at    timestamptz NOT NULL
);
CREATE INDEX dispute_invoice ON dispute (invoice_id);
CREATE INDEX dispute_credit ON dispute (credit_id) WHERE credit_id IS NOT NULL;
CREATE INDEX dispute_resolved ON dispute (resolved_at) WHERE resolved_at IS NOT NULL;
CREATE INDEX dispute_open ON dispute (sla_due_at) WHERE state = 'open';
-- A second objection to one invoice adds to the open one; two would pause the same cents twice.
CREATE UNIQUE INDEX dispute_one_open ON dispute (invoice_id) WHERE state = 'open' AND NOT is_test;

CREATE TABLE dispute_question (                -- what a person asked the payer about a dispute, by mail
    id             uuid PRIMARY KEY,
    dispute_id     uuid NOT NULL REFERENCES dispute,
    invoice_id     uuid NOT NULL REFERENCES invoice,
    contact_id     uuid NOT NULL REFERENCES contact, -- who is asked
    text           text NOT NULL,
    in_reply_to    text NOT NULL,              -- Message-ID of our last mail about the dispute; '' = there is none
    thread_ids     text[] NOT NULL,            -- our mails about it, the oldest first
    made_by        text NOT NULL,
    made_by_id     uuid,
    wait_until     timestamptz NOT NULL,       -- the dispute's time stands still until then at most
    due_before     timestamptz NOT NULL,       -- its deadlines before, from which an early answer reckons
    risk_before    timestamptz NOT NULL,
    answered_at    timestamptz,
    created_at     timestamptz NOT NULL
);
CREATE INDEX dispute_question_dispute ON dispute_question (dispute_id, created_at);
CREATE INDEX dispute_question_open ON dispute_question (invoice_id) WHERE answered_at IS NULL;

CREATE TABLE question (
    id             uuid PRIMARY KEY,
    invoice_id     uuid NOT NULL REFERENCES invoice,
    contact_id     uuid NOT NULL REFERENCES contact, -- who asked, and is answered
    text           text NOT NULL,
    digest         text NOT NULL,               -- the same for the same form sent twice
    state          text NOT NULL CHECK (state IN ('asked', 'answered', 'closed')),
    answer         text NOT NULL DEFAULT '',
    ended_by       text,
    ended_at       timestamptz,
    created_at     timestamptz NOT NULL
);
CREATE INDEX question_invoice ON question (invoice_id, contact_id);
CREATE INDEX question_waiting ON question (created_at) WHERE state = 'asked';

CREATE TABLE document (
    id            uuid PRIMARY KEY,
    dispute_id    uuid REFERENCES dispute,
    plan_id       uuid REFERENCES plan,
    kind          text NOT NULL,               -- which of the required documents it is, or 'other'
    name          text NOT NULL,
    content_type  text NOT NULL,
    size_bytes    integer NOT NULL CHECK (size_bytes > 0),
    sha256        bytea NOT NULL,
    state         text NOT NULL CHECK (state IN ('waiting', 'free', 'held')),
    has_picture   boolean NOT NULL DEFAULT false, -- whether a picture that may be shown was drawn from it
    unexamined_told_at timestamptz,            -- when it was told that no verdict about it comes
    created_at    timestamptz NOT NULL,
    support_request_id uuid,
    question_id   uuid REFERENCES question,
    CONSTRAINT document_of_one CHECK (num_nonnulls(dispute_id, plan_id, support_request_id, question_id) = 1)
);
-- The same file sent twice is one document.
CREATE UNIQUE INDEX document_once ON document (coalesce(dispute_id, plan_id, support_request_id, question_id), kind, sha256);
CREATE INDEX document_waiting ON document (created_at) WHERE state = 'waiting'; -- the few that are not examined yet
CREATE INDEX document_dispute ON document (dispute_id) WHERE dispute_id IS NOT NULL;
CREATE INDEX document_plan ON document (plan_id) WHERE plan_id IS NOT NULL;
CREATE INDEX document_support ON document (support_request_id) WHERE support_request_id IS NOT NULL;
CREATE INDEX document_question ON document (question_id) WHERE question_id IS NOT NULL;

CREATE TABLE dispute_upload (                     -- a file of an operator's that is still to be fetched
    dispute_id    uuid NOT NULL REFERENCES dispute,
    source        text NOT NULL,               -- the upload, where it can be fetched
    name          text NOT NULL,
    chat_id       text NOT NULL,               -- the account of whoever handed it in
    problem       text NOT NULL DEFAULT '',    -- why it cannot be had; once it is a document the row is gone
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (dispute_id, source)
);

-- Pay links ------------------------------------------------------------------------------------------------------

CREATE TABLE pay_link (
    id             uuid PRIMARY KEY,
    invoice_id     uuid NOT NULL REFERENCES invoice,
    contact_id     uuid NOT NULL REFERENCES contact,
    state          text NOT NULL CHECK (state IN ('active', 'used', 'replaced', 'closed')),
    issued_at      timestamptz NOT NULL,
    last_active_at timestamptz NOT NULL,
    kept_for       bytea,                      -- hashes of the browsers that asked for it
    takes_over     boolean NOT NULL DEFAULT false -- whether entering it ends the earlier ones of the same contact
);
-- Of two unused links one would still open after the other was thought to be the only one.
CREATE UNIQUE INDEX pay_link_one_unused ON pay_link (invoice_id, contact_id) WHERE state = 'active';
CREATE INDEX pay_link_invoice ON pay_link (invoice_id);

CREATE TABLE portal_session (
    id             uuid PRIMARY KEY,
    link_id        uuid NOT NULL REFERENCES pay_link,
    secret_hash    bytea NOT NULL UNIQUE,
    state          text NOT NULL CHECK (state IN ('active', 'ended')),
    created_at     timestamptz NOT NULL
);
-- Single use: a link is bound to one browser.
CREATE UNIQUE INDEX portal_session_one_per_link ON portal_session (link_id);

-- What was typed into a form of several pages and not sent yet; the browser comes back to it by GET.
CREATE TABLE unsent_form (
    session_id uuid NOT NULL REFERENCES portal_session,
    form       text NOT NULL CHECK (form IN ('plan')),
    fields     jsonb NOT NULL,
    kept_at    timestamptz NOT NULL,
    PRIMARY KEY (session_id, form)
);
CREATE INDEX unsent_form_old ON unsent_form (kept_at);

-- How far each link was followed, for the funnel: the first look at each page that leaves no trace elsewhere.
CREATE TABLE portal_step (
    link_id  uuid NOT NULL REFERENCES pay_link,
    step     text NOT NULL CHECK (step IN ('opened', 'plan', 'dispute', 'promise', 'question')),
    at       timestamptz NOT NULL,
    PRIMARY KEY (link_id, step)
);

-- A payer's wish that somebody else at the customer gets a link of their own.
CREATE TABLE forwarding (
    id         uuid PRIMARY KEY,
    invoice_id uuid NOT NULL REFERENCES invoice,
    asked_by   uuid NOT NULL REFERENCES contact,
    name       text NOT NULL,
    email      text NOT NULL,
    email_key  text NOT NULL,
    note       text NOT NULL DEFAULT '',
    state      text NOT NULL CHECK (state IN ('asked', 'approved', 'denied', 'lapsed')),
    contact_id uuid REFERENCES contact,
    decided_by text,
    decided_at timestamptz,
    created_at timestamptz NOT NULL
);
-- A second click is no second wish.
CREATE UNIQUE INDEX forwarding_once ON forwarding (invoice_id, email_key) WHERE state = 'asked';
CREATE INDEX forwarding_waiting ON forwarding (created_at) WHERE state = 'asked';
CREATE INDEX forwarding_invoice ON forwarding (invoice_id, created_at);

CREATE TABLE checkout (
    id             uuid PRIMARY KEY,
    invoice_id     uuid NOT NULL REFERENCES invoice,
    link_id        uuid NOT NULL REFERENCES pay_link,
    state          text NOT NULL
                   CHECK (state IN ('created', 'open', 'processing', 'paid', 'failed', 'expired', 'mismatched')),
    amount_minor   bigint NOT NULL CHECK (amount_minor > 0),
    currency       text NOT NULL,
    owed_minor     bigint CHECK (owed_minor > amount_minor), -- what was open, where less is asked; null: the amount
    order_terms    jsonb NOT NULL,
    session_id     text UNIQUE,
    url            text,
    expires_at     timestamptz NOT NULL,
    decline_code   text,
    declines       text[] NOT NULL DEFAULT '{}', -- ids of the declined attempts that were told; each is told once
    verify_url     text,                       -- where the payer confirms a bank account before its debit begins
    created_at     timestamptz NOT NULL,
    checked_at     timestamptz NOT NULL
);
CREATE INDEX checkout_invoice ON checkout (invoice_id, created_at);
-- Two open checkouts would let a payer pay one invoice twice.
CREATE UNIQUE INDEX checkout_one_open ON checkout (invoice_id) WHERE state IN ('created', 'open', 'processing');
CREATE INDEX checkout_to_check ON checkout (checked_at) WHERE state IN ('created', 'open', 'processing');

CREATE TABLE provider_event (
    id          uuid PRIMARY KEY,
    event_id    text NOT NULL UNIQUE,          -- delivered at least once, kept once
    kind        text NOT NULL,
    object_id   text NOT NULL,
    body        bytea NOT NULL,                -- emptied some time after it was worked
    came        text NOT NULL DEFAULT 'webhook' CHECK (came IN ('webhook', 'list')),
    fits        boolean NOT NULL DEFAULT true, -- written in the API version that we read
    state       text NOT NULL CHECK (state IN ('stored', 'worked', 'ignored')),
    received_at timestamptz NOT NULL
);
CREATE INDEX provider_event_received ON provider_event (received_at);
CREATE INDEX provider_event_waiting ON provider_event (received_at) WHERE state = 'stored';

-- What is remembered of the payment provider between two jobs: how far its lists were read, what was odd, what was told.
CREATE TABLE provider_mark (
    name        text PRIMARY KEY,
    value       text NOT NULL,
    times       integer NOT NULL DEFAULT 1,
    first_at    timestamptz NOT NULL,
    at          timestamptz NOT NULL
);

-- Money at the provider that fits no entry of ours; found by comparing, waits for a person.
CREATE TABLE stray_movement (
    id           uuid PRIMARY KEY,
    object_id    text NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('payment', 'refund', 'chargeback', 'reinstated')),
    currency     text NOT NULL,
    amount_minor bigint NOT NULL,
    happened_at  timestamptz NOT NULL,
    charge_id    text NOT NULL,                -- the payment that it is or takes back
    method       text NOT NULL DEFAULT '',
    about        text NOT NULL DEFAULT '',     -- invoice number or description that it carries
    note         text NOT NULL,                -- why it fits nothing
    invoice_id   uuid REFERENCES invoice,
    account_id   uuid REFERENCES account,
    payment_id   uuid REFERENCES payment,      -- the entry of ours that it contradicts
    told_at      timestamptz,                  -- of such a contradiction
    state        text NOT NULL CHECK (state IN ('open', 'booked', 'dismissed')),
    decided_by   text,
    decision     text NOT NULL DEFAULT '',
    decided_at   timestamptz,
    found_at     timestamptz NOT NULL,
    CONSTRAINT stray_movement_once UNIQUE (object_id, kind) -- one movement at the provider is one line here
);
CREATE INDEX stray_movement_open ON stray_movement (found_at) WHERE state = 'open';
CREATE INDEX stray_movement_payment ON stray_movement (payment_id) WHERE payment_id IS NOT NULL;

-- Entries that the provider has shown as the ledger has them; any other entry of the provider's is asked about.
CREATE TABLE confirmed_payment (
    payment_id  uuid PRIMARY KEY REFERENCES payment,
    at          timestamptz NOT NULL
);

-- Deliverability -------------------------------------------------------------------------------------------------

CREATE TABLE mailing (
    id          uuid PRIMARY KEY,
    unique_key  text NOT NULL UNIQUE,          -- an answer to one event is one message
    letter      text NOT NULL,
    tone        text NOT NULL DEFAULT 'Neutral' CHECK (tone IN ('Formal', 'Neutral', 'Confident')),
    invoice_id  uuid NOT NULL REFERENCES invoice, -- the first of its items, or the one invoice that it is about
    account_id  uuid NOT NULL REFERENCES account,
    contact_id  uuid NOT NULL REFERENCES contact,
    address     text NOT NULL,
    address_key text NOT NULL,
    message_id  text NOT NULL UNIQUE,
    link_id     uuid REFERENCES pay_link,
    payment_id  uuid REFERENCES payment,
    about_id    uuid,                          -- the promise, plan or dispute that an answer is about
    asks        boolean NOT NULL DEFAULT false, -- asks for money (and so obeys every guardrail), as against an answer
    step        integer,                       -- of the first item
    segment     text,                          -- name of the segment whose caps and mode apply
    state       text NOT NULL CHECK (state IN
                ('drafted', 'queued', 'sending', 'sent', 'withheld', 'rejected', 'unknown', 'refused')),
    reason      text NOT NULL DEFAULT '',      -- why it was sent, or why not
    needs       text[] NOT NULL DEFAULT '{}',  -- why a person has to approve it; empty: it leaves by itself
    drafted_as  jsonb,                         -- what an approver was shown: items and balances; a change makes it stale
    made_by     text NOT NULL DEFAULT 'Plixo',
    made_by_id  uuid,
    edited_by   text,
    edited_by_id uuid,
    editors     text[] NOT NULL DEFAULT '{}',  -- everybody who edited it, by id, or by name without one; none approves it
    edited_subject text,
    edited_body text,
    approved_by text,
    approved_by_id uuid,
    approved_at timestamptz,
    not_before  timestamptz,                   -- it waits until then: undo, quiet hours, caps
    waits       text NOT NULL DEFAULT '',      -- name of the guardrail for which it waits
    waits_gate   text NOT NULL DEFAULT '',     -- where that is a gate: its name
    waits_reason text NOT NULL DEFAULT '',     -- and why, a sentence as it is kept
    reserved_on date,                          -- the day whose budgets count it already
    provider    text NOT NULL DEFAULT '',      -- the recipient's mail provider, for the breaker
    answer      text NOT NULL DEFAULT '',      -- the relay's codes when it refused the mail
    refused_at  timestamptz,
    queued_at   timestamptz NOT NULL,
    sent_at     timestamptz
);
CREATE INDEX mailing_invoice ON mailing (invoice_id, queued_at);
CREATE INDEX mailing_account ON mailing (account_id, queued_at);
CREATE INDEX mailing_reminders_of_day ON mailing (queued_at) WHERE asks;
CREATE INDEX mailing_address ON mailing (address_key);
CREATE INDEX mailing_recent ON mailing (address_key, sent_at) WHERE asks AND sent_at IS NOT NULL;
CREATE INDEX mailing_waiting ON mailing (not_before) WHERE state = 'queued';
CREATE INDEX mailing_refused ON mailing (refused_at) WHERE refused_at IS NOT NULL;
CREATE INDEX mailing_sent ON mailing (sent_at) WHERE sent_at IS NOT NULL;
CREATE INDEX mailing_drafts ON mailing (queued_at) WHERE state = 'drafted';
CREATE INDEX mailing_on_the_wire ON mailing (queued_at) WHERE state IN ('sending', 'unknown');
-- What falls due for a contact who has a reminder pending joins that one; two would be a burst.
CREATE UNIQUE INDEX mailing_one_pending ON mailing (contact_id) WHERE asks AND state IN ('drafted', 'queued');

CREATE TABLE mailing_item (
    id          uuid PRIMARY KEY,
    mailing_id  uuid NOT NULL REFERENCES mailing,
    invoice_id  uuid NOT NULL REFERENCES invoice,
    contact_id  uuid NOT NULL REFERENCES contact,
    unique_key  text NOT NULL,                 -- 'step:ENROLMENT:STEP:CONTACT', 'instalment:ID:when:CONTACT', 'nudge:…'
    enrolment_id uuid,
    step        integer,
    step_before integer,                       -- where the enrolment stood, to go back to when the item is dropped
    instalment_id uuid REFERENCES plan_instalment,
    letter      text NOT NULL,
    tone        text NOT NULL CHECK (tone IN ('Formal', 'Neutral', 'Confident')),
    severity    smallint NOT NULL,
    link_id     uuid REFERENCES pay_link,
    state       text NOT NULL CHECK (state IN ('included', 'dropped')),
    reason      text NOT NULL,                 -- why it is due, or why it was dropped
    created_at  timestamptz NOT NULL
);
-- One step, one message: however many planners plan it. A dropped one may be planned again when its reason is gone.
CREATE UNIQUE INDEX mailing_item_once ON mailing_item (unique_key) WHERE state = 'included';
CREATE UNIQUE INDEX mailing_item_invoice_once ON mailing_item (mailing_id, invoice_id) WHERE state = 'included';
CREATE INDEX mailing_item_invoice ON mailing_item (invoice_id, created_at);
CREATE INDEX mailing_item_enrolment ON mailing_item (enrolment_id) WHERE enrolment_id IS NOT NULL;

CREATE TABLE inbound_mail (
    id            uuid PRIMARY KEY,
    envelope_from text NOT NULL,
    sent_to       text[] NOT NULL,
    peer          text NOT NULL DEFAULT '',    -- address that sent it to us, or that a proxy of ours named; '' = unknown
    helo          text NOT NULL DEFAULT '',    -- the name that it gave itself; proves nothing by itself
    tls           boolean NOT NULL DEFAULT false,
    proxy         text NOT NULL DEFAULT '',    -- address of the proxy of ours that named the peer; '' = none
    body          bytea NOT NULL,
    sha256        bytea NOT NULL,
    size_bytes    integer NOT NULL,
    state         text NOT NULL CHECK (state IN ('stored', 'read', 'quarantined')),
    reading       jsonb,
    reason        text NOT NULL DEFAULT '',
    reply         jsonb,                       -- of a person's mail: its new text, guesses at what it wants, attachments
    mailing_id    uuid REFERENCES mailing,
    account_id    uuid REFERENCES account,     -- whose mail it is, where that is known
    invoice_id    uuid REFERENCES invoice,
    thread        text NOT NULL DEFAULT '' CHECK (thread IN
                  ('', 'token', 'reference', 'quoted token', 'sender', 'person')), -- how that became known
    decided       text NOT NULL DEFAULT '',    -- what was decided from the reading, to be compared when it is read again
    waits_until   timestamptz,                 -- reminders wait for it until then; null = until a person dealt with it
    authentication jsonb,                      -- what SPF, DKIM and DMARC say of its sender, where that was asked
    seen_at       timestamptz,                 -- when a person dealt with it; null = unread
    noted         text[] NOT NULL DEFAULT '{}', -- which of its guesses a person has noted; the others keep it waiting
    received_at   timestamptz NOT NULL
);
-- A sender that missed our 250 sends again: the same message to the same address is one mail.
CREATE UNIQUE INDEX inbound_mail_once ON inbound_mail (sha256, sent_to);
CREATE INDEX inbound_mail_received ON inbound_mail (received_at);
CREATE INDEX inbound_mail_stored ON inbound_mail (received_at) WHERE state = 'stored';
CREATE INDEX inbound_mail_unread ON inbound_mail (received_at) WHERE seen_at IS NULL;
CREATE INDEX inbound_mail_mailing ON inbound_mail (mailing_id) WHERE mailing_id IS NOT NULL;
-- Whom a mail waits for, customer by customer: their reminders wait as well.
CREATE INDEX inbound_mail_waiting ON inbound_mail (account_id) WHERE account_id IS NOT NULL AND seen_at IS NULL;
CREATE INDEX inbound_mail_account ON inbound_mail (account_id, received_at) WHERE account_id IS NOT NULL;

CREATE TABLE mail_answer (                      -- what a person wrote back to a mail
    id          uuid PRIMARY KEY,
    mail_id     uuid NOT NULL UNIQUE REFERENCES inbound_mail, -- two clicks send one answer
    invoice_id  uuid NOT NULL REFERENCES invoice,
    contact_id  uuid NOT NULL REFERENCES contact,
    text        text NOT NULL,
    in_reply_to text NOT NULL,                 -- Message-ID of the mail; '' = it has none
    thread_ids  text[] NOT NULL,               -- what the answer refers to, the oldest first
    made_by     text NOT NULL,
    made_by_id  uuid,
    created_at  timestamptz NOT NULL
);

CREATE TABLE suppression (
    id           uuid PRIMARY KEY,
    address      text NOT NULL,
    address_key  text NOT NULL,
    reason       text NOT NULL CHECK (reason IN
                 ('hard bounce', 'soft bounces', 'complaint', 'opted out', 'legal hold', 'invalid', 'manual')),
    state        text NOT NULL CHECK (state IN ('active', 'lifted')),
    mailing_id   uuid REFERENCES mailing,
    mail_id      uuid REFERENCES inbound_mail,
    rule         text NOT NULL,
    diagnostic   text NOT NULL,
    note         text NOT NULL DEFAULT '',     -- why, in the words of the person who made it
    made_by      text NOT NULL DEFAULT 'Plixo',
    until        timestamptz,                  -- then the address is tried again; null: until a person lifts it
    created_at   timestamptz NOT NULL,
    lifted_at    timestamptz,
    lifted_by    text,
    lift_reason  text
);
-- An address, or a domain as '@acme.example', may be suppressed for several reasons, each of which ends by itself:
-- whoever opted out stays so when a full mailbox has room again. The same bounce read twice is one suppression.
CREATE UNIQUE INDEX suppression_one_active ON suppression (address_key, reason) WHERE state = 'active';
CREATE INDEX suppression_ends ON suppression (until) WHERE state = 'active' AND until IS NOT NULL;
CREATE INDEX suppression_mail ON suppression (mail_id) WHERE mail_id IS NOT NULL;

CREATE TABLE delivery_evidence (
    id           uuid PRIMARY KEY,
    mail_id      uuid NOT NULL REFERENCES inbound_mail,
    mailing_id   uuid REFERENCES mailing,      -- the message that it speaks of, where a token or a Message-ID tells
    address_key  text NOT NULL,                -- whom that was mailed to, or whom the report names
    kind         text NOT NULL CHECK (kind IN
                 ('dead address', 'mailbox trouble', 'our fault', 'gave up', 'unclear', 'still trying', 'complaint',
                  'opted out', 'complaint withdrawn', 'left', 'away', 'alive')),
    proof        text NOT NULL CHECK (proof IN
                 ('proven', 'stale', 'missing', 'other address', 'other token', 'not mailed', 'contradicted')),
    counts       boolean NOT NULL,             -- makes its day a bounce day
    day          date NOT NULL,                -- in the merchant's zone
    rule         text NOT NULL,
    reason       text NOT NULL,
    status       text NOT NULL,
    diagnostic   text NOT NULL,
    heard_at     timestamptz NOT NULL,         -- when the mail arrived
    withdrawn_at timestamptz                   -- the mail was read again, and says something else
);
-- One mail says one thing of one address, however often it is read.
CREATE UNIQUE INDEX delivery_evidence_once ON delivery_evidence (mail_id, address_key) WHERE withdrawn_at IS NULL;
CREATE INDEX delivery_evidence_address ON delivery_evidence (address_key, heard_at);
CREATE INDEX delivery_evidence_mailing ON delivery_evidence (mailing_id) WHERE mailing_id IS NOT NULL;

-- Cash application -----------------------------------------------------------------------------------------------

CREATE TABLE bank_line (
    id            uuid PRIMARY KEY,
    batch_id      uuid NOT NULL REFERENCES import_batch,
    line          integer NOT NULL,
    key           text NOT NULL UNIQUE,        -- digest of account, day, amount, texts and the how-manieth such line: a file
                                               -- that overlaps with the last one brings nothing twice
    bank_account  text NOT NULL DEFAULT '',    -- the merchant's account, as the file or the import names it
    booked_on     date NOT NULL,
    currency      text NOT NULL,
    amount_minor  bigint NOT NULL CHECK (amount_minor <> 0), -- negative: money that went out, such as a returned transfer
    payer_name    text NOT NULL DEFAULT '',
    payer_key     text NOT NULL DEFAULT '',    -- digest of the payer's account number; the number itself is not kept
    payer_hint    text NOT NULL DEFAULT '',    -- its last four characters
    reference     text NOT NULL DEFAULT '',    -- what the payer wrote
    bank_reference text NOT NULL DEFAULT '',   -- what the bank calls it
    form          text NOT NULL DEFAULT '',    -- how its file was written: camt.053, or a digest of a table's headers
    doubt         text NOT NULL DEFAULT '' CHECK (doubt IN ('', 'own money', 'alike')), -- why it never posts itself
    like_id       uuid REFERENCES bank_line,   -- the line of another format that may be the same payment
    state         text NOT NULL CHECK (state IN ('new', 'proposed', 'posted', 'unapplied', 'ignored')),
    account_id    uuid REFERENCES account,     -- who paid, once that is known
    payment_id    uuid REFERENCES payment,
    remittance_id uuid,
    confidence    smallint CHECK (confidence BETWEEN 0 AND 100),
    reasons       jsonb NOT NULL DEFAULT '[]',
    decided_by    text,
    decided_at    timestamptz,
    created_at    timestamptz NOT NULL
);
CREATE INDEX bank_line_open ON bank_line (created_at, id) WHERE state IN ('new', 'proposed');
CREATE INDEX bank_line_amount ON bank_line (currency, amount_minor);
CREATE INDEX bank_line_payment ON bank_line (payment_id) WHERE payment_id IS NOT NULL;

-- Ways to apply a bank line; the first is the one that is proposed, the others are its alternatives.
CREATE TABLE cash_match (
    id            uuid PRIMARY KEY,
    bank_line_id  uuid NOT NULL REFERENCES bank_line,
    place         smallint NOT NULL CHECK (place > 0),
    account_id    uuid REFERENCES account,
    confidence    smallint NOT NULL CHECK (confidence BETWEEN 0 AND 100),
    reasons       jsonb NOT NULL,              -- as people read them, strongest first
    parts         jsonb NOT NULL,              -- [[invoice id, minor units], …]; their sum may be below the line's amount
    alternatives  integer NOT NULL,            -- how many other combinations fit as well; 0 means unique
    payment_id    uuid REFERENCES payment,     -- of money that went out: the payment that may have come back
    CONSTRAINT cash_match_place UNIQUE (bank_line_id, place)
);

CREATE TABLE remittance (
    id            uuid PRIMARY KEY,
    source        text NOT NULL CHECK (source IN ('file', 'mail')),
    inbound_mail_id uuid,                      -- the mail that it was attached to
    file_name     text NOT NULL,
    content_type  text NOT NULL,
    sha256        bytea NOT NULL UNIQUE,       -- the same advice sent twice is one
    body          bytea NOT NULL,
    account_id    uuid REFERENCES account,
    payer_name    text NOT NULL DEFAULT '',
    currency      text,
    total_minor   bigint,
    paid_on       date,
    state         text NOT NULL CHECK (state IN ('read', 'unreadable', 'used')),
    note          text NOT NULL DEFAULT '',    -- what could not be read, or how it was read
    created_at    timestamptz NOT NULL
);
CREATE INDEX remittance_waiting ON remittance (created_at) WHERE state = 'read';

CREATE TABLE remittance_line (
    id            uuid PRIMARY KEY,
    remittance_id uuid NOT NULL REFERENCES remittance,
    position      integer NOT NULL,
    number        text NOT NULL,
    number_key    text NOT NULL,
    amount_minor  bigint,                      -- what is paid on it; null where the advice does not say
    deducted_minor bigint,                     -- what the payer kept back, with its reason
    reason        text NOT NULL DEFAULT '',
    CONSTRAINT remittance_line_once UNIQUE (remittance_id, position)
);
CREATE INDEX remittance_line_number ON remittance_line (number_key);

-- What a payer's name is compared with: the words of each customer's name, and all of them behind '='. In the order of
-- their bytes, so that words with one beginning stand together. Customers are never deleted; to prove it for each word
-- would be half of what a first reading of all names costs the database.
CREATE TABLE payer_word (
    word          text COLLATE "C" NOT NULL,
    account_id    uuid NOT NULL,
    PRIMARY KEY (word, account_id)
);
CREATE INDEX payer_word_account ON payer_word (account_id);

-- Customers whose names are new or others than before; their words are read before bank lines are matched. Only ever
-- added to, as newcomer is.
CREATE TABLE unread_name (account_id uuid NOT NULL);

CREATE FUNCTION names_are_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO unread_name (account_id) SELECT id FROM added;
    RETURN NULL;
END $$;
CREATE TRIGGER account_has_new_name AFTER INSERT ON account
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION names_are_new();
ALTER TABLE account ENABLE ALWAYS TRIGGER account_has_new_name;    -- also while an import checks its keys by sets
CREATE FUNCTION name_is_another() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO unread_name (account_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER account_has_another_name AFTER UPDATE OF name ON account FOR EACH ROW
    WHEN (OLD.name <> NEW.name) EXECUTE FUNCTION name_is_another();
ALTER TABLE account ENABLE ALWAYS TRIGGER account_has_another_name;

-- By which names and accounts a customer has paid before; learnt from what people confirmed.
CREATE TABLE payer_alias (
    id            uuid PRIMARY KEY,
    account_id    uuid NOT NULL REFERENCES account,
    key           text NOT NULL,               -- a payer_key, or 'name:' and the normalised name
    times         integer NOT NULL DEFAULT 1 CHECK (times > 0),
    last_at       timestamptz NOT NULL,
    CONSTRAINT payer_alias_once UNIQUE (key, account_id)
);

-- Policies -------------------------------------------------------------------------------------------------------

CREATE TABLE policy (
    id           uuid PRIMARY KEY,
    version      integer NOT NULL UNIQUE,
    state        text NOT NULL CHECK (state IN ('proposed', 'published', 'retired', 'rejected')),
    document     jsonb NOT NULL,               -- all segments and cadences as one, so that they always fit each other
    notes        text NOT NULL DEFAULT '',
    made_by      text NOT NULL,
    made_by_id   uuid,
    decided_by   text,
    decided_by_id uuid,
    decided_at   timestamptz,
    created_at   timestamptz NOT NULL
);
-- New invoices must find exactly one policy.
CREATE UNIQUE INDEX policy_one_published ON policy ((true)) WHERE state = 'published';
-- Two proposals side by side would each undo the other's change.
CREATE UNIQUE INDEX policy_one_proposed ON policy ((true)) WHERE state = 'proposed';

CREATE TABLE cadence (
    id         uuid PRIMARY KEY,
    name       text NOT NULL,
    version    integer NOT NULL,
    state      text NOT NULL CHECK (state IN ('published', 'retired')),
    created_at timestamptz NOT NULL,
    CONSTRAINT cadence_version_once UNIQUE (name, version)
);
-- New invoices must find exactly one version to enrol in.
CREATE UNIQUE INDEX cadence_one_published ON cadence (name) WHERE state = 'published';

CREATE TABLE cadence_step (
    id          uuid PRIMARY KEY,
    cadence_id  uuid NOT NULL REFERENCES cadence,
    position    integer NOT NULL CHECK (position > 0),
    offset_days integer NOT NULL,
    letter      text,                          -- null: a person takes over
    tone        text NOT NULL CHECK (tone IN ('Formal', 'Neutral', 'Confident')),
    severity    smallint NOT NULL DEFAULT 0,   -- of its letter: 0 not yet due, 1 overdue, 2 final notice
    recipients  text NOT NULL DEFAULT 'billing' CHECK (recipients IN ('billing', 'escalation')),
    approval    boolean NOT NULL DEFAULT false, -- a person approves it even in a segment on Autopilot
    CONSTRAINT cadence_step_once UNIQUE (cadence_id, position),
    CONSTRAINT cadence_step_order UNIQUE (cadence_id, offset_days)
);

CREATE TABLE segment (
    id          uuid PRIMARY KEY,
    name        text NOT NULL,
    position    integer NOT NULL,              -- the first that matches wins
    rule        jsonb NOT NULL,
    cadence     text NOT NULL,
    mode        text NOT NULL CHECK (mode IN ('shadow', 'autopilot')),
    daily_cap   integer CHECK (daily_cap > 0),
    notes       text NOT NULL DEFAULT '',
    state       text NOT NULL CHECK (state IN ('published', 'retired')),
    created_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX segment_one_published ON segment (name) WHERE state = 'published';

CREATE TABLE segment_health (
    segment     text PRIMARY KEY,
    open_count  integer NOT NULL,
    mailable_count integer NOT NULL,           -- open invoices with a contact that may be mailed
    sent_week   integer NOT NULL,
    bounced_week integer NOT NULL,
    reversed_week integer NOT NULL,
    paid_week   integer NOT NULL,
    at          timestamptz NOT NULL
);

-- Outreach -------------------------------------------------------------------------------------------------------

CREATE TABLE enrolment (
    id             uuid PRIMARY KEY,
    invoice_id     uuid NOT NULL REFERENCES invoice,
    cadence_id     uuid NOT NULL REFERENCES cadence,
    segment        text NOT NULL,
    state          text NOT NULL CHECK (state IN ('running', 'finished', 'closed')),
    last_position  integer NOT NULL DEFAULT 0,
    last_severity  smallint NOT NULL DEFAULT -1, -- of the last letter that left; the next is at most one level harsher
    next_action_at timestamptz,                -- null: no step is left
    held           text NOT NULL DEFAULT '',   -- why the step that is due is not planned, a sentence as it is kept
    wants_contact  boolean NOT NULL DEFAULT false, -- it is held since a person has to find somebody to write to
    created_at     timestamptz NOT NULL
);
-- Two cadences on one invoice would mail it twice.
CREATE UNIQUE INDEX enrolment_one_running ON enrolment (invoice_id) WHERE state = 'running';
CREATE INDEX enrolment_invoice ON enrolment (invoice_id);
CREATE INDEX enrolment_due ON enrolment (next_action_at, id) WHERE state = 'running';
CREATE INDEX enrolment_wants_contact ON enrolment (next_action_at) WHERE wants_contact;

-- Which open invoices may have to be put into a cadence: one, or those of an account; a line with neither stands for all
-- (they came by the thousand, or the segments changed). Lines are only ever added here, so writers never wait for one
-- another, and carry no foreign keys, whose checks would wait for whoever holds the invoice.
CREATE TABLE newcomer (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    invoice_id  uuid,
    account_id  uuid,
    look_at     timestamptz NOT NULL DEFAULT '-infinity' -- what no segment takes may be taken on another day
);
CREATE INDEX newcomer_next ON newcomer (look_at, id);
CREATE INDEX newcomer_invoice ON newcomer (invoice_id) WHERE invoice_id IS NOT NULL;
CREATE INDEX newcomer_all ON newcomer (look_at) WHERE invoice_id IS NULL AND account_id IS NULL;

-- Each of these fires also while an import checks its keys by sets.
CREATE FUNCTION invoices_are_newcomers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM (SELECT FROM added LIMIT 1001) first_of) > 1000 THEN
        INSERT INTO newcomer DEFAULT VALUES;
    ELSE
        INSERT INTO newcomer (invoice_id) SELECT id FROM added WHERE state = 'open';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER invoice_is_newcomer AFTER INSERT ON invoice
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION invoices_are_newcomers();
ALTER TABLE invoice ENABLE ALWAYS TRIGGER invoice_is_newcomer;

CREATE FUNCTION invoice_comes_again() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO newcomer (invoice_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER invoice_is_open_again AFTER UPDATE ON invoice FOR EACH ROW
    WHEN (NEW.state = 'open' AND (OLD.state <> 'open' OR OLD.account_id <> NEW.account_id))
    EXECUTE FUNCTION invoice_comes_again();
ALTER TABLE invoice ENABLE ALWAYS TRIGGER invoice_is_open_again;

-- The invoice may have been opened again while its reminders were being ended.
CREATE FUNCTION enrolment_has_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO newcomer (invoice_id) VALUES (NEW.invoice_id);
    RETURN NULL;
END $$;
CREATE TRIGGER enrolment_is_closed AFTER UPDATE ON enrolment FOR EACH ROW
    WHEN (OLD.state <> 'closed' AND NEW.state = 'closed') EXECUTE FUNCTION enrolment_has_ended();
ALTER TABLE enrolment ENABLE ALWAYS TRIGGER enrolment_is_closed;

-- By EXECUTE it is planned for the rows that there are. A plan is kept with the connection otherwise, and one that was
-- made for a single customer compares each of an import's with each.
CREATE FUNCTION accounts_have_newcomers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE changed uuid[];
BEGIN
    EXECUTE 'SELECT ARRAY(
        SELECT n.id FROM added n JOIN removed o ON o.id = n.id
        WHERE (n.state, n.number, n.name_key, n.country, n.industry, n.risk, n.tags)
              IS DISTINCT FROM (o.state, o.number, o.name_key, o.country, o.industry, o.risk, o.tags) LIMIT 1001)'
    INTO changed;
    IF cardinality(changed) > 1000 THEN
        INSERT INTO newcomer DEFAULT VALUES;
    ELSE
        INSERT INTO newcomer (account_id) SELECT unnest(changed);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER account_has_newcomers AFTER UPDATE ON account
    REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION accounts_have_newcomers();
ALTER TABLE account ENABLE ALWAYS TRIGGER account_has_newcomers;

CREATE FUNCTION all_may_be_newcomers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO newcomer DEFAULT VALUES;
    RETURN NULL;
END $$;
CREATE TRIGGER segment_has_newcomers AFTER INSERT OR UPDATE ON segment
    FOR EACH STATEMENT EXECUTE FUNCTION all_may_be_newcomers();
CREATE TRIGGER cadence_has_newcomers AFTER INSERT OR UPDATE ON cadence
    FOR EACH STATEMENT EXECUTE FUNCTION all_may_be_newcomers();

CREATE TABLE veto (
    id           uuid PRIMARY KEY,
    enrolment_id uuid NOT NULL REFERENCES enrolment,
    step         integer NOT NULL,
    reason       text NOT NULL,
    made_by      text NOT NULL,
    created_at   timestamptz NOT NULL,
    CONSTRAINT veto_once UNIQUE (enrolment_id, step)
);

CREATE TABLE hold (
    id          uuid PRIMARY KEY,
    account_id  uuid NOT NULL REFERENCES account,
    invoice_id  uuid REFERENCES invoice,       -- null: the whole account, or the contact
    contact_id  uuid REFERENCES contact,
    kind        text NOT NULL CHECK (kind IN ('pause', 'legal', 'review', 'away', 'conversation')),
    reason      text NOT NULL,
    until       timestamptz,                   -- null: until somebody lifts it
    state       text NOT NULL CHECK (state IN ('active', 'lifted')),
    made_by     text NOT NULL,
    created_at  timestamptz NOT NULL,
    lifted_by   text,
    lifted_at   timestamptz
);
CREATE INDEX hold_account ON hold (account_id) WHERE state = 'active';
CREATE INDEX hold_contact ON hold (contact_id) WHERE contact_id IS NOT NULL;

CREATE TABLE gate (
    id          uuid PRIMARY KEY,
    name        text NOT NULL,                 -- 'maintenance', 'readiness', …
    segment     text,                          -- null: everything
    holds       text NOT NULL CHECK (holds IN ('all mail', 'autopilot', 'mail that asks to pay')),
    reason      text NOT NULL,
    until       timestamptz,
    state       text NOT NULL CHECK (state IN ('closed', 'opened')),
    made_by     text NOT NULL,
    created_at  timestamptz NOT NULL,
    opened_by   text,
    opened_at   timestamptz
);
CREATE UNIQUE INDEX gate_one_closed ON gate (name, coalesce(segment, '')) WHERE state = 'closed';

CREATE TABLE lane_budget (
    lane        text NOT NULL,                 -- 'domain:…' or 'segment:…'
    day         date NOT NULL,
    sent        integer NOT NULL,
    PRIMARY KEY (lane, day)                    -- the cap is kept by one row's lock, whatever the number of workers
);

CREATE TABLE warm_up (
    domain      text PRIMARY KEY,
    cap         integer NOT NULL CHECK (cap > 0),
    note        text NOT NULL,
    started_on  date NOT NULL,
    judged_on   date NOT NULL                  -- moved at most once a day
);

CREATE TABLE breaker (
    provider    text PRIMARY KEY,
    reason      text NOT NULL,
    tripped_at  timestamptz NOT NULL,
    until       timestamptz NOT NULL,          -- then one mail tries; complaints and blocks since trip it again
    trips       integer NOT NULL DEFAULT 1,
    probed_at   timestamptz,                   -- when that one mail was let through
    closed_at   timestamptz                    -- it drew no complaint; mail flows again, and only newer trouble counts
);

-- Casework -------------------------------------------------------------------------------------------------------

CREATE TABLE worklist (
    invoice_id  uuid PRIMARY KEY,              -- no foreign key: its check would wait for whoever holds the invoice
    account_id  uuid NOT NULL,
    score       integer NOT NULL,
    stopped     boolean NOT NULL,              -- nothing is to be done about it now; it stays here for changes_at
    open_major  bigint NOT NULL,
    due_on      date NOT NULL,
    judged_by   integer NOT NULL,              -- fingerprint of the rules; other rules, another score
    changes_at  timestamptz NOT NULL           -- when the calendar alone will change the score
);
CREATE INDEX worklist_top ON worklist (score DESC, open_major DESC, due_on, invoice_id) WHERE NOT stopped;
CREATE INDEX worklist_account ON worklist (account_id);
CREATE INDEX worklist_changes ON worklist (changes_at);

-- Whose score may have changed: an invoice, or all of an account; a line with neither says that invoices came by the
-- thousand and are not on the list yet. No key: writers never wait for one another here.
CREATE TABLE stale_case (
    invoice_id  uuid,
    account_id  uuid
);
CREATE FUNCTION case_is_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_case (invoice_id, account_id)
    SELECT DISTINCT invoice_id, account_id FROM added WHERE coalesce(invoice_id, account_id) IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER timeline_entry_makes_stale AFTER INSERT ON timeline_entry
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION case_is_stale();

-- What changes a score without a line of its own in the timeline of every invoice that it is about.
CREATE FUNCTION invoices_are_new() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT count(*) FROM (SELECT FROM added LIMIT 1001) first_of) > 1000 THEN
        INSERT INTO stale_case (invoice_id, account_id) VALUES (NULL, NULL);
    ELSE
        INSERT INTO stale_case (invoice_id, account_id) SELECT id, account_id FROM added WHERE state = 'open';
    END IF;
    IF EXISTS (SELECT FROM worklist) THEN      -- history changes what is known of how late a customer usually pays
        INSERT INTO stale_case (account_id)
        SELECT DISTINCT account_id FROM added h
        WHERE state = 'settled' AND EXISTS (SELECT FROM worklist w WHERE w.account_id = h.account_id);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER invoice_makes_stale AFTER INSERT ON invoice
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION invoices_are_new();
ALTER TABLE invoice ENABLE ALWAYS TRIGGER invoice_makes_stale;     -- also while an import checks its keys by sets

CREATE FUNCTION account_is_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_case (account_id) SELECT id FROM added;
    RETURN NULL;
END $$;
CREATE TRIGGER account_makes_stale AFTER UPDATE ON account
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION account_is_stale();

CREATE FUNCTION contact_is_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_case (account_id) SELECT DISTINCT account_id FROM added;
    RETURN NULL;
END $$;
CREATE TRIGGER contact_makes_stale AFTER INSERT ON contact
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION contact_is_stale();
ALTER TABLE contact ENABLE ALWAYS TRIGGER contact_makes_stale;     -- as that of invoices
CREATE TRIGGER contact_change_makes_stale AFTER UPDATE ON contact
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION contact_is_stale();

-- One address may be a contact of several customers.
CREATE FUNCTION address_is_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_case (account_id)
    SELECT DISTINCT c.account_id FROM added s JOIN contact c ON c.email_key = s.address_key AND c.state = 'active';
    IF EXISTS (SELECT FROM added s WHERE s.address_key LIKE '@%') THEN     -- planned for as many as there are
        EXECUTE 'INSERT INTO stale_case (account_id)
                 SELECT DISTINCT c.account_id FROM added s JOIN contact c ON c.state = ''active''
                 AND ''@'' || split_part(c.email_key, ''@'', -1) = s.address_key';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER suppression_makes_stale AFTER INSERT ON suppression
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION address_is_stale();
CREATE TRIGGER suppression_change_makes_stale AFTER UPDATE ON suppression
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION address_is_stale();

-- A mail is about each of its items.
CREATE FUNCTION item_is_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO stale_case (invoice_id) SELECT DISTINCT invoice_id FROM added;
    RETURN NULL;
END $$;
CREATE TRIGGER mailing_item_makes_stale AFTER INSERT ON mailing_item
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION item_is_stale();
CREATE TRIGGER mailing_item_change_makes_stale AFTER UPDATE ON mailing_item
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION item_is_stale();

CREATE FUNCTION mail_is_stale(mail uuid) RETURNS void LANGUAGE sql AS $$
    INSERT INTO stale_case (invoice_id)
    SELECT invoice_id FROM mailing_item WHERE mailing_id = mail AND state = 'included'
    UNION SELECT invoice_id FROM mailing WHERE id = mail
$$;
CREATE FUNCTION mailing_is_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mail_is_stale(NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER mailing_makes_stale AFTER UPDATE ON mailing FOR EACH ROW
    WHEN (OLD.state <> NEW.state AND (NEW.state IN ('drafted', 'sent') OR OLD.state = 'drafted'))
    EXECUTE FUNCTION mailing_is_stale();
CREATE FUNCTION answer_is_stale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mail_is_stale(NEW.mailing_id);
    INSERT INTO stale_case (invoice_id) SELECT NEW.invoice_id WHERE NEW.invoice_id IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER inbound_mail_makes_stale AFTER UPDATE ON inbound_mail FOR EACH ROW
    WHEN (NEW.mailing_id IS NOT NULL OR NEW.invoice_id IS NOT NULL) EXECUTE FUNCTION answer_is_stale();

CREATE TABLE claim (
    id          uuid PRIMARY KEY,
    account_id  uuid NOT NULL REFERENCES account,
    person_id   uuid NOT NULL REFERENCES person,
    state       text NOT NULL CHECK (state IN ('active', 'released')),
    until       timestamptz NOT NULL,
    created_at  timestamptz NOT NULL
);
-- Two people never work one account; a claim that ran out is released by whoever claims next.
CREATE UNIQUE INDEX claim_one_active ON claim (account_id) WHERE state = 'active';
CREATE INDEX claim_person ON claim (person_id, created_at);

CREATE TABLE snooze (
    id          uuid PRIMARY KEY,
    invoice_id  uuid NOT NULL REFERENCES invoice,
    state       text NOT NULL CHECK (state IN ('active', 'ended')),
    until       timestamptz NOT NULL,
    reason      text NOT NULL,
    made_by     text NOT NULL,
    made_by_id  uuid,
    created_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX snooze_one_active ON snooze (invoice_id) WHERE state = 'active';

CREATE TABLE absence (
    id          uuid PRIMARY KEY,
    person_id   uuid NOT NULL REFERENCES person,
    deputy_id   uuid NOT NULL REFERENCES person,
    from_at     timestamptz NOT NULL,
    until       timestamptz NOT NULL,
    note        text NOT NULL DEFAULT '',       -- a word for the deputy
    state       text NOT NULL CHECK (state IN ('planned', 'cancelled')),
    created_at  timestamptz NOT NULL,
    CONSTRAINT absence_somebody_else CHECK (person_id <> deputy_id),
    CONSTRAINT absence_in_order CHECK (from_at < until)
);
CREATE INDEX absence_person ON absence (person_id, until) WHERE state = 'planned';

CREATE TABLE task (
    id          uuid PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('find contact', 'review', 'apply cash', 'collect missed plan', 'call',
                                              'take over')),
    account_id  uuid NOT NULL REFERENCES account,
    invoice_id  uuid REFERENCES invoice,
    contact_id  uuid REFERENCES contact,
    about_id    uuid,                          -- the stray movement that it is about, where each is looked at by itself
    for_id      uuid REFERENCES person,        -- to whom it was handed over; else whoever owns the customer does it
    state       text NOT NULL CHECK (state IN ('open', 'done', 'dropped')),
    reason      text NOT NULL,
    outcome     text NOT NULL DEFAULT '',
    done_by     text,
    done_at     timestamptz,
    created_at  timestamptz NOT NULL
);
CREATE INDEX task_account ON task (account_id, kind);
CREATE INDEX task_waiting ON task (created_at) WHERE state = 'open';
CREATE INDEX task_handed_over ON task (for_id) WHERE state = 'open' AND for_id IS NOT NULL;
-- Ten bounces of one customer are one search for another contact.
CREATE UNIQUE INDEX task_one_open ON task (kind, account_id, coalesce(invoice_id, account_id),
                                          coalesce(contact_id, account_id), coalesce(about_id, account_id),
                                          coalesce(for_id, account_id))
    WHERE state = 'open';

-- Each row of these may be made with no lock on an invoice of the customer that it names.
CREATE TRIGGER payment_follows_merger AFTER INSERT ON payment
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION follow_merger();
ALTER TABLE payment ENABLE ALWAYS TRIGGER payment_follows_merger;    -- also while an import checks its keys by sets
CREATE TRIGGER promise_follows_merger AFTER INSERT ON promise
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION follow_merger();
CREATE TRIGGER plan_follows_merger AFTER INSERT ON plan
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION follow_merger();
CREATE TRIGGER dispute_follows_merger AFTER INSERT ON dispute
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION follow_merger();
CREATE TRIGGER hold_follows_merger AFTER INSERT ON hold
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION follow_merger();
CREATE TRIGGER task_follows_merger AFTER INSERT ON task
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION follow_merger();
CREATE TRIGGER mailing_follows_merger AFTER INSERT ON mailing
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION follow_merger();

-- Rows of which a customer may have only one, or whose customer is found out later: each waits for a merger that is at
-- work on its customer, and is the kept one's from the start. Without a lock of ours a merger would not see them.
CREATE FUNCTION name_kept_account() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept uuid;
BEGIN
    SELECT merged_into_id INTO kept FROM account WHERE id = NEW.account_id FOR KEY SHARE;
    NEW.account_id := coalesce(kept, NEW.account_id);
    RETURN NEW;
END $$;
CREATE TRIGGER contact_names_kept_account BEFORE INSERT ON contact
    FOR EACH ROW EXECUTE FUNCTION name_kept_account();
CREATE TRIGGER claim_names_kept_account BEFORE INSERT ON claim
    FOR EACH ROW EXECUTE FUNCTION name_kept_account();
CREATE TRIGGER payer_alias_names_kept_account BEFORE INSERT ON payer_alias
    FOR EACH ROW EXECUTE FUNCTION name_kept_account();
CREATE TRIGGER bank_line_names_kept_account BEFORE INSERT OR UPDATE OF account_id ON bank_line
    FOR EACH ROW WHEN (NEW.account_id IS NOT NULL) EXECUTE FUNCTION name_kept_account();
CREATE TRIGGER cash_match_names_kept_account BEFORE INSERT ON cash_match
    FOR EACH ROW WHEN (NEW.account_id IS NOT NULL) EXECUTE FUNCTION name_kept_account();
CREATE TRIGGER remittance_names_kept_account BEFORE INSERT OR UPDATE OF account_id ON remittance
    FOR EACH ROW WHEN (NEW.account_id IS NOT NULL) EXECUTE FUNCTION name_kept_account();
CREATE TRIGGER stray_movement_names_kept_account BEFORE INSERT OR UPDATE OF account_id ON stray_movement
    FOR EACH ROW WHEN (NEW.account_id IS NOT NULL) EXECUTE FUNCTION name_kept_account();
CREATE TRIGGER inbound_mail_names_kept_account BEFORE INSERT OR UPDATE OF account_id ON inbound_mail
    FOR EACH ROW WHEN (NEW.account_id IS NOT NULL) EXECUTE FUNCTION name_kept_account();

-- The policy that every new deployment starts with. Who migrates says its mode; unsaid, a person approves each mail. -

INSERT INTO policy (id, version, state, document, notes, made_by, created_at)
VALUES ('00000000-0000-4000-8000-000000000000', 1, 'published', jsonb_set('{
  "segments": [{"name": "everyone", "rule": {}, "cadence": "default"}],
  "cadences": [{"name": "default", "steps": [
    {"day": -3, "letter": "reminder-due", "tone": "Neutral"},
    {"day": 0, "letter": "reminder-due", "tone": "Neutral"},
    {"day": 7, "letter": "reminder-overdue", "tone": "Neutral"},
    {"day": 14, "letter": "reminder-overdue", "tone": "Confident"},
    {"day": 21, "escalate": true}]}]
}', '{segments,0,mode}', to_jsonb(coalesce(nullif(current_setting('plixo.first_mode', true), ''), 'shadow'))), 'the policy that Plixo starts with', 'Plixo', now());
INSERT INTO segment (id, name, position, rule, cadence, mode, state, created_at)
VALUES ('00000000-0000-4000-8000-000000000002', 'everyone', 1, '{}', 'default',
        coalesce(nullif(current_setting('plixo.first_mode', true), ''), 'shadow'), 'published', now());
INSERT INTO cadence (id, name, version, state, created_at)
VALUES ('00000000-0000-4000-8000-000000000001', 'default', 1, 'published', now());
INSERT INTO cadence_step (id, cadence_id, position, offset_days, letter, tone, severity) VALUES
    (gen_random_uuid(), '00000000-0000-4000-8000-000000000001', 1, -3, 'reminder-due', 'Neutral', 0),
    (gen_random_uuid(), '00000000-0000-4000-8000-000000000001', 2,  0, 'reminder-due', 'Neutral', 0),
    (gen_random_uuid(), '00000000-0000-4000-8000-000000000001', 3,  7, 'reminder-overdue', 'Neutral', 1),
    (gen_random_uuid(), '00000000-0000-4000-8000-000000000001', 4, 14, 'reminder-overdue', 'Confident', 1),
    (gen_random_uuid(), '00000000-0000-4000-8000-000000000001', 5, 21, NULL, 'Confident', 2);

-- Operations -----------------------------------------------------------------------------------------------------

CREATE TABLE cron_run (
    cron  text NOT NULL,
    slot  timestamptz NOT NULL,
    at    timestamptz NOT NULL,
    PRIMARY KEY (cron, slot)                   -- any number of schedulers tick; one wins the slot
);

-- A cron that takes no slot until a moment; every scheduler asks here.
CREATE TABLE cron_pause (
    id          uuid PRIMARY KEY,
    cron        text NOT NULL,
    reason      text NOT NULL,
    until       timestamptz NOT NULL,
    state       text NOT NULL CHECK (state IN ('active', 'ended')),
    made_by     text NOT NULL,
    created_at  timestamptz NOT NULL,          -- since when it has been paused, also when its end was moved
    ended_by    text,
    ended_at    timestamptz
);
-- Of two pauses of one cron nobody could say which end holds.
CREATE UNIQUE INDEX cron_pause_one ON cron_pause (cron) WHERE state = 'active';

-- How calls of the world outside went, minute by minute, as each process saw them; what is older than a day is removed.
CREATE TABLE outside_call (
    party   text NOT NULL,
    minute  timestamptz NOT NULL,
    fine    integer NOT NULL DEFAULT 0 CHECK (fine >= 0),
    failed  integer NOT NULL DEFAULT 0 CHECK (failed >= 0),
    PRIMARY KEY (party, minute)
);

-- Rules of incidents whose figure is, or was a moment ago, beyond its threshold.
CREATE TABLE incident_signal (
    rule         text PRIMARY KEY,             -- as the table of rules has it
    severity     text NOT NULL CHECK (severity IN ('P1', 'P2', 'P3')),
    figure       double precision NOT NULL,    -- the newest that was beyond
    since        timestamptz NOT NULL,
    quiet_since  timestamptz,                  -- null: it is beyond now
    counts       boolean NOT NULL DEFAULT false, -- it has lasted long enough, and belongs to an incident
    dismissed_at timestamptz,                  -- a person said that it is over all the same
    dismissed_as text CHECK (dismissed_as IN ('P1', 'P2', 'P3')) -- how bad it was then; worse is heard again
);

CREATE TABLE incident (
    id          uuid PRIMARY KEY,
    number      bigint NOT NULL UNIQUE,        -- by which people name it
    cause       text NOT NULL,                 -- as the table of causes has it; 'person': somebody opened it by hand
    title       text NOT NULL DEFAULT '',      -- of one that was opened by hand
    severity    text NOT NULL CHECK (severity IN ('P1', 'P2', 'P3')),
    judged      text CHECK (judged IN ('P1', 'P2', 'P3')), -- the worst that the rules said; only worse than that raises it
    state       text NOT NULL CHECK (state IN ('open', 'owned', 'over')),
    signals     jsonb NOT NULL DEFAULT '[]',   -- rules with their figures, the worst first
    opened_by   text NOT NULL,
    opened_at   timestamptz NOT NULL,
    owner       text,
    owner_id    uuid,
    owned_at    timestamptz,
    nagged_at   timestamptz,                   -- when it was last said that nobody has taken it
    reopened    integer NOT NULL DEFAULT 0,
    over_at     timestamptz,
    over_by     text,
    outcome     text NOT NULL DEFAULT '',      -- why it is over
    held_mails  integer NOT NULL DEFAULT 0,    -- kept back when it ended
    held_sums   jsonb NOT NULL DEFAULT '{}',
    changed_at  timestamptz NOT NULL,          -- when what its message shows was changed last
    version     integer NOT NULL DEFAULT 1,    -- one more at each such change
    shown       integer NOT NULL DEFAULT 0     -- the version that its message shows; 0: it was never shown
);
-- One incident for each cause, however many judges look; and a second click opens no second one.
CREATE UNIQUE INDEX incident_one ON incident (cause, title) WHERE state <> 'over';
CREATE INDEX incident_unshown ON incident (changed_at) WHERE shown <> version;
CREATE INDEX incident_ended ON incident (over_at) WHERE state = 'over';
CREATE INDEX timeline_of_incident ON timeline_entry ((fact->>'incident_id'), id) WHERE starts_with(kind, 'incident.');

-- Restores from a backup: until one has ended, whatever may have left after the backup waits for a person.
CREATE TABLE restoration (
    id        uuid PRIMARY KEY,
    reason    text NOT NULL,
    made_by   text NOT NULL,
    begun_at  timestamptz NOT NULL,
    last_job  bigint NOT NULL,                 -- jobs up to this one came with the backup
    ended_at  timestamptz,
    ended_by  text
);
-- One is enough: a second one would forget which jobs came with the backup.
CREATE UNIQUE INDEX restoration_one ON restoration ((true)) WHERE ended_at IS NULL;

-- What the newest judging of each check of readiness found; a code with figures, so that it is said in any language.
CREATE TABLE readiness_result (
    name        text PRIMARY KEY,              -- as the table of checks has it
    verdict     text NOT NULL CHECK (verdict IN ('pass', 'warn', 'fail')),
    judged      boolean NOT NULL,              -- false: it cannot be judged, and counts as the verdict says
    code        text NOT NULL,
    figures     jsonb NOT NULL,
    since       timestamptz NOT NULL,          -- since when the verdict has been so
    at          timestamptz NOT NULL
);

-- A check that fails and holds nothing back for a while, since a Controller said so and another person agreed.
CREATE TABLE readiness_override (
    id            uuid PRIMARY KEY,
    name          text NOT NULL,
    reason        text NOT NULL,
    until         timestamptz NOT NULL,
    state         text NOT NULL CHECK (state IN ('proposed', 'active', 'declined', 'ended')),
    made_by       text NOT NULL,
    made_by_id    uuid,
    created_at    timestamptz NOT NULL,
    decided_by    text,
    decided_by_id uuid,
    decided_at    timestamptz
);
-- Of two overrides of one check nobody could say which holds.
CREATE UNIQUE INDEX readiness_override_one ON readiness_override (name) WHERE state IN ('proposed', 'active');

-- Test disputes that went through the payers' pages like anybody's.
CREATE TABLE dispute_smoke (
    id          uuid PRIMARY KEY,
    state       text NOT NULL CHECK (state IN ('running', 'arrived', 'failed')),
    asked_by    text NOT NULL,
    link_id     uuid REFERENCES pay_link,
    dispute_id  uuid REFERENCES dispute,
    filed_at    timestamptz,                   -- when the form was sent
    queued_at   timestamptz,                   -- when it was seen in the queue
    told_at     timestamptz,                   -- when it stood in the channel; null: there is none
    why         text NOT NULL DEFAULT '',      -- a code: what was missing
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz
);
-- Two at once would measure each other.
CREATE UNIQUE INDEX dispute_smoke_one ON dispute_smoke ((true)) WHERE state = 'running';
CREATE INDEX dispute_smoke_newest ON dispute_smoke (started_at);

-- Who was sent a digest of which day; a day is the reader's own, and a week's is its Monday.
CREATE TABLE digest (
    id         uuid PRIMARY KEY,
    person_id  uuid NOT NULL REFERENCES person,
    kind       text NOT NULL CHECK (kind IN ('daily', 'weekly')),
    on_day     date NOT NULL,
    created_at timestamptz NOT NULL,
    CONSTRAINT digest_once UNIQUE (person_id, kind, on_day)
);

-- Mails to the merchant's own people. The id is made of what a mail is about, so that a second one is the same one.
CREATE TABLE operator_mail (
    id          uuid PRIMARY KEY,
    person_id   uuid NOT NULL REFERENCES person,
    letter      text NOT NULL CHECK (letter IN ('digest', 'incident', 'code')),
    about_id    uuid NOT NULL,                 -- the digest, which may be forgotten first, the incident or the code
    address     text NOT NULL,
    address_key text NOT NULL,
    message_id  text NOT NULL UNIQUE,
    state       text NOT NULL CHECK (state IN ('queued', 'sending', 'sent', 'skipped', 'refused', 'bounced')),
    answer      text NOT NULL DEFAULT '',      -- codes of whoever did not take it, without text; or why it was skipped
    queued_at   timestamptz NOT NULL,
    sent_at     timestamptz
);
CREATE INDEX operator_mail_address ON operator_mail (address_key, queued_at);
CREATE INDEX operator_mail_age ON operator_mail (queued_at);
CREATE INDEX operator_mail_person ON operator_mail (person_id);
CREATE INDEX operator_mail_about ON operator_mail (about_id);

CREATE TABLE chat_message (
    id           uuid PRIMARY KEY,
    key          text NOT NULL UNIQUE,         -- "post once" is a fact of the database
    channel      text NOT NULL,
    ts           text,                         -- null: posting; the chat is asked before it is repeated
    content_hash text NOT NULL,
    invoice_id   uuid,
    subject      text,                         -- what its buttons decide; none for messages that decide nothing
    settled      boolean NOT NULL DEFAULT false,   -- the subject is decided and the message shows so
    form         text NOT NULL DEFAULT '',     -- how it was drawn, so that it can be drawn again
    updated_at   timestamptz NOT NULL
);
CREATE INDEX chat_message_unsent ON chat_message (updated_at) WHERE ts IS NULL;
CREATE INDEX chat_message_age ON chat_message (updated_at);
CREATE INDEX chat_message_place ON chat_message (channel, ts);
CREATE INDEX chat_message_invoice ON chat_message (invoice_id) WHERE invoice_id IS NOT NULL;
CREATE INDEX chat_message_subject ON chat_message (subject) WHERE subject IS NOT NULL AND NOT settled;

CREATE TABLE chat_channel (
    id         text PRIMARY KEY,               -- the chat's own id of a channel or of a talk with one person
    name       text NOT NULL,
    class      text NOT NULL CHECK (class IN ('private', 'public', 'external', 'direct', 'unknown')),
    slack_id   text UNIQUE,                    -- with whom, where it is a talk with one person
    checked_at timestamptz,                    -- null: something happened to it; asked about before the next post
    told_at    timestamptz                     -- when people were told that nothing is posted there
);

CREATE TABLE chat_trouble (
    place   text PRIMARY KEY,                  -- a channel; '' stands for the whole chat
    code    text NOT NULL,
    since   timestamptz NOT NULL,
    last_at timestamptz NOT NULL
);

CREATE TABLE chat_mute (
    id        uuid PRIMARY KEY,
    channel   text NOT NULL,
    kind      text NOT NULL,
    until     timestamptz NOT NULL,
    muted_by  text NOT NULL,
    muted_at  timestamptz NOT NULL,
    lifted_by text,
    lifted_at timestamptz
);
CREATE UNIQUE INDEX chat_mute_one ON chat_mute (channel, kind) WHERE lifted_at IS NULL;   -- one mute at a time

CREATE TABLE chat_noise (
    key      text PRIMARY KEY,                 -- of the message; what was decided once stays so when a job repeats
    channel  text NOT NULL,
    kind     text NOT NULL,
    outcome  text NOT NULL CHECK (outcome IN ('sent', 'folded', 'muted')),
    at       timestamptz NOT NULL,
    acted_at timestamptz                       -- when somebody first used a button of it
);
CREATE INDEX chat_noise_hour ON chat_noise (channel, at);
CREATE INDEX chat_noise_age ON chat_noise (at);

CREATE TABLE support_request (
    id          uuid PRIMARY KEY,
    invoice_id  uuid REFERENCES invoice,
    account_id  uuid REFERENCES account,
    contact_id  uuid REFERENCES contact,
    text        text NOT NULL,
    request_id  text NOT NULL,                 -- of the page that went wrong, where one was named
    reply_to    text NOT NULL,                 -- of a stranger who came without a link
    source      text NOT NULL,
    state       text NOT NULL CHECK (state IN ('open', 'closed')),
    made_by     text NOT NULL,
    digest      bytea NOT NULL,                -- the same form sent twice is one call
    created_at  timestamptz NOT NULL,
    closed_by   text,
    closed_at   timestamptz,
    outcome     text
);
CREATE INDEX support_request_open ON support_request (created_at) WHERE state = 'open';
CREATE INDEX support_request_digest ON support_request (digest, created_at);
ALTER TABLE document ADD FOREIGN KEY (support_request_id) REFERENCES support_request;
CREATE TRIGGER support_request_names_kept_account BEFORE INSERT ON support_request
    FOR EACH ROW WHEN (NEW.account_id IS NOT NULL) EXECUTE FUNCTION name_kept_account();

-- How requests of pages ended that were refused or failed, for some days; support begins with it.
CREATE TABLE request_trail (
    request_id  text NOT NULL,
    route       text NOT NULL,
    method      text NOT NULL,
    status      smallint NOT NULL,
    why         text NOT NULL,
    link_id     uuid REFERENCES pay_link, -- by which its payer came, where that is known
    at          timestamptz NOT NULL
);
CREATE INDEX request_trail_link ON request_trail (link_id, at) WHERE link_id IS NOT NULL;
CREATE INDEX request_trail_request ON request_trail (request_id);
CREATE INDEX request_trail_old ON request_trail (at);

CREATE TABLE home_view (                        -- App Homes that people look at, as they were published
    slack_id     text PRIMARY KEY,
    content_hash text NOT NULL DEFAULT '',
    view_hash    text NOT NULL DEFAULT '',     -- Slack's own, by which two writers do not overwrite each other
    published_at timestamptz,
    opened_at    timestamptz NOT NULL
);
CREATE INDEX home_view_opened ON home_view (opened_at);

CREATE TABLE seen_request (
    key text PRIMARY KEY,                      -- a repeated delivery or a double click is answered, not done again
    at  timestamptz NOT NULL
);
CREATE INDEX seen_request_age ON seen_request (at);

-- Erasures -------------------------------------------------------------------------------------------------------

-- A person whose data are taken away on request. What remains of them everywhere is the number: 'erased contact #12'.
CREATE TABLE erasure (
    id            uuid PRIMARY KEY,
    number        bigint NOT NULL UNIQUE,
    whom          text NOT NULL CHECK (whom IN ('contact', 'operator')),
    subject       text NOT NULL,               -- digest of the address, or the id of the operator
    state         text NOT NULL CHECK (state IN ('proposed', 'running', 'done', 'declined')),
    reason        text NOT NULL,
    words         jsonb,                       -- what is looked for; gone as soon as it is decided that, or done
    asked_by      text NOT NULL,
    asked_by_id   uuid,
    decided_by    text,
    decided_by_id uuid,
    begun_entry   bigint,                      -- the line of the timeline without which nothing is taken out of it
    step          text NOT NULL DEFAULT '',    -- which step comes next,
    place         text NOT NULL DEFAULT '',    -- and where in it
    counts        jsonb NOT NULL DEFAULT '{}',
    created_at    timestamptz NOT NULL,
    begun_at      timestamptz,
    done_at       timestamptz
);
CREATE SEQUENCE erasure_number;
-- Two at once would take away from one another what they look for.
CREATE UNIQUE INDEX erasure_one ON erasure (subject) WHERE state IN ('proposed', 'running');

-- Addresses that were erased, as digests under a secret that the database holds in a sealed form only. None of them
-- comes back by a file; and what kept it from being mailed is put back when a person takes it up again.
CREATE TABLE erased_address (
    digest        text PRIMARY KEY,
    erasure_id    uuid NOT NULL REFERENCES erasure,
    suppressions  jsonb NOT NULL,
    erased_at     timestamptz NOT NULL,
    lifted_at     timestamptz,
    lifted_by     text,
    lift_reason   text
);
CREATE INDEX erased_address_of ON erased_address (erasure_id);
CREATE TABLE erasure_secret (
    one     boolean PRIMARY KEY DEFAULT true CHECK (one),
    key_id  smallint NOT NULL,                 -- the signing key under which it is sealed
    sealed  bytea NOT NULL,
    proof   bytea NOT NULL                     -- digest of it, so that a wrong key is noticed
);

-- A text without the words that a pattern finds, with the mark in their place; a sentence that is kept with its values
-- (domain/kernel/sentences.py) loses them value by value, and stays one.
CREATE FUNCTION words_out_of_text(told text, pattern text, mark text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog AS $$
BEGIN
    IF starts_with(told, '{"say"') THEN
        BEGIN
            RETURN public.words_out_of_json(told::json, pattern, mark);
        EXCEPTION WHEN data_exception THEN  -- a person's words that only look like it
            NULL;
        END;
    END IF;
    RETURN regexp_replace(told, pattern, mark, 'gi');
END $$;

-- The same of each text in JSON, its keys in their order; figures, days and currencies are no words.
CREATE FUNCTION words_out_of_json(told json, pattern text, mark text) RETURNS text
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog AS $$
BEGIN
    CASE json_typeof(told)
    WHEN 'string' THEN
        RETURN to_json(public.words_out_of_text(told #>> '{}', pattern, mark))::text;
    WHEN 'array' THEN
        RETURN '[' || coalesce((
            SELECT string_agg(public.words_out_of_json(one, pattern, mark), ', ' ORDER BY nth)
            FROM json_array_elements(told) WITH ORDINALITY AS u (one, nth)), '') || ']';
    WHEN 'object' THEN
        IF (SELECT count(*) = 1 AND min(name) IN ('day', 'number') FROM json_object_keys(told) AS u (name)) THEN
            RETURN told::text;  -- a value of such a sentence
        END IF;
        RETURN '{' || coalesce((
            SELECT string_agg(to_json(regexp_replace(name, pattern, mark, 'gi'))::text || ': ' || CASE name
                WHEN 'currency' THEN one::text ELSE public.words_out_of_json(one, pattern, mark) END, ', ' ORDER BY nth)
            FROM json_each(told) WITH ORDINALITY AS u (name, one, nth)), '') || '}';
    ELSE
        RETURN told::text;
    END CASE;
END $$;

-- Whether a text is another with the mark where some of its words stood: words go, and none comes but the mark.
CREATE FUNCTION gave_way(was text, became text, mark text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
    SELECT strpos(became, mark) > 0
       AND was LIKE replace(replace(replace(replace(became, '\', '\\'), '%', '\%'), '_', '\_'), mark, '%')
$$;

-- Whether one line differs from another only by words that gave way to a mark: the same keys in the same places, and
-- no number, day, id, currency or state touched.
CREATE FUNCTION only_words_gone(was jsonb, became jsonb, mark text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog AS $$
DECLARE
    name text;
BEGIN
    IF was = became THEN
        RETURN true;
    ELSIF jsonb_typeof(was) <> jsonb_typeof(became) THEN
        RETURN false;
    ELSIF jsonb_typeof(was) = 'string' THEN
        RETURN public.gave_way(was #>> '{}', became #>> '{}', mark)
           AND was #>> '{}' !~ '^([0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}|\d{4}-\d\d-\d\d([T ].*)?)$';
    ELSIF jsonb_typeof(was) = 'array' THEN
        RETURN jsonb_array_length(was) = jsonb_array_length(became) AND NOT EXISTS (
            SELECT FROM generate_series(0, jsonb_array_length(was) - 1) at
            WHERE NOT public.only_words_gone(was -> at, became -> at, mark));
    ELSIF jsonb_typeof(was) = 'object' THEN
        IF (SELECT count(*) FROM jsonb_object_keys(was)) <> (SELECT count(*) FROM jsonb_object_keys(became)) THEN
            RETURN false;
        END IF;
        FOR name IN SELECT jsonb_object_keys(was) LOOP
            IF NOT became ? name THEN
                RETURN false;
            ELSIF name IN ('currency', 'minor', 'kind', 'state', 'actor_kind') THEN
                IF was -> name <> became -> name THEN
                    RETURN false;
                END IF;
            ELSIF NOT public.only_words_gone(was -> name, became -> name, mark) THEN
                RETURN false;
            END IF;
        END LOOP;
        RETURN true;
    END IF;
    RETURN false;
END $$;

CREATE FUNCTION words_may_go(was timeline_entry, became timeline_entry, erasing uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog AS $$
DECLARE
    mark text;
BEGIN
    SELECT CASE e.whom WHEN 'contact' THEN 'erased contact #' ELSE 'operator #' END || e.number INTO mark
    FROM public.erasure e WHERE e.id = erasing AND e.state = 'running';
    RETURN mark IS NOT NULL
       AND (was.id, was.kind, was.request_id, was.at) = (became.id, became.kind, became.request_id, became.at)
       AND was.invoice_id IS NOT DISTINCT FROM became.invoice_id
       AND was.account_id IS NOT DISTINCT FROM became.account_id
       AND (was.actor = became.actor OR public.gave_way(was.actor, became.actor, mark))
       AND public.only_words_gone(was.fact, became.fact, mark);
END $$;

-- The one way to take words out of the timeline. It acts as the owner of the table, whom the trigger lets pass; the role
-- of the running product may call it, and may not write to the table by itself. It works for an erasure that is running
-- and whose beginning stands in the timeline, and whatever it is given, the trigger lets only words go.
CREATE FUNCTION erase_from_timeline(erasing uuid, entries bigint[], actors text[], facts text[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    changed integer;
BEGIN
    IF NOT EXISTS (SELECT FROM public.erasure e JOIN public.timeline_entry t ON t.id = e.begun_entry
                   WHERE e.id = erasing AND e.state = 'running' AND t.kind = 'erasure.begun'
                     AND t.fact ->> 'erasure_id' = erasing::text) THEN
        RAISE EXCEPTION 'no such erasure is running';
    END IF;
    PERFORM set_config('plixo.erasure', erasing::text, true);
    UPDATE public.timeline_entry t SET actor = n.actor, fact = n.fact::jsonb
    FROM unnest(entries, actors, facts) AS n (id, actor, fact) WHERE t.id = n.id;
    GET DIAGNOSTICS changed = ROW_COUNT;
    PERFORM set_config('plixo.erasure', '', true);
    RETURN changed;
END $$;
REVOKE EXECUTE ON FUNCTION erase_from_timeline(uuid, bigint[], text[], text[]) FROM PUBLIC;
