package message

// Status is what we conclude about an outgoing message.
type Status string

// The statuses, in the order a message goes through them. Failed and Deleted are ends.
const (
	Failed    Status = "failed"
	Pending   Status = "pending"
	Sent      Status = "sent"
	Delivered Status = "delivered"
	Read      Status = "read"
	Played    Status = "played"
	Deleted   Status = "deleted"
)

// Code is WhatsApp's own number of the status; 6 for Deleted is ours.
func (s Status) Code() int {
	switch s {
	case Failed:
		return 0
	case Pending:
		return 1
	case Sent:
		return 2
	case Delivered:
		return 3
	case Read:
		return 4
	case Played:
		return 5
	}
	return 6
}

// Follows reports whether a message of status old may become s: statuses only go forward, and
// a message that was sent does not fail any more.
func (s Status) Follows(old Status) bool {
	switch {
	case old == "" || old == s:
		return old != s
	case old == Failed || old == Deleted:
		return false
	case s == Failed:
		return old == Pending
	}
	return s.Code() > old.Code()
}
