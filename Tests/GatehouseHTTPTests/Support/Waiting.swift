/// Returns once `condition` holds, and throws when the time of the test is over: what is waited for tells nobody.
func wait(until condition: () async throws -> Bool) async throws {
    while try await !condition() {
        try Task.checkCancellation()
        await Task.yield()
    }
}
