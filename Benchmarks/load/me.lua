-- GET /v1/me; the file has an access token a line.
dofile(os.getenv("GATEHOUSE_LOADS") .. "/count.lua")

local bytes

function init(arguments)
    bytes = wrk.format("GET", nil, { ["Authorization"] = "Bearer " .. my_line(arguments[1]) })
end

function request()
    return bytes
end
