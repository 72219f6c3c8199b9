import Testing

/// The rules for browsers, kept by a browser: what scripts of which origin can do with a session that is in cookies.
@Suite(
    "In Chromium", .browserStage, .timeLimit(.minutes(2)),
    .enabled(if: Chromium.path != nil, "Chromium isn't installed (make browser installs it)"))
enum BrowserTests {}
