/// Cancels `body` when it takes longer than `limit`, and returns what it returns: it has to end soon after.
func cancelling<R: Sendable>(after limit: Duration, _ body: @escaping @Sendable () async -> R) async -> R {
    await withTaskGroup(of: R?.self) { group in
        group.addTask { await body() }
        group.addTask {
            try? await Task.sleep(for: limit)
            return nil
        }
        var result: R?
        for await ended in group {
            // Whichever task is first, the other is of no use any more.
            group.cancelAll()
            result = result ?? ended
        }
        guard let result else { preconditionFailure("The body has returned.") }
        return result
    }
}
