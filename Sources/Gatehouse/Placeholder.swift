import CArgon2
import CXcrypt
import CZxcvbn
import Crypto
import CryptoExtras
import Logging
import Postgres
import ServiceLifecycle
