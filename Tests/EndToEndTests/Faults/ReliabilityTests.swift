import Testing

/// Each experiment is in a file of its own, beside this one. `make faults` runs them in their long form.
@Suite("PostgreSQL's bad days", .serialized, .timeLimit(.minutes(3)))
struct ReliabilityTests {}
