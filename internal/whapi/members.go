package whapi

import (
	"bytes"
	"encoding/json"
)

// What follows takes valid JSON apart in place. A body may hold a file of many megabytes in a string,
// which each copy would double.

// eachMember calls do with the members of an object, in their order, until it returns false. It is
// false when raw is no object.
func eachMember(raw []byte, do func(name string, value json.RawMessage) bool) bool {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || raw[0] != '{' {
		return false
	}
	for at := 1; ; {
		at = skipBetween(raw, at)
		if at >= len(raw) || raw[at] == '}' {
			return true
		}
		key := at
		at = skipValue(raw, at)
		var name string
		if json.Unmarshal(raw[key:at], &name) != nil {
			return false
		}
		at = skipBetween(raw, at)
		value := at
		at = skipValue(raw, at)
		if !do(name, raw[value:at:at]) {
			return true
		}
	}
}

// eachElement calls do with the elements of an array. It is false when raw is no array.
func eachElement(raw []byte, do func(value json.RawMessage)) bool {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || raw[0] != '[' {
		return false
	}
	for at := 1; ; {
		at = skipBetween(raw, at)
		if at >= len(raw) || raw[at] == ']' {
			return true
		}
		value := at
		at = skipValue(raw, at)
		do(raw[value:at:at])
	}
}

// skipBetween returns where the next value or the end of what holds it begins.
func skipBetween(raw []byte, at int) int {
	for at < len(raw) && bytes.IndexByte([]byte(" \t\r\n,:"), raw[at]) >= 0 {
		at++
	}
	return at
}

// skipValue returns where the value that begins at a place ends.
func skipValue(raw []byte, at int) int {
	switch {
	case at >= len(raw):
		return at
	case raw[at] == '"':
		return skipString(raw, at)
	case raw[at] != '{' && raw[at] != '[': // a number, true, false or null
		for at < len(raw) && bytes.IndexByte([]byte(" \t\r\n,]}"), raw[at]) < 0 {
			at++
		}
		return at
	}
	for level := 0; at < len(raw); at++ {
		switch raw[at] {
		case '"':
			at = skipString(raw, at) - 1
		case '{', '[':
			level++
		case '}', ']':
			if level--; level == 0 {
				return at + 1
			}
		}
	}
	return at
}

func skipString(raw []byte, at int) int {
	for at++; at < len(raw); at++ {
		switch raw[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		}
	}
	return min(at, len(raw))
}
