-- What a tenant's mails are sent as, and which of them it wants. Instances of the release before go on beside it: they send none.
-- The defaults rewrite nothing; tenants is locked for an instant, which has to be had within two seconds.
set local lock_timeout = '2s';

alter table tenants
    add column mail_from text,
    add column app_url text,
    add column require_verified_email boolean not null default false,
    add column email_login text not null default 'off',
    add constraint tenants_mail_from_length check (octet_length(mail_from) between 3 and 1000),
    add constraint tenants_app_url_length check (octet_length(app_url) between 8 and 1000),
    add constraint tenants_email_login_known check (email_login in ('off', 'link', 'code'));
