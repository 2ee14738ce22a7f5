package sandbox_test

import (
	"fmt"
	"testing"

	"tapgate/internal/sandbox"
)

// BenchmarkPair sends messages from one client to another, one after the other,
// until the last has arrived.
func BenchmarkPair(b *testing.B) {
	for name, dir := range map[string]string{"memory": "", "disk": b.TempDir()} {
		b.Run(name, func(b *testing.B) {
			n := openNetwork(b, sandbox.Options{Dir: dir})
			business := pairByQR(b, n, businessNumber)
			customer := phone(b, n, customerNumber, "Jonathan")
			customer.say(jid(businessNumber), "hello")
			business.awaitTexts(1)
			for i := 0; b.Loop(); i++ {
				business.say(jid(customerNumber), fmt.Sprint(i))
			}
			customer.awaitTexts(b.N)
		})
	}
}
