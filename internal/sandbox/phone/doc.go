// Package phone holds the emulated phones of the sandbox: those of customers, and the business number's own.
// A phone is a WhatsApp client of its own. It reads the wire by itself, from the raw protobuf and the raw
// stanza, and decides what an official client would draw of it, including nothing; it knows nothing of the
// gateway's encoder. A tap leaves the way the chosen official client would send it.
package phone
