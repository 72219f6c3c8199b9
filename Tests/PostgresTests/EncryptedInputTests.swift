import PostgresCluster
import TestSupport
import Testing

@testable import Postgres

@Suite(
    "Answers over TLS", .timeLimit(.minutes(2)),
    .enabled(if: TLSProxy.isExpected, "python3 isn't installed (apt install python3)"))
struct EncryptedInputTests {
    private let texts = Statement<(size: Int32, count: Int), String>(
        "select repeat('x', $1) from generate_series(1::bigint, $2)", bind: { ($0.size, $0.count) },
        row: { (text: String) in text })

    @Test("arrive whole in records that are larger than what libpq reads at once, wherever the last one ends")
    func largeRecords() async throws {
        try await TestAuthority.with { authority in
            let certificate = try authority.server()
            try await withDedicatedCluster { cluster async throws in
                try await TLSProxy.run(before: cluster, certificate: certificate) { proxy async throws in
                    let connection = try await Connection.open(
                        """
                        host=127.0.0.1 port=\(proxy.port) user=postgres dbname=postgres gssencmode=disable
                        sslmode=verify-ca sslrootcert=\(authority.file)
                        """)
                    for size in [5000, 7000] as [Int32] {
                        for count in 1...40 {
                            let answer = try await connection.query(texts, (size, count))
                            #expect(answer.map(\.utf8.count) == Array(repeating: Int(size), count: count))
                        }
                    }
                    await connection.close()
                }
            }
        }
    }
}
