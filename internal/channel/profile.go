package channel

// Profile is how a number shows itself to others. Icon and IconFull are URLs, "" without a picture.
type Profile struct{ Name, About, Icon, IconFull string }
