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

-- The timeline is the audit trail: nobody, the product included, may change or remove a line.
CREATE FUNCTION timeline_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the timeline is append-only';
END $$;
CREATE TRIGGER timeline_entry_append_only BEFORE UPDATE OR DELETE ON timeline_entry
    FOR EACH ROW EXECUTE FUNCTION timeline_is_append_only();

-- People ---------------------------------------------------------------------------------------------------------

CREATE TABLE person (
    id          uuid PRIMARY KEY,
    slack_id    text NOT NULL UNIQUE,          -- one identity, so that rights are those of the acting person
    name        text NOT NULL,
    created_at  timestamptz NOT NULL
);

CREATE TABLE role_grant (
    id          uuid PRIMARY KEY,
    person_id   uuid NOT NULL REFERENCES person,
    role        text NOT NULL,
    state       text NOT NULL CHECK (state IN ('active', 'revoked')),
    granted_by  text NOT NULL,
    reason      text NOT NULL,
    until       timestamptz,
    created_at  timestamptz NOT NULL
);
-- A role is held once: granting it again is no second grant that would survive the first one's revocation.
CREATE UNIQUE INDEX role_grant_once ON role_grant (person_id, role) WHERE state = 'active';

-- Ledger ---------------------------------------------------------------------------------------------------------

CREATE TABLE account (
    id          uuid PRIMARY KEY,
    number      text,
    name        text NOT NULL,
    name_key    text NOT NULL,
    country     text,
    locale      text,
    timezone    text,
    state       text NOT NULL CHECK (state IN ('active', 'excluded')),
    created_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX account_number_once ON account (number) WHERE number IS NOT NULL;
-- Without a customer number the name is all there is to recognise a customer by in the next import.
CREATE UNIQUE INDEX account_name_once ON account (name_key) WHERE number IS NULL;

CREATE TABLE contact (
    id          uuid PRIMARY KEY,
    account_id  uuid NOT NULL REFERENCES account,
    name        text NOT NULL DEFAULT '',
    email       text NOT NULL,
    email_key   text NOT NULL,
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
    state       text NOT NULL CHECK (state IN ('open', 'settled', 'void', 'written_off')),
    settled_on  date,
    created_at  timestamptz NOT NULL,
    CONSTRAINT invoice_open_within_total CHECK (open_minor BETWEEN 0 AND total_minor),
    -- The state and the balance cannot tell different stories.
    CONSTRAINT invoice_settled_means_nothing_open CHECK ((state = 'open') = (open_minor > 0))
);
CREATE INDEX invoice_account ON invoice (account_id);
CREATE INDEX invoice_due ON invoice (due_on, id) WHERE state = 'open';

CREATE TABLE payment (
    id           uuid PRIMARY KEY,
    account_id   uuid NOT NULL REFERENCES account,
    kind         text NOT NULL CHECK (kind IN ('payment', 'refund', 'chargeback', 'reinstated')),
    source       text NOT NULL CHECK (source IN ('stripe', 'import')),
    object_id    text NOT NULL,
    currency     text NOT NULL,
    amount_minor bigint NOT NULL,
    received_on  date NOT NULL,
    method       text NOT NULL,
    reverses_id  uuid REFERENCES payment,
    created_at   timestamptz NOT NULL,
    -- One movement of money at the provider is one line here, however often we are told of it.
    CONSTRAINT payment_once UNIQUE (object_id, kind),
    CONSTRAINT payment_sign CHECK ((amount_minor > 0) = (kind IN ('payment', 'reinstated')) AND amount_minor <> 0)
);
CREATE INDEX payment_account ON payment (account_id);
CREATE INDEX payment_reverses ON payment (reverses_id) WHERE reverses_id IS NOT NULL;

CREATE TABLE allocation (
    id           uuid PRIMARY KEY,
    payment_id   uuid NOT NULL REFERENCES payment,
    invoice_id   uuid NOT NULL REFERENCES invoice,
    amount_minor bigint NOT NULL CHECK (amount_minor <> 0),
    created_at   timestamptz NOT NULL,
    -- One payment is applied to one invoice in one line; a change of mind is a reversal.
    CONSTRAINT allocation_once UNIQUE (payment_id, invoice_id)
);
CREATE INDEX allocation_invoice ON allocation (invoice_id);

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

CREATE TABLE import_batch (
    id          uuid PRIMARY KEY,
    kind        text NOT NULL CHECK (kind IN ('invoices', 'contacts')),
    file_name   text NOT NULL,
    sha256      text NOT NULL,
    as_of       date,
    counts      jsonb NOT NULL,
    rejects     bytea,
    actor       text NOT NULL,
    created_at  timestamptz NOT NULL
);

-- Pay links ------------------------------------------------------------------------------------------------------

CREATE TABLE pay_link (
    id             uuid PRIMARY KEY,
    invoice_id     uuid NOT NULL REFERENCES invoice,
    contact_id     uuid NOT NULL REFERENCES contact,
    state          text NOT NULL CHECK (state IN ('active', 'used', 'replaced', 'closed')),
    issued_at      timestamptz NOT NULL,
    last_active_at timestamptz NOT NULL
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

CREATE TABLE checkout (
    id             uuid PRIMARY KEY,
    invoice_id     uuid NOT NULL REFERENCES invoice,
    link_id        uuid NOT NULL REFERENCES pay_link,
    state          text NOT NULL
                   CHECK (state IN ('created', 'open', 'processing', 'paid', 'failed', 'expired', 'mismatched')),
    amount_minor   bigint NOT NULL CHECK (amount_minor > 0),
    currency       text NOT NULL,
    order_terms    jsonb NOT NULL,
    session_id     text UNIQUE,
    url            text,
    expires_at     timestamptz NOT NULL,
    decline_code   text,
    declines       text[] NOT NULL DEFAULT '{}', -- ids of the declined attempts that were told; each is told once
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
    body        bytea NOT NULL,
    state       text NOT NULL CHECK (state IN ('stored', 'worked', 'ignored')),
    received_at timestamptz NOT NULL
);

-- Deliverability -------------------------------------------------------------------------------------------------

CREATE TABLE mailing (
    id          uuid PRIMARY KEY,
    unique_key  text NOT NULL UNIQUE,          -- one step, one message: however many planners plan it
    letter      text NOT NULL,
    invoice_id  uuid NOT NULL REFERENCES invoice,
    account_id  uuid NOT NULL REFERENCES account,
    contact_id  uuid NOT NULL REFERENCES contact,
    address     text NOT NULL,
    address_key text NOT NULL,
    message_id  text NOT NULL UNIQUE,
    link_id     uuid REFERENCES pay_link,
    payment_id  uuid REFERENCES payment,
    enrolment_id uuid,
    step        integer,
    state       text NOT NULL
                CHECK (state IN ('queued', 'sending', 'sent', 'withheld', 'unknown', 'refused')),
    reason      text NOT NULL DEFAULT '',      -- why it was sent, or why not
    queued_at   timestamptz NOT NULL,
    sent_at     timestamptz
);
CREATE INDEX mailing_invoice ON mailing (invoice_id, queued_at);
CREATE INDEX mailing_reminders_of_day ON mailing (queued_at) WHERE step IS NOT NULL;
CREATE INDEX mailing_address ON mailing (address_key);

CREATE TABLE inbound_mail (
    id            uuid PRIMARY KEY,
    envelope_from text NOT NULL,
    sent_to       text[] NOT NULL,
    body          bytea NOT NULL,
    sha256        bytea NOT NULL,
    size_bytes    integer NOT NULL,
    state         text NOT NULL CHECK (state IN ('stored', 'read', 'quarantined')),
    reading       jsonb,
    reason        text NOT NULL DEFAULT '',
    mailing_id    uuid REFERENCES mailing,
    seen_at       timestamptz,                 -- when a person dealt with it; null = unread
    received_at   timestamptz NOT NULL
);
-- A sender that missed our 250 sends again: the same message to the same address is one mail.
CREATE UNIQUE INDEX inbound_mail_once ON inbound_mail (sha256, sent_to);
CREATE INDEX inbound_mail_unread ON inbound_mail (received_at) WHERE seen_at IS NULL;

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
    created_at   timestamptz NOT NULL,
    lifted_at    timestamptz,
    lifted_by    text,
    lift_reason  text
);
-- An address is suppressed or it is not; the same bounce read twice is one suppression.
CREATE UNIQUE INDEX suppression_one_active ON suppression (address_key) WHERE state = 'active';

-- Outreach -------------------------------------------------------------------------------------------------------

CREATE TABLE cadence (
    id         uuid PRIMARY KEY,
    name       text NOT NULL,
    version    integer NOT NULL,
    state      text NOT NULL CHECK (state IN ('draft', 'published', 'retired')),
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
    CONSTRAINT cadence_step_once UNIQUE (cadence_id, position),
    CONSTRAINT cadence_step_order UNIQUE (cadence_id, offset_days)
);

CREATE TABLE enrolment (
    id             uuid PRIMARY KEY,
    invoice_id     uuid NOT NULL REFERENCES invoice,
    cadence_id     uuid NOT NULL REFERENCES cadence,
    state          text NOT NULL CHECK (state IN ('running', 'finished', 'closed')),
    last_position  integer NOT NULL DEFAULT 0,
    next_action_at timestamptz,                -- null: no step is left
    created_at     timestamptz NOT NULL
);
-- Two cadences on one invoice would mail it twice.
CREATE UNIQUE INDEX enrolment_one_running ON enrolment (invoice_id) WHERE state = 'running';
CREATE INDEX enrolment_invoice ON enrolment (invoice_id);
CREATE INDEX enrolment_due ON enrolment (next_action_at, id) WHERE state = 'running';

INSERT INTO cadence (id, name, version, state, created_at)
VALUES ('00000000-0000-4000-8000-000000000001', 'default', 1, 'published', now());
INSERT INTO cadence_step (id, cadence_id, position, offset_days, letter, tone) VALUES
    (gen_random_uuid(), '00000000-0000-4000-8000-000000000001', 1, -3, 'reminder-due', 'Neutral'),
    (gen_random_uuid(), '00000000-0000-4000-8000-000000000001', 2,  0, 'reminder-due', 'Neutral'),
    (gen_random_uuid(), '00000000-0000-4000-8000-000000000001', 3,  7, 'reminder-overdue', 'Neutral'),
    (gen_random_uuid(), '00000000-0000-4000-8000-000000000001', 4, 14, 'reminder-overdue', 'Confident'),
    (gen_random_uuid(), '00000000-0000-4000-8000-000000000001', 5, 21, NULL, 'Confident');

-- Operations -----------------------------------------------------------------------------------------------------

CREATE TABLE cron_run (
    cron  text NOT NULL,
    slot  timestamptz NOT NULL,
    at    timestamptz NOT NULL,
    PRIMARY KEY (cron, slot)                   -- any number of schedulers tick; one wins the slot
);

CREATE TABLE chat_message (
    id           uuid PRIMARY KEY,
    key          text NOT NULL UNIQUE,         -- "post once" is a fact of the database
    channel      text NOT NULL,
    ts           text,                         -- null: posting; the chat is asked before it is repeated
    content_hash text NOT NULL,
    invoice_id   uuid,
    updated_at   timestamptz NOT NULL
);
CREATE INDEX chat_message_unsent ON chat_message (updated_at) WHERE ts IS NULL;
CREATE INDEX chat_message_age ON chat_message (updated_at);

CREATE TABLE seen_request (
    key text PRIMARY KEY,                      -- a repeated delivery or a double click is answered, not done again
    at  timestamptz NOT NULL
);
CREATE INDEX seen_request_age ON seen_request (at);
