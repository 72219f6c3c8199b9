create table users (
    id uuid primary key,
    email text not null unique,
    password_hash text not null,
    disabled_at timestamptz,
    created_at timestamptz not null default now()
);

-- A rotation changes no indexed column, and pages keep room for it.
create table sessions (
    id uuid primary key,
    user_id uuid not null references users (id) on delete cascade,
    secret_digest bytea not null,
    created_at timestamptz not null default now(),
    rotated_at timestamptz not null default now(),
    ended_at timestamptz
) with (fillfactor = 70);
create index on sessions (user_id);
