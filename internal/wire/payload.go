package wire

import (
	"encoding/json"
	"errors"
	"fmt"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"tapgate/internal/message"
)

// payload is the form in which messages wait in the outbox and are kept for devices that could not
// read them. It is JSON around the protobuf, and not the binary form of stanzas, because the
// reader of the latter panics on bytes it does not expect.
type payload struct {
	Version int    `json:"v"`
	Recipe  string `json:"recipe"`
	Opaque  bool   `json:"opaque,omitempty"`
	Message []byte `json:"message"`
	Nodes   []node `json:"nodes,omitempty"`
	Files   []file `json:"files,omitempty"`
}

type file struct {
	ID string `json:"id"`
	As string `json:"as"`
}

type node struct {
	Tag      string            `json:"tag"`
	Attrs    map[string]string `json:"attrs,omitempty"`
	Children []node            `json:"children,omitempty"`
}

// The version changes when older programs must not read what is written: they would send a message
// whose files are not uploaded.
const (
	payloadVersion = 1
	filesVersion   = 2 // of a payload with files to upload
)

// Marshal returns e as bytes that Unmarshal reads back, also in later versions of the program. The
// same e gives the same bytes. It fails on nodes that Encode does not make.
func Marshal(e Encoded) ([]byte, error) {
	if e.Message == nil {
		return nil, errors.New("no message to marshal")
	}
	m, err := proto.MarshalOptions{Deterministic: true}.Marshal(e.Message)
	if err != nil {
		return nil, fmt.Errorf("marshal the message: %w", err)
	}
	nodes, err := packNodes(e.Nodes)
	if err != nil {
		return nil, err
	}
	p := payload{Version: payloadVersion, Recipe: e.Recipe, Opaque: e.Opaque, Message: m, Nodes: nodes}
	for _, f := range e.Files {
		p.Version = filesVersion
		p.Files = append(p.Files, file{f.ID, string(f.As)})
	}
	return json.Marshal(p)
}

// Unmarshal reads what Marshal wrote. Any other bytes are an error.
func Unmarshal(b []byte) (Encoded, error) {
	var p payload
	if err := json.Unmarshal(b, &p); err != nil {
		return Encoded{}, fmt.Errorf("unmarshal a payload: %w", err)
	}
	if p.Version != payloadVersion && p.Version != filesVersion || (p.Version == filesVersion) != (len(p.Files) > 0) {
		return Encoded{}, fmt.Errorf("payload of version %d with %d files", p.Version, len(p.Files))
	}
	e := Encoded{Message: &waE2E.Message{}, Opaque: p.Opaque, Recipe: p.Recipe}
	if err := proto.Unmarshal(p.Message, e.Message); err != nil {
		return Encoded{}, fmt.Errorf("unmarshal the message of a payload: %w", err)
	}
	nodes, err := unpackNodes(p.Nodes)
	if err != nil {
		return Encoded{}, err
	}
	e.Nodes = nodes
	for _, f := range p.Files {
		e.Files = append(e.Files, File{f.ID, message.MediaKind(f.As)})
	}
	return e, nil
}

func packNodes(list []waBinary.Node) ([]node, error) {
	var out []node
	for _, n := range list {
		p := node{Tag: n.Tag}
		for key, v := range n.Attrs {
			text, ok := v.(string)
			if !ok {
				return nil, fmt.Errorf("attribute %s of node %s is a %T, want text", key, n.Tag, v)
			}
			if p.Attrs == nil {
				p.Attrs = map[string]string{}
			}
			p.Attrs[key] = text
		}
		children, ok := n.Content.([]waBinary.Node)
		if !ok && n.Content != nil {
			return nil, fmt.Errorf("node %s holds a %T, want nodes", n.Tag, n.Content)
		}
		var err error
		if p.Children, err = packNodes(children); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func unpackNodes(list []node) ([]waBinary.Node, error) {
	var out []waBinary.Node
	for _, p := range list {
		if p.Tag == "" {
			return nil, errors.New("a node of a payload has no tag")
		}
		n := waBinary.Node{Tag: p.Tag}
		for key, v := range p.Attrs {
			if n.Attrs == nil {
				n.Attrs = waBinary.Attrs{}
			}
			n.Attrs[key] = v
		}
		children, err := unpackNodes(p.Children)
		if err != nil {
			return nil, err
		}
		if children != nil {
			n.Content = children
		}
		out = append(out, n)
	}
	return out, nil
}
