-- POST /v1/login; the file has a request body a line.
dofile(os.getenv("GATEHOUSE_LOADS") .. "/count.lua")

local bytes

function init(arguments)
    bytes = wrk.format("POST", nil, { ["Content-Type"] = "application/json" }, my_line(arguments[1]))
end

function request()
    return bytes
end
