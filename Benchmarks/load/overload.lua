-- Another load (GATEHOUSE_LOAD) at a pace: each connection asks again after GATEHOUSE_PAUSE milliseconds on average, whether
-- it was answered or told to come back later, so that a crowd of them asks for more than can be had.
dofile(os.getenv("GATEHOUSE_LOADS") .. "/" .. os.getenv("GATEHOUSE_LOAD") .. ".lua")

local pause = tonumber(os.getenv("GATEHOUSE_PAUSE"))

busy = 0

function delay()
    return math.random(0, 2 * pause)
end

function response(status)
    if status == 503 then busy = busy + 1 end
end
