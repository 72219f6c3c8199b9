/// The shell script that stands between us and the server: it ends the server when our end of the pipe closes, which
/// the kernel does for us even when we are killed.
enum ServerSupervisor {
    /// Lines the script understands on its standard input.
    enum Order: String {
        /// Disconnects clients and writes a checkpoint.
        case fast
        /// Ends at once, like a crash; the next start recovers.
        case immediate
    }

    /// `$1` is a temporary folder to remove at the end; `$2` one to remove when the pipe has closed; both may be empty.
    /// The rest is the server's command line. (The shell starts background jobs with SIGINT and SIGQUIT ignored; the server sets
    /// handlers of its own.)
    static let script = """
        cd /
        temporary=$1; throwaway=$2; shift 2
        exec 3<&0 </dev/null
        "$@" 3<&- &
        server=$!
        (
            while read -r order <&3; do
                case $order in
                    fast) kill -INT "$server" ;;
                    immediate) kill -QUIT "$server" ;;
                esac
            done
            if [ -n "$throwaway" ]; then kill -QUIT "$server"; else kill -INT "$server"; fi
            exit 9
        ) 2>/dev/null &
        watcher=$!
        exec 3<&-
        wait "$server"
        status=$?
        { kill "$watcher"; wait "$watcher"; closed=$?; } 2>/dev/null
        if [ -n "$temporary" ]; then rm -rf "$temporary"; fi
        if [ "$closed" -eq 9 ] && [ -n "$throwaway" ]; then rm -rf "$throwaway"; fi
        exit "$status"
        """
}
