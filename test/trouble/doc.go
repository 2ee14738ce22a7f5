// Package trouble runs many channels in one process and makes a part of them ill: they are cut, replaced,
// banned and unlinked, get stream errors and refused logins, and lose their keepalives, again and again, as
// a seed says. The emulated network and the gateway are processes of their own, built as a user builds them.
//
// Meanwhile every other channel sends messages with buttons, and its customer presses them. It is asked:
//
//   - Was every send of a healthy channel answered with 200 and "sent", is it on the phone exactly once, and
//     was each tap told to the channel's webhook, once?
//   - Did no healthy channel change its state, and does the log say nothing bad of it?
//   - Did each that was ill say why, by the fault of its trouble, and come back where it can: by itself, by
//     being paired again, or with the next start?
//   - Was what the ill ones accepted delivered once, or said to have failed?
//
// A short run is part of go test; the long one, which also waits for what takes a minute:
//
//	go test ./test/trouble -channels 500 -ill 100 -pace 4s -rounds 8 -patient -seed 7 -timeout 1h -v
package trouble
