package channel

// Profile is how a number shows itself to others. Icon and IconFull are URLs, "" without a picture.
type Profile struct {
	// Name is what is shown: of the own number the push name, of others the name in the phone book, or
	// else the push name.
	Name  string
	About string
	// PushName is what somebody else calls himself; "" where that is not known, and of the own number.
	PushName       string
	Icon, IconFull string
}
