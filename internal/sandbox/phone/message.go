package phone

import "time"

// Kinds of a message, as a person looking at the phone would name it.
const (
	KindText     = "text"
	KindButtons  = "buttons"
	KindList     = "list"
	KindCarousel = "carousel"
	KindReply    = "reply"
	KindImage    = "image"
	KindVideo    = "video"
	KindAudio    = "audio"
	KindDocument = "document"
	KindSticker  = "sticker"
	KindLocation = "location"
	KindContact  = "contact"
	KindPoll     = "poll"
	KindVote     = "vote"
	KindReaction = "reaction"
	KindEdit     = "edit"
	KindRevoke   = "revoke"
	KindUnknown  = "unknown"
)

// Kinds of a button.
const (
	ButtonQuickReply = "quick_reply"
	ButtonURL        = "url"
	ButtonCall       = "call"
	ButtonCopy       = "copy"
)

// Status of a message that this phone sent.
const (
	StatusPending   = "pending"
	StatusSent      = "sent"
	StatusDelivered = "delivered"
	StatusRead      = "read"
	StatusPlayed    = "played"
	StatusFailed    = "failed"
)

// Message is one message as this phone holds it: what it drew of the wire, and what happened since.
type Message struct {
	// ID is the id that the gateway's API shows for the same message.
	ID string `json:"id"`
	// Chat is the conversation on this phone: the other number's private chat, or a group.
	Chat string `json:"chat"`
	// From is the sender's number, digits only.
	From string `json:"from"`
	// Timestamp is the server's time, unix seconds.
	Timestamp int64 `json:"timestamp"`
	// FromMe is true for messages sent from this phone's number.
	FromMe bool `json:"from_me"`

	Content

	// Drawn is false where an official client would show nothing for this message.
	Drawn bool `json:"drawn"`
	// Warnings say what a person would miss, and why. Never nil.
	Warnings []string `json:"warnings"`
	// Notes say how sure the render table is where nothing is known to be wrong.
	Notes []string `json:"notes,omitempty"`

	// Status is one of the Status constants for own messages; for others it is "" until read, then "read".
	Status string `json:"status,omitempty"`
	// Pressed holds the ids of the buttons that were pressed on this phone, in order.
	Pressed   []string   `json:"pressed,omitempty"`
	Reactions []Reaction `json:"reactions,omitempty"`
	// Ballots are what people chose in a poll, one for each who did.
	Ballots []Ballot `json:"ballots,omitempty"`
	Deleted bool     `json:"deleted,omitempty"`
	Edited  bool     `json:"edited,omitempty"`

	// Biz sums up the biz nodes of the stanza, such as "native_flow:mixed". Empty means there was none.
	Biz string `json:"biz,omitempty"`
	// RetryCount is how many retry receipts it took until this phone could read the message.
	RetryCount int `json:"retry_count,omitempty"`
}

// Content is what stands in the bubble. Buttons, Sections and Cards are never nil.
type Content struct {
	Kind     string    `json:"kind"`
	Header   string    `json:"header"`
	Body     string    `json:"body"`
	Footer   string    `json:"footer"`
	Buttons  []Button  `json:"buttons"`
	Label    string    `json:"label"`
	Sections []Section `json:"sections"`
	Cards    []Card    `json:"cards"`
	Media    *Media    `json:"media"`
	// Options are those of a poll, and Choices how many of them one person may choose; 0 means any number.
	Options  []string  `json:"options,omitempty"`
	Choices  uint32    `json:"choices,omitempty"`
	Location *Location `json:"location,omitempty"`
	Contact  *Contact  `json:"contact,omitempty"`
	Reply    *Reply    `json:"reply,omitempty"`
	Quoted   *Quoted   `json:"quoted,omitempty"`
}

// Button is one button. ID stands as it is on the wire, prefix included.
type Button struct {
	Kind        string `json:"kind"`
	Title       string `json:"title"`
	ID          string `json:"id"`
	URL         string `json:"url"`
	PhoneNumber string `json:"phone_number"`
	CopyCode    string `json:"copy_code"`
	// Tappable is false where the client draws the button but ignores a finger on it.
	Tappable bool `json:"tappable"`
	// Pressed is true for a quick reply that was pressed on this phone.
	Pressed bool `json:"pressed,omitempty"`
}

// Section is a titled group of rows of a list.
type Section struct {
	Title string `json:"title"`
	Rows  []Row  `json:"rows"`
}

// Row is one choice of a list. ID stands as it is on the wire, prefix included.
type Row struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description"`
}

// Card is one card of a carousel.
type Card struct {
	Header  string   `json:"header,omitempty"`
	Body    string   `json:"body"`
	Footer  string   `json:"footer,omitempty"`
	Media   *Media   `json:"media,omitempty"`
	Buttons []Button `json:"buttons"`
}

// Media describes an attachment; its bytes come from Phone.Media. Size is in bytes, SHA256 is hexadecimal.
type Media struct {
	Kind     string `json:"kind,omitempty"`
	MimeType string `json:"mime_type"`
	Size     uint64 `json:"size"`
	SHA256   string `json:"sha256"`
	FileName string `json:"file_name,omitempty"`
	Width    uint32 `json:"width,omitempty"`
	Height   uint32 `json:"height,omitempty"`
	Seconds  uint32 `json:"seconds,omitempty"`
	// Thumbnail is the preview that travels inside the message, a JPEG.
	Thumbnail []byte `json:"thumbnail,omitempty"`
}

// Reply is the answer that a tap sent: Kind is "buttons_reply" or "list_reply".
type Reply struct {
	Kind        string `json:"kind"`
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
}

// Quoted is the strip above a message that answers another one.
type Quoted struct {
	ID   string `json:"id"`
	From string `json:"from"`
	Text string `json:"text"`
}

// Reaction is an emoji that somebody put on a message. In a Message, From says who; in a Compose,
// MessageID says on which, and an empty Emoji takes the own reaction away.
type Reaction struct {
	MessageID string `json:"message_id,omitempty"`
	From      string `json:"from,omitempty"`
	Emoji     string `json:"emoji"`
}

// Ballot is what somebody chose in a poll.
type Ballot struct {
	From    string   `json:"from"`
	Options []string `json:"options"`
}

// Location is a point on the map; degrees.
type Location struct {
	Latitude  float64 `json:"latitude"`
	Longitude float64 `json:"longitude"`
	Name      string  `json:"name,omitempty"`
	Address   string  `json:"address,omitempty"`
}

// Contact is a card from somebody's address book. Where VCard is empty, one is made of Name and Phone.
type Contact struct {
	Name  string `json:"name"`
	Phone string `json:"phone,omitempty"`
	VCard string `json:"vcard,omitempty"`
}

// Group is a group that phones of the book are in. Members are numbers, digits only.
type Group struct {
	Chat    string   `json:"chat"`
	Subject string   `json:"subject"`
	Members []string `json:"members"`
}

// Platform is the client a phone imitates. It decides what is drawn and how a tap leaves.
type Platform string

// The platforms.
const (
	Android Platform = "android"
	IOS     Platform = "ios"
	Web     Platform = "web"
)

// Valid reports whether p is one of the platforms.
func (p Platform) Valid() bool { return p == Android || p == IOS || p == Web }

// Change says that something on a phone is different now.
type Change struct {
	// Customer is the number of the phone.
	Customer  string `json:"customer"`
	MessageID string `json:"message_id,omitempty"`
	// What is "message", "status", "typing", "tap", "presence", "platform", "group", or "missed": the subscriber was too
	// slow, and others before this one were dropped.
	What string `json:"what"`
	// Chat and On belong to "typing" (who types where) and "presence".
	Chat string    `json:"chat,omitempty"`
	On   bool      `json:"on,omitempty"`
	At   time.Time `json:"at"`
}
