extension LibPQ {
    /// Reads what has come, so that a wait for the socket sees what hasn't been read. False when the connection is lost.
    func readInput(interrupt: WakePipe) -> Bool {
        consumeInput() && readRest(interrupt: interrupt)
    }

    /// Reads what a read may have left that no wait for the socket sees. False when the connection is lost.
    ///
    /// What comes encrypted comes in records of up to 16 KB. One read takes of one record what libpq has room for, which is
    /// 8 KB at least; the rest is decrypted by then, and the socket shows nothing of it. Where it is the end of an answer, a
    /// wait for the socket would be in vain. A second read takes the whole rest, since there is room for 8 KB again. But
    /// where nothing was left it begins the next record, and may leave a rest of that: so there is no second read while the
    /// socket has something, which ends the next wait at once.
    func readRest(interrupt: WakePipe) -> Bool {
        guard isEncrypted else { return true }
        let hasMore = waitForSocket(socket, for: .read, interrupt: interrupt, until: nil).contains(.readable)
        return hasMore || consumeInput()
    }
}
