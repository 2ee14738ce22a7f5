// Package whapi speaks the HTTP dialect of Whapi.Cloud: it reads request bodies into messages and
// settings, and writes messages, events, settings and faults as JSON. It is pure: no clock, no
// network, no state. Unknown fields are ignored, unknown content is told as "unknown", and nothing
// is cut or left out silently.
package whapi
