import FoundationEssentials
import Testing

@testable import Gatehouse

@Suite struct TenantCacheTests {
    static let wall = Date(timeIntervalSince1970: 1_800_000_000)
    static let start = ContinuousClock.now

    static func served(
        _ slug: String, id: UUID = UUID(), origins: [String] = [], isEnabled: Bool = true
    ) -> ServedTenant {
        var settings = TenantSettings.standard
        settings.allowedOrigins = origins
        let tenant = Tenant(id: id, slug: slug, name: slug, settings: settings, isEnabled: isEnabled, createdAt: wall)
        return ServedTenant(tenant: tenant, keys: [], publicURL: "http://gatehouse.test", at: wall)
    }

    @Test("Beyond its capacity the least recently used goes first")
    func eviction() {
        var cache = TenantCache(capacity: 3)
        for slug in ["a1", "b1", "c1"] {
            cache.insert(Self.served(slug), readAt: Self.start, epoch: cache.changes.epoch)
        }
        #expect(cache.lookUp("a1", now: Self.start, wall: Self.wall) != nil)
        cache.insert(Self.served("d1"), readAt: Self.start, epoch: cache.changes.epoch)
        #expect(cache.lookUp("b1", now: Self.start, wall: Self.wall) == nil)
        for slug in ["a1", "c1", "d1"] { #expect(cache.lookUp(slug, now: Self.start, wall: Self.wall) != nil) }
    }

    @Test("While nothing tells of changes an entry is used for five seconds, else for as long as it is not changed")
    func freshness() {
        var cache = TenantCache(capacity: 3)
        let served = Self.served("a1")
        cache.insert(served, readAt: Self.start, epoch: cache.changes.epoch)
        #expect(cache.lookUp("a1", now: Self.start + .seconds(5), wall: Self.wall) != nil)
        #expect(cache.lookUp("a1", now: Self.start + .milliseconds(5001), wall: Self.wall) == nil)
        cache.freshness = nil
        #expect(cache.lookUp("a1", now: Self.start + .seconds(5000), wall: Self.wall) != nil)
        cache.drop(served.tenant.id)
        #expect(cache.lookUp("a1", now: Self.start, wall: Self.wall) == nil)
    }

    @Test("Of a tenant that is dropped the id stays, but nothing to serve, until a look-up says that it is gone")
    func dropped() {
        var cache = TenantCache(capacity: 3)
        let (shop, blog) = (Self.served("shop"), Self.served("blog"))
        for served in [shop, blog] { cache.insert(served, readAt: Self.start, epoch: cache.changes.epoch) }
        cache.drop(shop.tenant.id)
        #expect(cache.lookUp("shop", now: Self.start, wall: Self.wall) == nil)
        #expect(cache.lookUp("blog", now: Self.start, wall: Self.wall) != nil)
        cache.dropAll()
        #expect(cache.lookUp("blog", now: Self.start, wall: Self.wall) == nil)
        // What a look-up says that began before the tenant was read is no news.
        cache.forget("blog", readAt: Self.start - .seconds(1))
        #expect([cache.tenantID(of: "shop"), cache.tenantID(of: "blog")] == [shop.tenant.id, blog.tenant.id])
        cache.forget("blog", readAt: Self.start)
        #expect(cache.tenantID(of: "blog") == nil && cache.tenantID(of: "news") == nil)
    }

    @Test("Whose scripts may be told of trouble stays known however old it is, until the tenant is gone or disabled")
    func lastKnownOrigins() {
        var cache = TenantCache(capacity: 3)
        let origins = ["https://app.example"]
        let shop = Self.served("shop", origins: origins)
        cache.insert(shop, readAt: Self.start, epoch: cache.changes.epoch)
        #expect(cache.lookUp("shop", now: Self.start + .seconds(6), wall: Self.wall) == nil)
        #expect(cache.allowedOrigins(of: "shop") == origins && cache.allowedOrigins(of: "blog") == nil)
        cache.drop(shop.tenant.id)
        #expect(cache.allowedOrigins(of: "shop") == origins)
        let disabled = Self.served("shop", id: shop.tenant.id, origins: origins, isEnabled: false)
        cache.insert(disabled, readAt: Self.start, epoch: cache.changes.epoch)
        #expect(cache.allowedOrigins(of: "shop") == nil)
        cache.insert(shop, readAt: Self.start, epoch: cache.changes.epoch)
        cache.forget("shop", readAt: Self.start)
        #expect(cache.allowedOrigins(of: "shop") == nil)
    }

    @Test("A tenant that is dropped may be read again for an unknown key at once")
    func droppedReread() {
        var cache = TenantCache(capacity: 3)
        let shop = Self.served("shop")
        cache.insert(shop, readAt: Self.start, epoch: cache.changes.epoch)
        let first = cache.mayReread("shop", now: Self.start)
        cache.drop(shop.tenant.id)
        let second = cache.mayReread("shop", now: Self.start)
        #expect(first && second)
    }

    @Test("Those that were dropped go first, as the least recently used")
    func droppedEviction() {
        var cache = TenantCache(capacity: 2)
        let shop = Self.served("shop")
        for served in [shop, Self.served("blog")] {
            cache.insert(served, readAt: Self.start, epoch: cache.changes.epoch)
        }
        cache.drop(shop.tenant.id)
        cache.insert(Self.served("news"), readAt: Self.start, epoch: cache.changes.epoch)
        #expect(cache.tenantID(of: "shop") == nil && cache.tenantID(of: "blog") != nil)
    }

    @Test("A slug may get another tenant, and a tenant another slug: a change is heard by what is so now")
    func moved() {
        var cache = TenantCache(capacity: 3)
        let (old, new) = (Self.served("shop"), Self.served("shop"))
        for served in [old, new] { cache.insert(served, readAt: Self.start, epoch: cache.changes.epoch) }
        cache.drop(old.tenant.id)
        #expect(cache.lookUp("shop", now: Self.start, wall: Self.wall) === new)
        let renamed = Self.served("store", id: new.tenant.id)
        cache.insert(renamed, readAt: Self.start, epoch: cache.changes.epoch)
        #expect(cache.tenantID(of: "shop") == nil)
        cache.drop(new.tenant.id)
        #expect(cache.lookUp("store", now: Self.start, wall: Self.wall) == nil)
    }

    @Test("An unknown key causes at most one re-read per second")
    func rereads() {
        var cache = TenantCache(capacity: 3)
        cache.insert(Self.served("a1"), readAt: Self.start, epoch: cache.changes.epoch)
        let first = cache.mayReread("a1", now: Self.start)
        cache.insert(Self.served("a1"), readAt: Self.start, epoch: cache.changes.epoch)
        let early = cache.mayReread("a1", now: Self.start + .milliseconds(999))
        let later = cache.mayReread("a1", now: Self.start + .seconds(1))
        #expect([first, early, later] == [true, false, true])
    }
}

@Suite struct TenantChangesTests {
    @Test(
        "What was read before a change of its own tenant, or of all, may be old; another tenant's change is no matter")
    func unchanged() {
        var changes = TenantChanges()
        let (shop, blog) = (UUID(), UUID())
        let before = changes.epoch
        changes.note(shop)
        #expect(!changes.isUnchanged(shop, since: before) && changes.isUnchanged(blog, since: before))
        #expect(changes.isUnchanged(shop, since: changes.epoch))
        changes.noteEverything()
        #expect(!changes.isUnchanged(blog, since: before) && changes.isUnchanged(blog, since: changes.epoch))
    }

    @Test("Of more changes than it keeps it says that everything may have changed, never that nothing has")
    func bounded() {
        var changes = TenantChanges()
        let shop = UUID()
        changes.note(shop)
        let before = changes.epoch
        for _ in 0..<1024 { changes.note(UUID()) }
        #expect(!changes.isUnchanged(shop, since: before) && changes.isUnchanged(shop, since: changes.epoch))
    }

    @Test("The cache keeps nothing that was read before its tenant changed")
    func staleInsert() {
        var cache = TenantCache(capacity: 3)
        let (shop, blog) = (TenantCacheTests.served("shop"), TenantCacheTests.served("blog"))
        let epoch = cache.changes.epoch
        cache.drop(shop.tenant.id)
        for served in [shop, blog] { cache.insert(served, readAt: TenantCacheTests.start, epoch: epoch) }
        #expect(cache.lookUp("shop", now: TenantCacheTests.start, wall: TenantCacheTests.wall) == nil)
        #expect(cache.lookUp("blog", now: TenantCacheTests.start, wall: TenantCacheTests.wall) != nil)
    }
}
