-- What every load has in common: threads are numbered, answers that a load didn't expect are counted, and the end is
-- one line of JSON. A load that reads answers counts `refused` itself; wrk counts other statuses than 2xx.
local threads = {}

function setup(thread)
    thread:set("number", #threads)
    threads[#threads + 1] = thread
end

-- The line of this thread in a file with one line for each.
function my_line(path)
    local lines = {}
    for line in io.lines(path) do lines[#lines + 1] = line end
    return lines[number % #lines + 1]
end

refused = 0
busy = 0

function done(summary, latency)
    local errors = summary.errors
    local bad = errors.connect + errors.read + errors.write + errors.timeout + errors.status
    local told = 0
    for _, thread in ipairs(threads) do
        bad = bad + thread:get("refused")
        told = told + thread:get("busy")
    end
    io.write(string.format('\n{"requests":%d,"seconds":%.6f,"bad":%d,"busy":%d,"p50":%.3f,"p99":%.3f}\n',
        summary.requests, summary.duration / 1e6, bad, told, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
