-- Every tenant is looked at once, which notes when its keys are due from then on. Rows are written one by one, and while the
-- index is made tenants is locked against writers, who are operators: logins and refreshes only read it, and go on.
set local lock_timeout = '2s';
update tenants set keys_due_at = now();
create index tenants_keys_due_at on tenants (keys_due_at) where keys_due_at is not null;
