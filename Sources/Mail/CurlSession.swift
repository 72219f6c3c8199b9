internal import CCurl
internal import Dispatch

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A handle of libcurl, and with it at most one connection to a mail server, kept from one mail to the next.
///
/// All calls of libcurl are in this file. A session may wander from thread to thread but is used by one at a time, which its not
/// being `Sendable` sees to.
final class CurlSession {
    private let handle: UnsafeMutableRawPointer

    /// Nil when there is no memory for it.
    init?() {
        guard Self.isReady, let handle = curl_easy_init() else { return nil }
        self.handle = handle
    }

    /// Ends the connection. libcurl takes leave of the server and waits for its answer, for as long as two minutes, so that is
    /// left to another thread.
    deinit {
        // Nobody else has the handle, and nobody can ask this object for it any more.
        nonisolated(unsafe) let handle = handle
        DispatchQueue(label: "gatehouse.mail.farewell").async { curl_easy_cleanup(handle) }
    }

    /// Initialises libcurl once, before any other thread of ours calls it.
    private static let isReady = gatehouse_curl_global_init() == CURLE_OK

    /// Hands in a mail, and blocks until the server has taken or refused it.
    func send(
        _ message: MailMessage, by server: SMTPServer, patience: SMTPServer.Patience, cancellation: Cancellation
    ) -> CurlOutcome {
        Self.keepBrokenConnectionsFromKilling()
        let upload = CurlUpload(message.rendered(), cancellation: cancellation)
        let recipients = curl_slist_append(nil, "<\(message.to.text)>")
        defer { curl_slist_free_all(recipients) }
        guard recipients != nil else { return CurlOutcome(CURLE_OUT_OF_MEMORY) }
        // Forgets the last mail and keeps the connection.
        curl_easy_reset(handle)
        do throws(OptionRefused) {
            try set(server)
            try set(patience)
            try set(CURLOPT_MAIL_FROM, "<\(message.from.address.text)>")
            try check(gatehouse_curl_set_list(handle, CURLOPT_MAIL_RCPT, recipients))
            try set(upload)
        } catch {
            return CurlOutcome(error.reason)
        }
        // libcurl has no more than a pointer to it.
        let result = withExtendedLifetime(upload) { curl_easy_perform(handle) }
        return CurlOutcome(
            result, status: number(CURLINFO_RESPONSE_CODE), hasBegunContent: upload.hasBegun,
            isReused: number(CURLINFO_NUM_CONNECTS) == 0)
    }

    private func set(_ server: SMTPServer) throws(OptionRefused) {
        try set(CURLOPT_URL, server.url.description)
        // Nothing from the environment or a file of the user's decides where mail goes.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_MAXCONNECTS, 1)
        try set(CURLOPT_USE_SSL, Int(server.url.security.curlLevel.rawValue))
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        if let caFile = server.caFile {
            try set(CURLOPT_CAINFO, caFile)
            // Where the system's certificates are, which would be trusted beside those of the file.
            try set(CURLOPT_CAPATH, nil)
        }
        if let user = server.url.user, let password = server.password {
            try set(CURLOPT_USERNAME, user)
            try set(CURLOPT_PASSWORD, password.text)
            // What every server has, and TLS keeps from others. Left to itself libcurl may take Kerberos or NTLM where they are offered.
            try set(CURLOPT_LOGIN_OPTIONS, "AUTH=PLAIN;AUTH=LOGIN")
        }
    }

    private func set(_ patience: SMTPServer.Patience) throws(OptionRefused) {
        try set(CURLOPT_CONNECTTIMEOUT_MS, patience.connect.milliseconds)
        try set(CURLOPT_TIMEOUT_MS, patience.mail.milliseconds)
        // Without it a slow name server is timed by SIGALRM, whichever thread that hits.
        try set(CURLOPT_NOSIGNAL, 1)
        gatehouse_curl_set_quick_exit(handle)
    }

    private func set(_ upload: CurlUpload) throws(OptionRefused) {
        let context = Unmanaged.passUnretained(upload).toOpaque()
        try set(CURLOPT_UPLOAD, 1)
        try check(gatehouse_curl_set_size(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(upload.size)))
        try check(
            gatehouse_curl_set_reader(handle) { buffer, size, count, context in
                guard let buffer, let context else { return Int(CURL_READFUNC_ABORT) }
                let upload = Unmanaged<CurlUpload>.fromOpaque(context).takeUnretainedValue()
                return upload.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
            })
        try check(gatehouse_curl_set_pointer(handle, CURLOPT_READDATA, context))
        // What comes back would be written to the standard output.
        try check(gatehouse_curl_set_writer(handle, CURLOPT_WRITEFUNCTION) { _, size, count, _ in size * count })
        try check(
            gatehouse_curl_set_progress(handle) { context, _, _, _, _ in
                guard let context else { return 1 }
                return Unmanaged<CurlUpload>.fromOpaque(context).takeUnretainedValue().isCancelled ? 1 : 0
            })
        try check(gatehouse_curl_set_pointer(handle, CURLOPT_XFERINFODATA, context))
        try set(CURLOPT_NOPROGRESS, 0)
    }

    // MARK: Options

    /// An option that this libcurl lacks, or has no memory for. No mail is sent without one that was asked for.
    private struct OptionRefused: Error { let reason: CURLcode }

    private func set(_ option: CURLoption, _ value: Int) throws(OptionRefused) {
        try check(gatehouse_curl_set_long(handle, option, value))
    }

    /// libcurl makes a copy of the text.
    private func set(_ option: CURLoption, _ value: String?) throws(OptionRefused) {
        try check(gatehouse_curl_set_text(handle, option, value))
    }

    private func check(_ result: CURLcode) throws(OptionRefused) {
        guard result == CURLE_OK else { throw OptionRefused(reason: result) }
    }

    private func number(_ info: CURLINFO) -> Int {
        var value = 0
        return gatehouse_curl_get_long(handle, info, &value) == CURLE_OK ? value : 0
    }

    /// Where TLS writes to a connection that the server has closed, the system may send SIGPIPE to the thread. Threads that mail
    /// was sent on never take it, as there is nothing that the signal could tell them.
    private static func keepBrokenConnectionsFromKilling() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}

extension Duration {
    fileprivate var milliseconds: Int { Int(self / .milliseconds(1)) }
}

extension SMTPURL.Security {
    fileprivate var curlLevel: curl_usessl {
        switch self {
        case .startTLS, .implicitTLS: CURLUSESSL_ALL
        case .startTLSIfOffered: CURLUSESSL_TRY
        case .none: CURLUSESSL_NONE
        }
    }
}
