package wire

import (
	"errors"
	"io"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"

	"tapgate/internal/fault"
	"tapgate/internal/message"
)

// Encoded is a message in the form that leaves.
type Encoded struct {
	// Message carries a MessageContextInfo with a message secret of 32 bytes, so that a re-send is
	// the same message to every device, except where the recipe was only seen to work without.
	Message *waE2E.Message
	// Nodes go into the stanza beside the encrypted message; empty for plain text. Their attributes
	// are strings, their content is nil or nodes.
	Nodes []waBinary.Node
	// Opaque asks the sender to hide the content from its own client library, which would
	// otherwise add stanza nodes and attributes of its own.
	Opaque bool
	// Files are what the message refers to and what is not uploaded yet, in the order of
	// Attachments. The message can't leave before it is empty.
	Files []File
	// Recipe is the name of the encoding that was used.
	Recipe string
}

// Options says how to encode.
type Options struct {
	// Recipe names the encoding; "" chooses by content.
	Recipe string
	// Quote is the message that is cited; nil for none.
	Quote *Quote
	// Edit is the message whose content is replaced; nil for none.
	Edit *Edit
	// Group is true when the message goes to a group.
	Group bool
	// Random yields message secrets and ids. It must be cryptographically secure.
	Random io.Reader
	// Now is the time that is written into the message, to the second.
	Now time.Time
}

// Encode turns content into its form on the wire. The error is a fault: of kind Invalid for content
// that message.Validate refuses, of kind Unsupported for a recipe that does not exist or does not
// fit the content, of kind Internal when Random fails or when media is not in the media store.
func Encode(c message.Content, o Options) (Encoded, error) {
	if wrong := message.Validate(c); len(wrong) > 0 {
		var all fault.Problems
		all.Join("", wrong)
		return Encoded{}, all.Err()
	}
	files, err := filesOf(c)
	if err != nil {
		return Encoded{}, fault.Wrap(fault.Internal, err, "Internal Error")
	}
	r, c, err := recipeFor(c, o)
	if err != nil {
		return Encoded{}, err
	}
	f := &fresh{random: o.Random, now: o.Now}
	if o.Random == nil {
		f.err = errors.New("no source of randomness")
	}
	e := Encoded{Message: r.build(c, f), Nodes: r.nodes(f), Opaque: r.opaque, Files: files, Recipe: r.name}
	if !r.bare {
		if e.Message.MessageContextInfo == nil {
			e.Message.MessageContextInfo = &waE2E.MessageContextInfo{}
		}
		e.Message.MessageContextInfo.MessageSecret = f.bytes(secretSize)
	}
	if o.Quote != nil {
		cite(e.Message, o.Quote.context(f))
	}
	if o.Edit != nil {
		// Nothing is hidden: in an edit the library sees the edit, and looks no further.
		e.Message, e.Opaque = o.Edit.wrap(e.Message, f), false
	}
	if f.err != nil {
		return Encoded{}, fault.Wrap(fault.Internal, f.err, "Internal Error")
	}
	return e, nil
}

// recipeFor returns the recipe, and the content in the form that it takes.
func recipeFor(c message.Content, o Options) (recipe, message.Content, error) {
	if carousel, ok := c.(message.Carousel); ok && o.Recipe != "r4" {
		if single, ok := carousel.Single(); ok {
			c = single
		}
	}
	name := o.Recipe
	if name == "" {
		name = choose(c, o.Group)
	}
	r, ok := find(name)
	if !ok {
		return recipe{}, nil, fault.New(fault.Unsupported, "there is no recipe %q", name)
	}
	if !r.fits(c) {
		return recipe{}, nil, fault.New(fault.Unsupported, "the recipe %q is not made for this content", name)
	}
	return r, c, nil
}

// secretSize is the length of a message secret, from which the keys of poll votes, reactions and
// edits to the message are derived.
const secretSize = 32

// fresh yields what must be new in every message. Its first failure is kept in err.
type fresh struct {
	random io.Reader
	now    time.Time
	err    error
}

func (f *fresh) bytes(n int) []byte {
	b := make([]byte, n)
	if f.err == nil {
		_, f.err = io.ReadFull(f.random, b)
	}
	return b
}
