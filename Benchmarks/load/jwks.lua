dofile(os.getenv("GATEHOUSE_LOADS") .. "/count.lua")
