package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"go.yaml.in/yaml/v3"
)

// Setting is one line of a configuration file.
type Setting struct {
	// Name is that of a flag, without its hyphens in front.
	Name string
	// Value is as it was written, without quotes.
	Value string
	Line  int
}

// maxFile bounds a configuration file, in bytes.
const maxFile = 1 << 20

// ReadFile reads a configuration file: YAML with one "flag: value" a line, the names being those of
// the flags. The error is of type Invalid.
func ReadFile(path string) ([]Setting, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, Invalid{fmt.Sprintf("--config %s: there is no such file", path)}
	case err == nil && !info.Mode().IsRegular() || err == nil && info.Size() > maxFile:
		return nil, Invalid{fmt.Sprintf("--config %s: want a file of at most %d bytes", path, maxFile)}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, Invalid{fmt.Sprintf("--config: %v", err)}
	}
	return parse(path, text)
}

func parse(path string, text []byte) ([]Setting, error) {
	var e Invalid
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		e.add("%s: %v", path, err)
		return nil, e
	}
	if len(doc.Content) == 0 { // nothing but comments
		return nil, nil
	}
	top := doc.Content[0]
	if top.Kind != yaml.MappingNode {
		e.add("%s: want lines such as \"listen: 127.0.0.1:8080\"", path)
		return nil, e
	}
	var list []Setting
	seen := map[string]int{}
	for i := 0; i+1 < len(top.Content); i += 2 {
		name, value := top.Content[i], top.Content[i+1]
		switch first := seen[name.Value]; {
		case first > 0:
			e.add("%s:%d: %s stands in line %d already", path, name.Line, name.Value, first)
		case value.Kind != yaml.ScalarNode || value.Tag == "!!null":
			e.add("%s:%d: %s: want one value", path, name.Line, name.Value)
		default:
			list = append(list, Setting{Name: name.Value, Value: value.Value, Line: name.Line})
		}
		seen[name.Value] = name.Line
	}
	return list, e.err()
}
