// Package bench measures a message from its sender to the customer's phone, side by side: a raw
// whatsmeow client, and the gateway's HTTP API. Both sit on the same emulated network, in the same
// run, with databases on disk and the same durability (WAL, synchronous FULL); the customers'
// phones are of the same kind. A message counts when the phone has decrypted and kept it.
//
//	go test -run '^$' -bench . ./test/bench
//
// Compare the two figures of one run: machines are noisy. msg/s is what to read.
package bench
