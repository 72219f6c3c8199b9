-- One-time tokens that were mailed. The references lock users against writers for an instant, which has to be had within two
-- seconds.
set local lock_timeout = '2s';

alter table mails add constraint mails_user_fkey
    foreign key (tenant_id, user_id) references users (tenant_id, id) on delete cascade;

-- Of a token there is its SHA-256. A code isn't stored: it follows from the row's id and a key that isn't in the database.
create table one_time_tokens (
    tenant_id uuid not null,
    -- That of the mail.
    id uuid not null,
    user_id uuid not null,
    purpose text not null,
    -- The address it was sent to, which whoever has it can read.
    email text not null,
    email_key text collate "C" not null generated always as (lower(email collate "C")) stored,
    token_hash bytea,
    master_key_id text not null,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    code_expires_at timestamptz,
    guesses_left integer not null default 5,
    constraint one_time_tokens_pkey primary key (tenant_id, id),
    constraint one_time_tokens_token_key unique (tenant_id, token_hash),
    constraint one_time_tokens_user_fkey foreign key (tenant_id, user_id)
        references users (tenant_id, id) on delete cascade,
    constraint one_time_tokens_token_hash_length check (octet_length(token_hash) = 32),
    constraint one_time_tokens_guesses_range check (guesses_left between 0 and 5)
);

-- The newest of a purpose is the one that counts. To undo a change of address several may be good: who changes it twice must not take
-- the first one from its owner.
create unique index one_time_tokens_newest on one_time_tokens (tenant_id, user_id, purpose)
    where purpose <> 'undo_email_change';
create index one_time_tokens_user_id on one_time_tokens (tenant_id, user_id);
-- A code for a new address comes with that address, which is nobody's yet.
create index one_time_tokens_new_address on one_time_tokens (tenant_id, email_key) where purpose = 'change_email';
create index one_time_tokens_expires_at on one_time_tokens (tenant_id, expires_at);

alter table one_time_tokens enable row level security;
alter table one_time_tokens force row level security;
create policy one_time_tokens_of_the_tenant on one_time_tokens
    using (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid);

grant select, insert, update, delete on one_time_tokens to gatehouse_service;
