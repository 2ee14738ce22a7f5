// Package meow is the backend on whatsmeow, which speaks WhatsApp's multi-device protocol. It is
// the only package of the gateway that imports the client library, and uses it unmodified.
//
// What the library would do by itself and what this package does instead:
//
//   - It acks a message whose handler panicked, and loses what is being handled when the process
//     is killed. Here a message is acked after the sink has made it durable, and what was
//     decrypted but not handled waits in the library's event buffer (receive.go).
//   - It answers a retry receipt without the stanza nodes that make buttons visible, and answers
//     several at once with the same Signal counter, which the reader's phone drops in silence.
//     Here every retry receipt is answered by this package, one at a time, from what the outbox
//     stored (retry.go, rebuild.go).
//   - It adds stanza nodes of its own to messages with lists and buttons, which WhatsApp refuses.
//     Here such content is hidden from it (opaque in send.go).
//   - It speaks of people by hidden numbers (LIDs). Here everything is told with phone numbers
//     (identity.go).
//
// # Bumping whatsmeow
//
// A changed signature is a compile error in one of these files: rebuild.go, presence.go and pair.go
// (DangerousInternals), retry.go (the two hooks), backend.go and state.go (the store). What changes in silence
// is held by the tests of this package, which assert on the wire of an emulated network:
//
//   - exactly one biz node on the first send and on a retry, for each recipe: a new rule of the
//     library that adds nodes breaks it;
//   - the same type and mediatype on a retry as on the first send: stanzaType in rebuild.go
//     repeats a rule of the library;
//   - a retry with count 1 heals, in private chats, in groups, and after a restart: it needs the
//     library to look the message up before the callback, to put the sender key into the message
//     before the callback, and to ack the receipt after it;
//   - redelivery of what a sink refused: it needs the success status of handlers, the event buffer
//     and ResetConnection;
//   - the texts of two errors, which have no value to compare with: see refusal.go.
package meow
