// Package crash kills the gateway at random moments and audits that nothing was lost.
//
// The emulated network, the gateway and the receiver of the webhooks are processes of their own; the
// first two are built as a user builds them. While programs send texts, buttons and lists and repeat
// requests, customers write and tap, the receiver fails, hangs, answers late and breaks off,
// connections drop and acks are lost, the gateway is killed with SIGKILL again and again. Then the
// faults stop, and the audit asks:
//
//   - Is every accepted send on the phone, exactly once, in order, and does the gateway say so?
//   - Did a repeated request always get the message of the first?
//   - Did every text and every tap of a customer reach the receiver, always under the same event id
//     and with a valid signature, as another library than ours reads it?
//   - Were the first attempts of each chat in order, of what came and of what went?
//   - Do the queues drain in bounded time, and is the database intact?
//
// A short run is part of go test; longer ones:
//
//	go test ./test/crash -kills 300 -seed 7 -timeout 1h -v
package crash
