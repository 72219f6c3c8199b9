internal import Tracing

/// Makes spans of what is asked of the database, where there is a tracer and a span at work that they belong to. What a
/// program does by itself, beside any request, makes none.
struct StatementTrace: Sendable {
    let tracer: (any Tracer)?

    /// From the moment a statement is given to its connection until its rows are there.
    nonisolated(nonsending) func statement<R>(
        _ summary: String, _ body: () async throws(PostgresError) -> R
    ) async throws(PostgresError) -> R {
        guard let tracer, let context = InstrumentationContext.current else { return try await body() }
        let span = tracer.startSpan(summary, context: context, ofKind: .client)
        defer { span.end() }
        if span.isRecording {
            span.attributes = [
                "db.system.name": "postgresql", "db.query.summary": "\(summary)",
            ]
        }
        return try await Self.noting(span, body)
    }

    /// While nothing but a connection is lacking.
    nonisolated(nonsending) func wait<R>(
        _ body: () async throws(PostgresError) -> R
    ) async throws(PostgresError) -> R {
        guard let tracer, let context = InstrumentationContext.current else { return try await body() }
        let span = tracer.startSpan("pool wait", context: context)
        defer { span.end() }
        return try await Self.noting(span, body)
    }

    /// An error is named by what it is; its text may quote values.
    private nonisolated(nonsending) static func noting<R>(
        _ span: any Span, _ body: () async throws(PostgresError) -> R
    ) async throws(PostgresError) -> R {
        do {
            return try await body()
        } catch {
            if case .server(let answer) = error {
                span.attributes["db.response.status_code"] = answer.state.rawValue
            }
            span.attributes["error.type"] = error.kind
            span.setStatus(SpanStatus(code: .error))
            throw error
        }
    }
}
