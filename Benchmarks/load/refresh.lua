-- POST /v1/refresh as clients do it: each presents the token it got last. One connection a thread, so that there is
-- one chain a thread; the file has a refresh token a line.
dofile(os.getenv("GATEHOUSE_LOADS") .. "/count.lua")

local head, token

function init(arguments)
    token = my_line(arguments[1])
    head = string.format(
        "POST %s HTTP/1.1\r\nHost: %s:%s\r\nContent-Type: application/json\r\nContent-Length: ",
        wrk.path, wrk.host, wrk.port)
end

function request()
    local body = '{"refresh_token":"' .. token .. '"}'
    return head .. #body .. "\r\n\r\n" .. body
end

function response(status, _, body)
    local successor = status == 200 and body:match('"refresh_token":"([^"]+)"')
    if successor and successor ~= token then
        token = successor
    else
        refused = refused + 1
    end
end
