package docs

import (
	"fmt"
	"strconv"

	"go.yaml.in/yaml/v3"
)

// object is a mapping in the order in which it was written. The values are object, []any, string,
// bool, number, or nil.
type object []member

type member struct {
	name  string
	value any
}

// number is a number as it was written.
type number string

// get returns the value of that name, nil when there is none.
func (o object) get(name string) any {
	for _, m := range o {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// text returns a string, "" when there is none.
func (o object) text(name string) string {
	s, _ := o.get(name).(string)
	return s
}

// list returns an array, none when there is none.
func (o object) list(name string) []any {
	list, _ := o.get(name).([]any)
	return list
}

// parse reads YAML whose outermost value is a mapping.
func parse(source []byte) (object, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(source, &root); err != nil {
		return nil, fmt.Errorf("parse the document: %w", err)
	}
	v, err := read(&root)
	if err != nil {
		return nil, err
	}
	o, ok := v.(object)
	if !ok {
		return nil, fmt.Errorf("parse the document: it is no mapping")
	}
	return o, nil
}

func read(n *yaml.Node) (any, error) {
	switch n.Kind {
	case yaml.DocumentNode:
		return read(n.Content[0])
	case yaml.AliasNode:
		return read(n.Alias)
	case yaml.MappingNode:
		o := object{}
		for i := 0; i < len(n.Content); i += 2 {
			v, err := read(n.Content[i+1])
			if err != nil {
				return nil, err
			}
			o = append(o, member{n.Content[i].Value, v})
		}
		return o, nil
	case yaml.SequenceNode:
		list := []any{}
		for _, item := range n.Content {
			v, err := read(item)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	}
	return scalar(n)
}

func scalar(n *yaml.Node) (any, error) {
	switch tag := n.ShortTag(); tag {
	case "!!str":
		return n.Value, nil
	case "!!null":
		return nil, nil
	case "!!bool":
		return strconv.ParseBool(n.Value)
	case "!!int", "!!float":
		return number(n.Value), nil
	default:
		return nil, fmt.Errorf("line %d: a value of type %s has no place in the document", n.Line, tag)
	}
}
