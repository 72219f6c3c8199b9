-- POST /v1/login with wrong passwords, ten times a second by each connection: other cores than these would make the flood.
dofile(os.getenv("GATEHOUSE_LOADS") .. "/login.lua")

function delay()
    return 100
end
