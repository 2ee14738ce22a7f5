// Package crash kills the gateway at random moments and audits that nothing was lost.
//
// The emulated network and the gateway are processes of their own, built as a user builds them; the
// receiver of the webhooks is this test. While a program sends, customers write and tap, the
// receiver fails and hangs, connections drop and acks are lost, the gateway is killed with SIGKILL
// again and again. Then the faults stop, and the audit asks:
//
//   - Is every accepted send on the phone, exactly once, in order?
//   - Did every text and every tap of a customer reach the receiver, always under the same event id?
//   - Were the first attempts of each chat in order?
//   - Do the queues drain in bounded time, and is the database intact?
//
// A short run is part of go test; longer ones:
//
//	go test ./test/crash -kills 300 -seed 7 -timeout 1h -v
package crash
