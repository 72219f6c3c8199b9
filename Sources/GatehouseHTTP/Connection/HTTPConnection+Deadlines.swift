import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

extension HTTPConnection {
    /// Makes sure that the timer fires no later than the deadline. One that fires early is set anew then, which is
    /// cheaper than moving it with every request.
    func arm(_ context: ChannelHandlerContext) {
        guard let deadline = progress.deadline, context.channel.isActive else { return }
        if let timer {
            guard deadline < timer.at else { return }
            timer.task.cancel()
        }
        let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.timerFired() }
        timer = (task, deadline)
    }

    func disarm() {
        timer?.task.cancel()
        timer = nil
    }

    private func timerFired() {
        timer = nil
        guard let context else { return }
        let now = NIODeadline.now()
        if let deadline = progress.deadline, deadline <= now {
            if let taking = progress.takingDeadline, taking <= now { dropUntaken(context) }
            context.close(promise: nil)
        } else {
            arm(context)
        }
    }

    /// Has the system forget what it still holds for a client that doesn't read, rather than offer it for minutes.
    private func dropUntaken(_ context: ChannelHandlerContext) {
        guard let socket = context.channel as? any SocketOptionProvider else { return }
        // On its own event loop it has happened when this returns.
        _ = socket.setSoLinger(linger(l_onoff: 1, l_linger: 0))
    }
}
