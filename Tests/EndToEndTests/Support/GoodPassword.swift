/// A password that no strength estimate refuses.
let goodPassword = "vivid-Otter47-lintel-quasar"
