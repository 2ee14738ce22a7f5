package phone

// Compose is what a person writes on a phone. Exactly one of the contents is set: Text, React, Edit (with
// Text), Delete, Media, Location, Contact or Vote.
type Compose struct {
	// To is a number or the id of a group; "" means the business number of the newest message, or the only one.
	To   string `json:"to,omitempty"`
	Text string `json:"text,omitempty"`
	// Quote is the id of a message of the same chat that this one answers.
	Quote string `json:"quote,omitempty"`
	// React puts an emoji on a message.
	React *Reaction `json:"react,omitempty"`
	// Edit is the id of an own message that gets Text as its new text.
	Edit string `json:"edit,omitempty"`
	// Delete is the id of an own message that is deleted for everyone.
	Delete string `json:"delete,omitempty"`

	Media    []byte `json:"media,omitempty"`
	Mime     string `json:"mime_type,omitempty"`
	Caption  string `json:"caption,omitempty"`
	FileName string `json:"file_name,omitempty"`

	Location *Location `json:"location,omitempty"`
	Contact  *Contact  `json:"contact,omitempty"`
	Vote     *Vote     `json:"vote,omitempty"`
}

// Vote chooses options of a poll, by their text.
type Vote struct {
	MessageID string   `json:"message_id"`
	Options   []string `json:"options"`
}
