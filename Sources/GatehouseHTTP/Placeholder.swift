import Gatehouse
import Hummingbird
