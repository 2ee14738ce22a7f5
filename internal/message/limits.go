package message

// Limits that are refused when exceeded. Lengths count characters (Unicode code points).
const (
	// MaxButtons is the number of buttons of one message (help page of the dialect).
	MaxButtons = 3
	// MaxButtonTitle is the length of a button's title (help page of the dialect).
	MaxButtonTitle = 25
	// MaxID is the length of the id of a button or row. WhatsApp's Cloud API allows 256 for
	// buttons and 200 for rows; the wire itself has no limit. We refuse at the larger.
	MaxID = 256
	// MaxBody is the length of a body or a text. WhatsApp's apps accept 65,536 for texts.
	MaxBody = 65536
	// MaxShortText is the length of a header, a footer, a label and a list title or description.
	// The wire has no limit; apps show less (see Warnings).
	MaxShortText = 4096
	// MaxURL is the length of a link.
	MaxURL = 2000
	// MaxCopyCode is the length of the text behind a copy button.
	MaxCopyCode = 4096
	// MaxSections and MaxRows bound a list; MaxRows counts the rows of all sections. 10 and 30
	// were seen to work on phones; WhatsApp's Cloud API allows 10 rows.
	MaxSections = 10
	MaxRows     = 30
	// MaxCards is the number of cards of a carousel (help page of the dialect).
	MaxCards = 10
)

// What official apps show. Beyond it they cut the text, so it is a warning and no error: the help
// page's own list exceeds two of them.
const (
	ShownHeader         = 60
	ShownFooter         = 60
	ShownInteractive    = 1024
	ShownListBody       = 4096
	ShownLabel          = 20
	ShownSectionTitle   = 24
	ShownRowTitle       = 24
	ShownRowDescription = 72
	ShownButtonTitle    = 20
	ShownRows           = 10
	ShownCardText       = 160
	ShownCardBreaks     = 2
)
