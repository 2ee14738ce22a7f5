// Package wire translates between messages and their form on WhatsApp's wire: protobuf messages
// and the stanza nodes that go beside them. It is pure: no clock, no network, no state.
package wire
