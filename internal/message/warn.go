package message

// Warnings says what official apps would cut short or may not draw. None of it keeps a message
// from being sent.
func Warnings(c Content) []string {
	return nil
}
