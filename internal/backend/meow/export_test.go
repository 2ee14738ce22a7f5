package meow

// Safeguards are the four that make receiving safe.
var Safeguards = struct{ RefusalCounts, AckLast, EventBuffer, OwnRecover safeguard }{refusalCounts, ackLast, eventBuffer, ownRecover}

// Without takes one of them out.
func (o Options) Without(s safeguard) Options {
	o.without = s
	return o
}
