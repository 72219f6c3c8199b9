-- Mails to be sent, each committed with what caused it, and the queue of what is to be delivered. New tables: no request knows of
-- them yet. Their references lock tenants against writers, who are operators, for an instant, which has to be had within two
-- seconds; the reference to users follows in a migration of its own, for the reason given in version 10.
set local lock_timeout = '2s';

-- No token and no code is in here: they are made when the mail is sent.
create table mails (
    tenant_id uuid not null,
    id uuid not null,
    -- Null until it is looked up by the recipient's address, so that a request costs the same whether or not there is a user.
    user_id uuid,
    kind text not null,
    recipient text not null,
    locale text,
    detail jsonb not null default '{}',
    created_at timestamptz not null default now(),
    -- When its one-time token was made; a later attempt sends the same one, and none once that has been used.
    issued_at timestamptz,
    -- Of a dead letter: when it was given up.
    failed_at timestamptz,
    -- Why the last attempt failed: a code, never what a server has said.
    failure text,
    constraint mails_pkey primary key (tenant_id, id),
    constraint mails_tenant_fkey foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint mails_recipient_length check (octet_length(recipient) between 3 and 254),
    constraint mails_locale_length check (octet_length(locale) between 1 and 35),
    constraint mails_detail_object check (jsonb_typeof(detail) = 'object')
);

create index mails_user_id on mails (tenant_id, user_id);

alter table mails enable row level security;
alter table mails force row level security;
create policy mails_of_the_tenant on mails
    using (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid);

grant select, insert, update, delete on mails to gatehouse_service;

-- What is due to be delivered, for whichever instance takes it first. It belongs to no tenant, so that one statement finds the work
-- of all; it says nothing but that there is some.
create table deliveries (
    id uuid not null,
    tenant uuid not null,
    kind text not null,
    due_at timestamptz not null default now(),
    attempts integer not null default 0,
    constraint deliveries_pkey primary key (id),
    constraint deliveries_tenant_fkey foreign key (tenant) references tenants (id) on delete cascade
);

create index deliveries_due_at on deliveries (kind, due_at);
create index deliveries_tenant on deliveries (tenant);

grant select, insert, update, delete on deliveries to gatehouse_service;

-- A tenant's own wording. The locale is a language tag in lower case, or empty for what is sent where none fits better.
create table mail_templates (
    tenant_id uuid not null,
    kind text not null,
    locale text not null default '',
    subject text not null,
    text text not null,
    html text,
    updated_at timestamptz not null default now(),
    constraint mail_templates_pkey primary key (tenant_id, kind, locale),
    constraint mail_templates_tenant_fkey foreign key (tenant_id) references tenants (id) on delete cascade,
    constraint mail_templates_locale_length check (octet_length(locale) <= 35),
    constraint mail_templates_subject_length check (char_length(subject) between 1 and 500),
    constraint mail_templates_text_length check (octet_length(text) between 1 and 65536),
    constraint mail_templates_html_length check (octet_length(html) between 1 and 65536)
);

alter table mail_templates enable row level security;
alter table mail_templates force row level security;
create policy mail_templates_of_the_tenant on mail_templates
    using (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid)
    with check (tenant_id = nullif(current_setting('gatehouse.tenant_id', true), '')::uuid);

grant select on mail_templates to gatehouse_service;
