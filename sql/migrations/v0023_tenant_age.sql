-- By which the oldest tenant and the newest are found, whose keys tell whether a master key is the right one: each look at the readiness
-- and each new tenant asks for them, and used to read all tenants twice. While the index is made tenants is locked against writers, who
-- are operators and the schedule of keys: as long as sorting its rows takes, of which a large installation has ten thousand. Logins and
-- refreshes only read it, and go on. The lock has to be had within two seconds.
set local lock_timeout = '2s';

create index tenants_created_at on tenants (created_at, id);
