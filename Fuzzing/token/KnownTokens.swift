/// Tokens that were signed with the keys of `TestKeys`, one for each algorithm.
enum KnownTokens {
    static let all = [
        "eyJhbGciOiJIUzI1NiIsImtpZCI6IkhTMjU2IiwidHlwIjoicnQrand0In0"
            + ".eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUvdC9zaG9wIiwiZXhwIjoyMDAwMDAwOTAwLCJnZW4iOjd9"
            + ".12MCU0sUwNlcKY4LzDRsIWSC2eN0yOH3fx7MlUjYNnc",
        "eyJhbGciOiJFZERTQSIsImtpZCI6IkVkRFNBIiwidHlwIjoiYXQrand0In0"
            + ".eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUvdC9zaG9wIiwiZXhwIjoyMDAwMDAwOTAwLCJnZW4iOjd9"
            + ".l6OGEUB0_yc5mEzntXYWlrxrKTtIq4zi7xZk5FS4Nf8ouzYZPzHEbD3bTvworARbeDahhtWsldH1MTSR_0N0CQ",
        "eyJhbGciOiJFUzI1NiIsImtpZCI6IkVTMjU2IiwidHlwIjoiYXQrand0In0"
            + ".eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUvdC9zaG9wIiwiZXhwIjoyMDAwMDAwOTAwLCJnZW4iOjd9"
            + ".jruaX1-oOcK03abjY18PWDTnN_73L9q7WN49n75_Kj7iHl0Jv365wvFB8WHcddmNtehLOQur1YMWNzwBT-4-Ow",
    ]
}
