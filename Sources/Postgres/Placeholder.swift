internal import CLibPQ
public let libpqVersion = PQlibVersion()
