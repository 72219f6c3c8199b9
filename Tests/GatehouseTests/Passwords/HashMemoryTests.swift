import Dispatch
import Synchronization
import Testing

import struct FoundationEssentials.UUID

@testable import Gatehouse

@Suite("The memory of a hash thread", .timeLimit(.minutes(1)))
struct HashMemoryTests {
    /// From libargon2's test.c, of 64 MiB.
    static let published = StoredHashTests.vectors.filter { $0.stored.hasPrefix("$argon2") }
    private static let enough = 64 << 20

    private func matches(_ password: String, _ stored: String) throws -> Bool {
        let hash = try #require(PasswordHash(stored: stored).parsed)
        var bytes = Array(password.utf8)
        return try hash.matches(&bytes)
    }

    @Test("Hashes computed in kept memory are the published ones, the first and those after it", arguments: published)
    func knownAnswers(password: String, stored: String) throws {
        let memory = HashMemory(capacity: Self.enough)
        try memory.serve { () throws in
            #expect(!memory.isKept)
            for _ in 0..<2 {
                #expect(try matches(password, stored))
                #expect(memory.isKept)
            }
            #expect(try !matches(password + "x", stored))
        }
    }

    @Test("A hash overwrites all of the memory it asks for, and leaves nothing but zeros in it")
    func wiping() throws {
        let (password, stored) = try #require(Self.published.first)
        let memory = HashMemory(capacity: Self.enough)
        try memory.serve { () throws in
            #expect(try matches(password, stored))
            let kept = try #require(memory.kept)
            #expect(kept.count == Self.enough)
            #expect(isZero(kept))
            kept.initializeMemory(as: UInt8.self, repeating: 0xA5)
            #expect(try matches(password, stored))
            #expect(isZero(kept))
        }
    }

    private func isZero(_ memory: UnsafeMutableRawBufferPointer) -> Bool {
        memory.bindMemory(to: UInt64.self).allSatisfy { $0 == 0 }
    }

    @Test("What has been given back is asked for anew by the next hash")
    func givingBack() throws {
        let (password, stored) = try #require(Self.published.first)
        let memory = HashMemory(capacity: Self.enough)
        memory.giveBack()
        try memory.serve { () throws in
            #expect(try matches(password, stored))
            memory.giveBack()
            #expect(!memory.isKept)
            #expect(try matches(password, stored))
            #expect(memory.isKept)
        }
    }

    @Test("A hash that needs more than is kept is computed all the same", arguments: published)
    func larger(password: String, stored: String) throws {
        let memory = HashMemory(capacity: Self.enough - 1)
        try memory.serve { () throws in
            #expect(try matches(password, stored))
            #expect(!memory.isKept)
            let small = try Argon2Parameters(parsing: "m=64,t=1,p=1")
            var bytes = Array("swordfish".utf8)
            _ = try Argon2Hash.make(of: &bytes, parameters: small)
            let kept = try #require(memory.kept)
            #expect(try matches(password, stored))
            #expect(memory.kept?.baseAddress == kept.baseAddress)
        }
    }

    @Test("Where the system has no memory to keep, a hash is computed in what malloc has", arguments: published)
    func unmappable(password: String, stored: String) throws {
        let memory = HashMemory(capacity: 1 << 60)
        try memory.serve { () throws in
            #expect(try matches(password, stored))
            #expect(!memory.isKept)
        }
    }

    @Test("Memory serves its own thread while that says so, and no longer")
    func scope() throws {
        let (outer, inner) = (HashMemory(capacity: 1), HashMemory(capacity: 1))
        #expect(HashMemory.ofThisThread == nil)
        outer.serve {
            inner.serve { #expect(HashMemory.ofThisThread === inner) }
            #expect(HashMemory.ofThisThread === outer)
        }
        #expect(HashMemory.ofThisThread == nil)
    }

    @Test(
        "A hash of the configured cost fits, whatever libargon2 rounds",
        arguments: ["m=8,t=1,p=1", "m=1027,t=1,p=1", "m=1031,t=1,p=3", "m=512,t=1,p=64", "m=19456,t=2,p=1"])
    func configured(text: String) throws {
        let parameters = try Argon2Parameters(parsing: text)
        let memory = HashMemory(capacity: parameters.workingMemory)
        try memory.serve { () throws in
            var bytes = Array("swordfish".utf8)
            let hash = try Argon2Hash.make(of: &bytes, parameters: parameters)
            #expect(memory.isKept)
            #expect(try matches("swordfish", hash.encoded))
        }
    }
}

extension HashMemoryTests {
    /// A job that computes the hash, and says where the memory was kept before and is afterwards.
    private func hash(
        on threads: HashThreads, meanwhile: @escaping @Sendable () -> Void = {}
    ) async throws -> (before: UInt?, after: UInt?) {
        let (password, stored) = try #require(Self.published.first)
        return try await threads.run(for: UUID()) { () throws(HashingFailure) in
            let memory = HashMemory.ofThisThread
            let before = memory?.kept?.baseAddress.map(UInt.init(bitPattern:))
            var bytes = Array(password.utf8)
            guard try PasswordHash(stored: stored).parsed?.matches(&bytes) == true else { throw .overloaded }
            meanwhile()
            return (before, memory?.kept?.baseAddress.map(UInt.init(bitPattern:)))
        }
    }

    @Test("A thread keeps its memory from one hash to the next while it is patient")
    func keeping() async throws {
        let threads = HashThreads(count: 1, queueLimit: 1, memory: Self.enough, patience: .never)
        defer { threads.stop() }
        let first = try await hash(on: threads)
        #expect(first.before == nil)
        let second = try await hash(on: threads)
        #expect(second.before != nil && second.before == first.after)
    }

    @Test("A thread with nothing to do gives its memory back")
    func idling() async throws {
        let threads = HashThreads(count: 1, queueLimit: 1, memory: Self.enough, patience: .nanoseconds(0))
        defer { threads.stop() }
        let hashed = try await hash(on: threads)
        #expect(hashed.after != nil)
        // The next job may come before the thread has looked whether there is one.
        while try await threads.run(for: UUID(), { HashMemory.ofThisThread?.isKept ?? true }) { await Task.yield() }
        #expect(try await hash(on: threads).before == nil)
    }

    @Test("Threads that hash at once have memory of their own")
    func concurrency() async throws {
        let threads = HashThreads(count: 3, queueLimit: 3, memory: Self.enough)
        defer { threads.stop() }
        let present = Counter()
        let places = try await withThrowingTaskGroup(of: UInt?.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    try await hash(on: threads) {
                        present.value.add(1, ordering: .relaxed)
                        while present.value.load(ordering: .relaxed) < 3 {}
                    }.after
                }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(places.count == 3 && !places.contains(nil))
    }

    private final class Counter: Sendable {
        let value = Atomic(0)
    }
}
